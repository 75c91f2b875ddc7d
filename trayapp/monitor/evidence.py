"""Asking the world whether our own network works. Two control targets and a name server at a time, or the routers.

Every answer is kept with the moment when it came: only what came after a failure speaks about it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from trayapp.core.words import Finding
from trayapp.monitor.clock import Clock
from trayapp.monitor.ground import Answer, Control, Ground, Names
from trayapp.monitor.outlook import NEVER
from trayapp.monitor.reach import is_address

ANY_ZONE = "in-addr.arpa"
"""Where the settings name no zone: one that every name server knows and nobody in particular owns."""

PATIENCE = 2.0
"""Seconds for everything that is asked at once: a line through space takes 0.6 s each way and back."""


KNOCKING = 1.0
"""Seconds for a port to accept, when everybody else was waited for in vain."""

HTTPS = 443


@dataclass(frozen=True, slots=True)
class Outside:
    """One look at the internet. Moments are monotonic seconds, NEVER where nothing came.

    `control_at`: a control target answered; `genuine`: it was one in whose place nobody can speak, `secure`, one with a
    certificate, and `named`, one that was found by its name.
    `stranger`: somebody spoke in the place of one. `names` is what the name server said, `names_at` when.
    `spoke` are the control targets that answered, each with the moment, and `accepted` the ports that do so where
    nobody else answered.
    """

    began: float
    ended: float
    control_at: float = NEVER
    genuine: bool = False
    secure: bool = False
    named: bool = False
    stranger: bool = False
    names: Names = Names.SILENT
    names_at: float = NEVER
    spoke: tuple[tuple[str, float], ...] = ()
    accepted: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Near:
    """One look around: the moment at which somebody answered on each link where anybody did, and who it was."""

    ended: float
    heard: Mapping[str, float]
    spoke: tuple[tuple[str, float], ...] = ()


def asked_at(finding: Finding, now: float) -> float:
    """When a conversation began that ended now: one under way when another failed says nothing of that failure."""
    return now - (finding.latency_ms or 0.0) / 1000


class Evidence:
    """Which control targets there are, and whose turn it is: one that is silent gives way to the next."""

    def __init__(self, ground: Ground, clock: Clock, controls: Sequence[Control]) -> None:
        self._ground = ground
        self._clock = clock
        self.use(controls)

    def use(self, controls: Sequence[Control], *, ask_routers: bool = True) -> None:
        """Ask these from now on, and routers, or not."""
        self.ask_routers = ask_routers
        self._unmasking = [control for control in controls if control.probe is not None and control.unmasks]
        self._others = [control for control in controls if control.probe is not None and not control.unmasks]
        self._zones = [control.name for control in controls if control.probe is None]

    @property
    def has_controls(self) -> bool:
        return bool(self._unmasking or self._others)

    async def outside(self) -> Outside:
        began = self._clock.monotonic()
        asked = [turns[0] for turns in (self._unmasking, self._others) if turns]
        answers, (names, names_at) = await asyncio.gather(asyncio.gather(*map(self._ask, asked)), self._names())
        for turns in (self._unmasking, self._others):
            if turns and (turns[0], Answer.SILENT) in [(control, answer) for control, answer, _ in answers]:
                turns.append(turns.pop(0))
        right = [(control, at) for control, answer, at in answers if answer is Answer.ANSWERED]
        return Outside(
            began=began,
            ended=self._clock.monotonic(),
            control_at=max((at for _, at in right), default=NEVER),
            genuine=any(control.genuine for control, _ in right),
            secure=any(control.genuine and not control.unmasks for control, _ in right),
            named=any(not is_address(urlsplit(control.target).hostname or "") for control, _ in right),
            stranger=any(answer is Answer.STRANGER for _, answer, _ in answers),
            names=names,
            names_at=names_at,
            spoke=tuple((control.target, at) for control, at in right),
        )

    async def knock(self, found: Outside, ports: Sequence[Control]) -> Outside:
        """The same look, and whether these ports accept."""
        answers = await asyncio.gather(*(self._ask(port, KNOCKING) for port in ports))
        accepted = tuple((port.target, at) for port, answer, at in answers if answer is Answer.ANSWERED)
        return replace(found, ended=self._clock.monotonic(), accepted=accepted)

    async def near(self, asked: Iterable[tuple[str, str]]) -> Near:
        """Whether these neighbours answer, each a link and an address."""
        heard: dict[str, float] = {}
        spoke: list[tuple[str, float]] = []

        async def ask(link: str, address: str) -> None:
            if await self._ground.neighbour(link, address, PATIENCE):
                heard[link] = self._clock.monotonic()
                spoke.append((address, heard[link]))

        await asyncio.gather(*(ask(link, address) for link, address in asked))
        return Near(self._clock.monotonic(), heard, tuple(spoke))

    async def certificate(self, target: str) -> str:
        """The fingerprint of what is shown at an encrypted target (a URL, or host:port); empty: nothing is."""
        try:
            parts = urlsplit(target if "://" in target else f"//{target}")
            host, port = parts.hostname, parts.port or HTTPS
        except ValueError:
            return ""
        return await self._ground.certificate(host, port, PATIENCE) if host else ""

    async def _ask(self, control: Control, patience: float = PATIENCE) -> tuple[Control, Answer, float]:
        answer = await self._ground.ask(control, patience)
        return control, answer, self._clock.monotonic()

    async def _names(self) -> tuple[Names, float]:
        zone = self._zones[0] if self._zones else ANY_ZONE
        names = await self._ground.names(zone, PATIENCE)
        return names, self._clock.monotonic() if names is not Names.SILENT else NEVER
