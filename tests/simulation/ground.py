"""What the laptop's own system and all around it say when Watchbell asks about the network: the truth."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_interface

from tests.simulation.cast import CAST, Where
from tests.simulation.loss import lost
from tests.simulation.network import HOME, Net
from tests.simulation.obstacles import WELL
from tests.simulation.stretches import Stretches
from tests.simulation.trace import SECOND, Kind
from tests.simulation.world import World
from trayapp.monitor.ground import Answer, Control, Names
from trayapp.monitor.scene import Link, Scene
from trayapp.probes.controls import WELL_KNOWN, control

CONTROLS = tuple(control(target) for target in WELL_KNOWN)

TUNNEL = Link("tun0", addresses=(ip_interface("10.8.0.2/24"),), tunnel=True)

_QUICK = 20
"""Milliseconds until somebody answers who is there."""


class WorldGround:
    """Belongs to the loop of the laptop that it is the ground of. `now` gives the world's moment."""

    def __init__(self, world: World, now: Callable[[], int]) -> None:
        self._world = world
        self._now = now
        self._listeners: list[Callable[[], None]] = []
        self._scenes: dict[Net, Scene] = {}
        self._out = [
            Stretches.of((h.since, h.until) for h in world.trace.of(Kind.CONTROL) if h.how == str(number))
            for number in range(len(CONTROLS))
        ]
        self.asked = 0

    def scene(self) -> Scene:
        net = self._world.net.at(self._now())
        scene = self._scenes.get(net)
        if scene is None:
            scene = self._scenes[net] = _scene(net)
        return scene

    def link_to(self, address: str) -> str | None:
        links = [link for link in self.scene().links if link.holds(address)] or self.scene().ways_out
        return links[0].name if links else None

    def place(self, link: str) -> frozenset[str]:
        return frozenset({f"the router of {self._net.place}"})

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        self._listeners.append(changed)
        return lambda: self._listeners.remove(changed)

    def stir(self) -> None:
        """The network may be another now: the kernel says so."""
        for changed in self._listeners:
            changed()

    async def neighbour(self, link: str, address: str, patience: float) -> bool:
        if link == TUNNEL.name:
            there = self._net.outside and not self._net.tunnel
            return await self._heard(there, Where.TUNNEL, patience)
        return await self._heard(not self._net.link, Where.HOME, patience)

    async def names(self, below: str, patience: float) -> Names:
        net = self._net
        lied = net.portal == "lies"
        there = not net.link and (lied or "silent" not in (net.uplink, net.names))
        if not await self._heard(there, Where.INTERNET, patience):
            return Names.SILENT
        if lied:
            return Names.LIED
        return Names.SPOKE if net.uplink or net.names else Names.OUTSIDE

    async def ask(self, control: Control, patience: float) -> Answer:
        if control not in CONTROLS:
            return await self._knock(control, patience)
        answer = self._answer(control)
        heard = await self._heard(answer is not Answer.SILENT, Where.INTERNET, patience)
        return answer if heard else Answer.SILENT

    async def _knock(self, port: Control, patience: float) -> Answer:
        """Whether one of the twenty accepts, by its number: a service of its own in the same place."""
        place = port.target.removeprefix("tcp://")
        (subject,) = (each for each in CAST if each.address == place.rpartition(":")[0])
        self.asked += 1
        begun = self._now()
        met = self._world.check(replace(subject, target=place), begun, round(patience * SECOND))
        await asyncio.sleep(self._world.awake(begun, met.ended) / SECOND)
        return Answer.ANSWERED if met.word == WELL else Answer.SILENT

    async def certificate(self, host: str, port: int, patience: float) -> str:
        net = self._net
        if net.portal in ("intercepts", "lies"):
            return "the portal's" if await self._heard(True, Where.INTERNET, patience) else ""
        return f"that of {host}" if await self._heard(net.outside, Where.INTERNET, patience) else ""

    @property
    def _net(self) -> Net:
        return self._world.net.at(self._now())

    def _answer(self, control: Control) -> Answer:
        net = self._net
        by_number = control.target.removeprefix("https://").replace(".", "").isdigit()
        nameless = (net.names or net.uplink) and net.portal != "lies"
        if net.link or (nameless and not by_number):
            return Answer.SILENT
        if net.portal:
            return self._at_the_portal(control, net.portal, by_number)
        out = self._now() in self._out[CONTROLS.index(control)]
        return Answer.SILENT if net.uplink or out else Answer.ANSWERED

    def _at_the_portal(self, control: Control, portal: str, by_number: bool) -> Answer:
        if control.target.startswith("http:"):
            return Answer.STRANGER
        seen = portal == "intercepts" or (portal == "lies" and not by_number)
        return Answer.STRANGER if seen else Answer.SILENT

    async def _heard(self, there: bool, where: Where, patience: float) -> bool:
        """Whether an answer comes; one that is under way while the network changes does not."""
        self.asked += 1
        begun = self._now()
        loss = 0 if where is Where.HOME else self._net.loss
        takes = _QUICK / SECOND
        if lost(loss, f"question {self.asked}", begun):
            takes += 1.0
            there = there and not lost(loss, f"question {self.asked}", begun, 1)
        if there and takes < patience:
            await asyncio.sleep(takes)
            if self._world.answers(where, begun, self._now()):
                return True
            patience -= takes
        await asyncio.sleep(patience)
        return False


def _scene(net: Net) -> Scene:
    tunnel = () if net.tunnel == "gone" else (TUNNEL,)
    if net.link == "gone":
        return Scene(tunnel)
    subnet = "192.168.7" if net.place == HOME or "as at home" in net.place else "192.168.44"
    router = f"{subnet}.1"
    wifi = Link("wlan0", addresses=(ip_interface(f"{subnet}.20/24"),), gateways=(router,), way_out=True)
    return Scene((wifi, *tunnel), (router,))
