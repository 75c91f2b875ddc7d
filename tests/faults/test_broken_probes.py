"""Probes with bugs: whatever one raises is our own fault, costs that service alone its checks, and ends nothing."""

from __future__ import annotations

import asyncio
import sqlite3
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.faults.table import Row, keep
from tests.monitor.grounds import FakeGround
from tests.monitor.joined import joined
from tests.monitor.virtual import VirtualClock, play
from trayapp.core.words import Blame, CheckResult, Finding, Notification, Outcome, Service, Snapshot, Status
from trayapp.monitor.network import Network
from trayapp.probes.base import Kind, Means

GOOD = Finding(Outcome.OK, latency_ms=1.0, answered=True)
MINUTES = 5


class Odd(BaseException):
    """Nobody's exception."""


class Unprintable(Exception):
    """One that cannot even be shown."""

    def __str__(self) -> str:
        raise RuntimeError("not to be shown")

    __repr__ = __str__


RAISED: list[BaseException] = [
    # not Exceptions at all
    *(Odd(), SystemExit(3), KeyboardInterrupt(), GeneratorExit(), BaseExceptionGroup("many", [Odd()])),
    # the interpreter's
    *(MemoryError(), RecursionError(), AssertionError(), NotImplementedError(), StopIteration(), StopAsyncIteration()),
    *(ZeroDivisionError(), KeyError("x"), IndexError(), AttributeError("x"), TypeError(), ValueError("x")),
    *(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "no"), ImportError("x"), EOFError(), BufferError(), ReferenceError()),
    # those of libraries, and of the system in the wrong place
    *(sqlite3.OperationalError("x"), httpx.ReadError("x"), asyncio.InvalidStateError(), asyncio.QueueFull()),
    *(ExceptionGroup("many", [ValueError(), OSError()]), Unprintable(), RuntimeWarning("x"), ssl.SSLWantReadError()),
    *(asyncio.CancelledError(), OSError(5, "Input/output error")),
]


@dataclass(frozen=True)
class Broken:
    """A probe whose check raises this. It is no Kind: those catch most by themselves."""

    raised: BaseException
    target: str = "broken"
    kind: str = "broken"

    async def check(self, means: Any) -> Finding:
        raise self.raised


@dataclass(frozen=True, slots=True)
class BrokenKind(Kind):
    """The same as a Kind, which has its own net below it."""

    raised: BaseException
    kind = "broken"
    target = "broken"

    @classmethod
    def from_target(cls, target: str) -> None:
        return None

    async def ask(self, means: Means, phases: Any) -> Finding:
        raise self.raised


@dataclass(frozen=True)
class Sane:
    target: str = "sane"
    kind: str = "sane"

    async def check(self, means: Any) -> Finding:
        return GOOD


@dataclass
class Seen:
    """What became of a broken service and of twenty sane ones."""

    results: list[CheckResult] = field(default_factory=list)
    told: list[Notification] = field(default_factory=list)
    faults: list[BaseException] = field(default_factory=list)
    snapshot: Snapshot = field(default_factory=lambda: Snapshot(0, 0))

    def record(self, result: CheckResult) -> None:
        self.results.append(result)

    def commit(self, *what: object) -> asyncio.Future[None]:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    def pause(self, until: int | None, service: str | None = None) -> None:
        raise AssertionError("nobody pauses here")

    def show(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot


def watched(probe: Any) -> Seen:
    """Some minutes of it, in no time."""
    seen = Seen()

    async def scene() -> None:
        clock = VirtualClock()
        monitor, desk = joined(
            clock=clock,
            memory=seen,
            tell=seen.told.append,
            on_fault=lambda fault, where: seen.faults.append(fault),
            means=lambda service: Means(1.0, None, None, None),
            network=Network(FakeGround(), clock),
            publish=seen.show,
            observe=lambda item: None,
        )
        services = [Service(id=f"s{n}", probe=Sane(), network="loopback") for n in range(20)]
        monitor.apply([Service(id="odd", probe=probe, network="loopback"), *services], {}, {})
        for _ in range(MINUTES * 15):
            await asyncio.sleep(4)
            monitor.look()
        desk.close()
        await monitor.stop()

    play(scene())
    return seen


def name(raised: BaseException) -> str:
    return type(raised).__name__


@pytest.mark.parametrize("probe", [Broken, BrokenKind], ids=["outside", "inside"])
@pytest.mark.parametrize("raised", RAISED, ids=name)
def test_whatever_a_probe_raises_is_our_own_fault_and_concerns_nobody_else(
    raised: BaseException,
    probe: Callable[[BaseException], Any],
    record_property: Callable[[str, object], None],
) -> None:
    seen = watched(probe(raised))
    (odd, *sane) = seen.snapshot.services
    if probe is Broken:
        row = Row("G5", f"a probe raises {name(raised)}", str(odd.belief.status), odd.belief.reason)
        keep(row, record_property)
    assert odd.belief.status is Status.UNKNOWN
    assert {view.belief.status for view in sane} == {Status.UP}
    assert seen.told == []
    found = [result.finding for result in seen.results if result.service == "odd"]
    assert all(finding.outcome is Outcome.UNKNOWN and finding.blame is Blame.SELF for finding in found)
    assert len(found) <= MINUTES + 1  # on its beat and no faster
    checks = [sum(result.service == view.service.id for result in seen.results) for view in sane]
    assert min(checks) >= MINUTES
