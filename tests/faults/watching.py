"""A real monitor with real probes and a real desk, and what they saw, for tests that change the world around them."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Awaitable, Collection, Sequence
from itertools import pairwise
from pathlib import Path

from tests.faults.haste import HastyClock, HastyLoop
from tests.monitor.joined import joined
from tests.probes.certificates import trusting
from tests.servers import until
from trayapp.core.keys import Text
from trayapp.core.news import NO_NOTES, Notes
from trayapp.core.words import CheckResult, Notification, Outcome, Service, Snapshot, Status, StatusChange
from trayapp.monitor.ground_linux import LinuxGround
from trayapp.monitor.network import Network
from trayapp.monitor.resolver import Resolver
from trayapp.probes.base import Means
from trayapp.probes.controls import control

LOOK = 4.0
"""Seconds between two looks, as of the engine."""


class Watching:
    """Runs in a thread of its own; what it saw may be read from any."""

    def __init__(self, services: Sequence[Service], controls: Sequence[str], resolv_conf: Path) -> None:
        self._services = services
        self._controls = controls
        self._resolv_conf = resolv_conf
        self._stop = asyncio.Event()
        self._loop = HastyLoop()
        self.snapshot = Snapshot(0, 0)
        self.results: list[CheckResult] = []
        self.told: list[Notification] = []
        self.faults: list[BaseException] = []

    # In its thread

    def run(self, ready: threading.Event) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._run(ready))
        gc.collect()  # what is garbage says so here and now, not in the middle of another test

    async def _run(self, ready: threading.Event) -> None:
        resolver, tls, clock = Resolver(), trusting(), HastyClock(self._loop)

        def means(seconds: float) -> Means:
            return Means(seconds, _plain, resolver.resolve, tls)

        network = Network(LinuxGround(means, self._resolv_conf), clock, tuple(map(control, self._controls)))
        monitor, desk = joined(
            clock=clock,
            means=lambda service: means(service.timeout / 1000),
            memory=self,
            network=network,
            tell=self.told.append,
            publish=self._publish,
            observe=lambda item: None,
            on_fault=lambda fault, where: self.faults.append(fault),
        )
        monitor.apply(self._services, {}, {})
        ready.set()
        while not self._stop.is_set():
            monitor.look()
            try:
                async with asyncio.timeout(LOOK):
                    await self._stop.wait()
            except TimeoutError:
                continue
        desk.close()
        await monitor.stop()
        await asyncio.sleep(0.1)  # transports that are being closed
        resolver.close()

    def record(self, result: CheckResult) -> None:
        self.results.append(result)

    def commit(
        self,
        changes: Sequence[StatusChange],
        tellings: Sequence[object],
        notifications: Sequence[Notification],
        notes: Notes = NO_NOTES,
    ) -> Awaitable[None]:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    def pause(self, until: int | None, service: str | None = None) -> None:
        raise AssertionError("nobody pauses here")

    def _publish(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    # From the test's

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)

    def hurry(self, seconds: float) -> None:
        """So much time passes at once. Nobody may be waited for meanwhile."""
        self._loop.hurry(seconds)

    def statuses(self, of: Collection[str] | None = None) -> set[Status]:
        return {view.belief.status for view in self.snapshot.services if of is None or view.service.id in of}

    def reasons(self, of: Collection[str] | None = None) -> set[str]:
        return {view.belief.reason for view in self.snapshot.services if of is None or view.service.id in of}

    def sight(self, network: str = "internet") -> str:
        return next((sight.state for sight in self.snapshot.sights if sight.network == network), "")

    def causes(self, *, outcome: Outcome) -> set[str]:
        return {result.finding.cause for result in self.results if result.finding.outcome is outcome}

    def cause_of(self, service: str) -> str:
        """Why this one is down; empty: it is not."""
        views = (view.belief.incident for view in self.snapshot.services if view.service.id == service)
        return next((incident.cause for incident in views if incident is not None), "")

    def failures(self, of: Collection[str]) -> list[CheckResult]:
        """Every check that found one of them to fail."""
        return [each for each in self.results if each.finding.outcome is Outcome.CRITICAL and each.service in of]

    def told_of(self, *services: str) -> list[Notification]:
        return [told for told in list(self.told) if set(services) & set(told.services)]

    def until_all(self, status: Status, of: Collection[str] | None = None, seconds: float = 40.0) -> None:
        until(lambda: self.statuses(of) == {status}, seconds)

    def latest_by(self, of: Collection[str]) -> float:
        """Seconds by which a check of any of these began later after the one before than its interval says, at most."""
        late = 0.0
        for service in self._services:
            if service.id in of:
                began = [result.at for result in self.results if result.service == service.id]
                gaps = (later - earlier - service.interval for earlier, later in pairwise(began))
                late = max(late, max(gaps, default=0) / 1000)
        return late

    def checks_of(self, service: str) -> int:
        return sum(result.service == service for result in self.results)


async def _plain(text: Text) -> str:
    assert isinstance(text, str)
    return text
