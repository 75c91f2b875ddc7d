"""A world made of nothing: what the network's judgement stands on, as a test wants it to be."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_interface

from trayapp.monitor.ground import Answer, Control, Names
from trayapp.monitor.scene import Link, Scene
from trayapp.probes.controls import control

WIFI = Link("wlan0", addresses=(ip_interface("192.168.7.20/24"),), gateways=("192.168.7.1",), way_out=True)
CABLE = Link("eth0", addresses=(ip_interface("192.168.9.20/24"),), gateways=("192.168.9.1",), way_out=True)
VPN = Link("tun0", addresses=(ip_interface("10.8.0.2/24"),), tunnel=True)
HOME = Scene((WIFI,), ("192.168.7.1",))
NOWHERE = Scene()

CONTROLS = tuple(
    map(control, ("http://204.test/generate_204", "https://192.0.2.80", "https://c.test", "dns:zone.test"))
)


@dataclass
class FakeGround:
    """All is well unless told otherwise. `asked` is everything that was asked, in order."""

    here: Scene = HOME
    answers: dict[str, Answer] = field(default_factory=dict)
    silent: bool = False
    zone: Names = Names.OUTSIDE
    neighbours: set[str] = field(default_factory=lambda: {"192.168.7.1", "192.168.9.1", "10.8.0.1"})
    marks: frozenset[str] = frozenset({"02:00:00:00:00:01"})
    shown: str = ""
    delay: float = 0.0
    asked: list[str] = field(default_factory=list)
    before_answering: Callable[[], None] = lambda: None
    told: list[Callable[[], None]] = field(default_factory=list)

    def scene(self) -> Scene:
        return self.here

    def move(self, scene: Scene) -> None:
        """The machine is elsewhere now, and is told so."""
        self.here = scene
        for changed in self.told:
            changed()

    def link_to(self, address: str) -> str | None:
        held = [link.name for link in self.here.links if link.up and link.holds(address)]
        return (held or [link.name for link in self.here.ways_out] or [None])[0]

    def place(self, link: str) -> frozenset[str]:
        return self.marks

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        self.told.append(changed)
        return lambda: self.told.remove(changed)

    async def neighbour(self, link: str, address: str, patience: float) -> bool:
        await self._think(f"neighbour {address}")
        return address in self.neighbours

    async def names(self, below: str, patience: float) -> Names:
        await self._think(f"dns {below}")
        return self.zone

    async def ask(self, control: Control, patience: float) -> Answer:
        await self._think(control.target)
        return self.answers.get(control.target, Answer.SILENT if self.silent else Answer.ANSWERED)

    async def certificate(self, host: str, port: int, patience: float) -> str:
        await self._think(f"certificate {host}:{port}")
        return self.shown

    async def _think(self, asked: str) -> None:
        self.asked.append(asked)
        await asyncio.sleep(self.delay)
        self.before_answering()
