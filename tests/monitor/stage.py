"""A monitor on a stage: services that answer from a script, a memory that can be watched, virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.monitor.grounds import CONTROLS, FakeGround
from tests.monitor.joined import joined
from tests.monitor.virtual import VirtualClock
from tests.monitor.virtual import play as in_virtual_time
from trayapp.core.news import NO_NOTES
from trayapp.core.words import (
    CheckResult,
    Finding,
    Notification,
    Outcome,
    Service,
    Snapshot,
    StatusChange,
    Telling,
)
from trayapp.monitor.monitor import Monitor
from trayapp.monitor.network import Network

GOOD = Finding(Outcome.OK, latency_ms=1.0, answered=True)
BAD = Finding(Outcome.CRITICAL, "http.status", message="HTTP 503")


@dataclass(frozen=True)
class Scripted:
    """A probe that answers what it is told to, and counts."""

    answer: Callable[[], Coroutine[Any, Any, Finding]]
    target: str = "script"
    kind: str = "scripted"

    async def check(self, means: Any) -> Finding:
        return await self.answer()


@dataclass
class Recorded:
    """A memory that keeps what it is given; `broken` makes every commit fail, `stuck` makes none end."""

    broken: bool = False
    stuck: bool = False
    results: list[CheckResult] = field(default_factory=list)
    changes: list[StatusChange] = field(default_factory=list)
    tellings: list[Telling] = field(default_factory=list)
    notifications: list[Notification] = field(default_factory=list)
    paused: list[int | None] = field(default_factory=list)

    def record(self, result: CheckResult) -> None:
        self.results.append(result)

    def commit(self, changes, tellings, notifications, notes=NO_NOTES):
        done = asyncio.get_running_loop().create_future()
        if self.broken:
            done.set_exception(OSError(28, "No space left on device"))
        elif not self.stuck:
            done.set_result(None)
            self.changes += changes
            self.tellings += tellings
            self.notifications += notifications
        return done

    def pause(self, until: int | None, service: str | None = None) -> None:
        self.paused.append(until)


@dataclass
class Stage:
    """A monitor with everything around it."""

    memory: Recorded = field(default_factory=Recorded)
    told: list[Notification] = field(default_factory=list)
    snapshots: list[Snapshot] = field(default_factory=list)
    seen: list[CheckResult | StatusChange] = field(default_factory=list)
    faults: list[BaseException] = field(default_factory=list)
    clock: VirtualClock = field(default_factory=VirtualClock)

    def monitor(self) -> Monitor:
        monitor, _ = joined(
            clock=self.clock,
            network=Network(FakeGround(), self.clock, CONTROLS),
            means=lambda service: None,
            memory=self.memory,
            tell=self.told.append,
            publish=self.snapshots.append,
            observe=self.seen.append,
            on_fault=lambda fault, where: self.faults.append(fault),
        )
        return monitor


def service(id_: str, answer, **keys) -> Service:
    usual = {"interval": 40, "recheck_interval": 20, "timeout": 1000, "network": "loopback"}
    return Service(id=id_, probe=Scripted(answer), **{**usual, **keys})


def always(finding: Finding):
    async def answer() -> Finding:
        return finding

    return answer


async def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


def on_stage(play: Callable[[Stage, Monitor], Coroutine[Any, Any, None]], stage: Stage | None = None) -> Stage:
    stage = stage or Stage()

    async def run() -> None:
        monitor = stage.monitor()
        looking = asyncio.create_task(_look(monitor))
        try:
            await play(stage, monitor)
        finally:
            looking.cancel()
            await monitor.stop()

    in_virtual_time(run())
    return stage


async def _look(monitor: Monitor) -> None:
    while True:
        await asyncio.sleep(2)
        monitor.look()


def watch(monitor: Monitor, services: Sequence[Service]) -> None:
    monitor.apply(services, {}, {})
