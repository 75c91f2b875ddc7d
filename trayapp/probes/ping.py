"""`ping`: does a machine answer echo requests, how many of them, and how fast?"""

from __future__ import annotations

import asyncio
import errno
import math
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Self

from trayapp.core.keys import Key
from trayapp.core.words import Finding, Outcome
from trayapp.probes.addresses import check_host
from trayapp.probes.base import AddrInfo, Kind, Means
from trayapp.probes.datagram import addresses_of, verdict_at
from trayapp.probes.hosted import Host
from trayapp.probes.icmp import Train, Wire, open_wire, told_most
from trayapp.probes.phases import Phases

SPACING = 0.25
"""Seconds between two requests, less where the check has little time."""

PATIENCE = 1.0
"""Seconds that the last ones are waited for once any was answered, or twice the slowest answer."""

OURS = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENETDOWN, errno.EPERM, errno.EACCES})
"""What this machine says by itself of a request that it could not send."""

_FAMILIES = {"4": socket.AF_INET, "6": socket.AF_INET6}


@dataclass(frozen=True, slots=True)
class Ping(Kind):
    """A machine that answers pings. Its latency is that of looking up the name and of the average answer."""

    kind: ClassVar[str] = "ping"
    title: ClassVar[str] = "Ping"
    example: ClassVar[str] = "ping:example.org"

    host: Host
    count: Annotated[int, Key("Requests", "How many are sent in each check.", least=1, most=20, advanced=True)] = 3
    loss_above: Annotated[
        int, Key("Loss above", "Percent of unanswered requests above which it is degraded.", least=0, most=100)
    ] = 50
    ip: Annotated[str, Key("IP version", "Which one to use.", pattern="auto|4|6", advanced=True)] = "auto"

    @property
    def target(self) -> str:
        return self.host

    @classmethod
    def from_target(cls, target: str) -> Self | None:
        """`ping:host` or `ping://host`."""
        scheme, colon, rest = target.partition(":")
        if not colon or scheme.lower() != cls.kind:
            return None
        host = rest.removeprefix("//").removesuffix("/")
        return cls(check_host(host))

    async def check(self, means: Means) -> Finding:
        """One check. What was waited for on purpose, between requests and for lost ones, is no latency."""
        finding = await Kind.check(self, means)
        average = finding.details.get("rtt_avg_ms")
        if average is None:
            return finding
        phases = {**finding.phases_ms, "reply": average}
        return replace(finding, phases_ms=phases, latency_ms=sum(phases.values()))

    async def ask(self, means: Means, phases: Phases) -> Finding:
        found = await addresses_of(means, phases, check_host(self.host), 0)
        places = [place for place in found if self.ip == "auto" or place[0] == _FAMILIES[self.ip]]
        if not places:
            raise socket.gaierror(socket.EAI_NONAME, f"the name has no IPv{self.ip} address")
        phases.enter("reply", doing="connect")
        train = await self._send(means, phases, places)
        phases.answered = bool(train.answered)
        return self.judge(train)

    async def _send(self, means: Means, phases: Phases, places: Sequence[AddrInfo]) -> Train:
        """To the first address that this machine can send to."""
        end = verdict_at(means, phases)
        for place in places:
            phases.address = place[4][0]
            try:
                return await drive(open_wire(place), place, self.count, end, means.clock)
            except OSError:
                if place is places[-1]:
                    raise
        raise AssertionError("there is a last place")

    def judge(self, train: Train) -> Finding:
        """What it means that these were answered."""
        sent, received = len(train.sent), len(train.answered)
        details: dict[str, Any] = {
            "sent": sent,
            "received": received,
            "loss_percent": round(100 * (sent - received) / sent, 1),
        }
        if not received:
            cause, said = "ping.lost", f"no answer to {sent} pings" if sent > 1 else "no answer to a ping"
            trouble = told_most(list(train.troubles.values()))
            if trouble is not None and trouble.expired:
                cause, said = "ping.ttl", f"its way goes in a circle, or is too long: {trouble.router} gave it up"
            elif trouble is not None and trouble.router:
                cause, said = "unreachable", f"{trouble.router} says that it cannot be reached"
            elif trouble is not None and trouble.number in OURS:
                raise OSError(trouble.number, "the system could not send it")
            return Finding(Outcome.CRITICAL, cause, message=said, details=details)
        times = [seconds * 1000 for seconds in train.answered.values()]
        measured = {"min": min(times), "avg": sum(times) / received, "max": max(times)}
        details |= {f"rtt_{which}_ms": round(time, 3) for which, time in measured.items()}
        if details["loss_percent"] > self.loss_above:
            return Finding(
                Outcome.WARNING, "ping.loss", message=f"{sent - received} of {sent} pings lost", details=details
            )
        return Finding(Outcome.OK, details=details)


async def drive(wire: Wire, place: AddrInfo, count: int, end: float, clock: Callable[[], float]) -> Train:
    """Send so many over the wire, and wait for the answers until `end` on the loop's clock at most. It is closed then.

    OSError: this machine cannot send there.
    """
    loop, train, news = asyncio.get_running_loop(), Train(place[0], place[4][0], wire.number), asyncio.Event()

    def read() -> None:
        now = clock()
        for packet, source in wire.heard():
            train.hear(packet, source, now)
        for trouble in wire.troubles():
            train.told(trouble)
        news.set()

    async def news_before(moment: float) -> bool:
        news.clear()
        try:
            async with asyncio.timeout_at(moment):
                return await news.wait()
        except TimeoutError:
            return False

    began = loop.time()
    spacing = min(SPACING, (end - began) / (count + 1))
    try:
        loop.add_reader(wire, read)
        wire.send(train.request(clock()))
        while len(train.sent) < count and loop.time() < end - spacing:  # a busy machine sends fewer
            due = began + spacing * len(train.sent)
            while await news_before(due):
                pass
            wire.send(train.request(clock()))
        last = loop.time()
        while not train.settled and await news_before(min(end, last + patience(train))):
            pass
    finally:
        loop.remove_reader(wire)
        wire.close()
    return train


def patience(train: Train) -> float:
    """Seconds that the last requests are waited for, without end while none was answered."""
    return max(PATIENCE, 2 * max(train.answered.values())) if train.answered else math.inf
