"""How Watchbell asks a simulated world: a probe whose findings are worded as the real probes word them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from tests.simulation.cast import CAST, Subject
from tests.simulation.obstacles import PORTAL_PAGE
from tests.simulation.trace import SECOND
from tests.simulation.world import World
from trayapp.core.words import Blame, Finding, Outcome


@dataclass(frozen=True)
class Asking:
    """Asks the world, and says what it met as the real probes say it."""

    subject: Subject
    world: World
    now: Callable[[], int]
    kind: str = "simulated"
    verify: bool = True

    @property
    def target(self) -> str:
        return self.subject.target

    @classmethod
    def load(cls) -> None:
        pass

    async def check(self, means: Any, /) -> Finding:
        begun = self.now()
        met = self.world.check(self.subject, begun, means)
        await asyncio.sleep(self.world.awake(begun, met.ended) / SECOND)
        return _FINDINGS[self.subject.id][met.word]


_TALKED = MappingProxyType({"connect": 8.0, "tls": 20.0, "first_byte": 30.0})
_CONNECTED = MappingProxyType({"connect": 8.0})
_ERRNO = MappingProxyType({"unreachable": 113, "no route beyond": 101, "no route": 101})


def _findings(subject: Subject) -> dict[str, Finding]:
    """The finding for every word."""
    well = Finding(
        Outcome.OK,
        address=subject.address,
        answered=True,
        latency_ms=60.0,
        phases_ms=_CONNECTED if subject.speech == "tcp" else _TALKED,
    )
    page = Finding(
        Outcome.OK,
        address="172.16.0.1",
        answered=True,
        latency_ms=60.0,
        phases_ms=well.phases_ms,
        details=MappingProxyType({"status": 200, "redirects": 1} if subject.speech == "http" else {}),
    )
    found = {"ok": well, PORTAL_PAGE: page}
    for word in _WORDS:
        found[word] = _failed(subject, word)
    return found


def _failed(subject: Subject, word: str) -> Finding:
    nowhere = word.startswith("dns.") or word == "timeout.dns"
    spoke = word.startswith("http.")
    cause = "unreachable" if word.startswith("no route") else word
    ours = word.startswith("no route")
    return Finding(
        Outcome.UNKNOWN if ours else Outcome.CRITICAL,
        cause,
        Blame.NETWORK if ours else Blame.SERVICE,
        word,
        address=None if nowhere and subject.named else subject.address,
        answered=spoke,
        phases_ms=_TALKED if spoke or word == "timeout.first_byte" else _CONNECTED,
        details=MappingProxyType({"errno": _ERRNO[word]} if word in _ERRNO else {}),
    )


_WORDS = (
    *("refused", "reset", "unreachable", "no route", "no route beyond"),
    *("timeout.connect", "timeout.first_byte", "timeout.dns", "dns.failed", "dns.nxdomain"),
    *("tls.expired", "tls.hostname", "http.status", "http.body"),
)

_FINDINGS = {subject.id: _findings(subject) for subject in CAST}
