"""A real monitor with real probes, and what it saw, for tests that change the world around it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Collection, Sequence
from pathlib import Path

from tests.probes.certificates import trusting
from tests.servers import until
from trayapp.alerts import policy
from trayapp.core.keys import Text
from trayapp.core.words import CheckResult, Notification, Outcome, Service, Snapshot, Status, StatusChange
from trayapp.monitor.clock import SystemClock
from trayapp.monitor.ground_linux import LinuxGround
from trayapp.monitor.monitor import Monitor
from trayapp.monitor.network import Network
from trayapp.monitor.resolver import Resolver
from trayapp.probes.base import Means
from trayapp.probes.controls import control


class Watching:
    """Runs in a thread of its own; what it saw may be read from any."""

    def __init__(self, services: Sequence[Service], controls: Sequence[str], resolv_conf: Path) -> None:
        self._services = services
        self._controls = controls
        self._resolv_conf = resolv_conf
        self._stop = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop
        self.snapshot = Snapshot(0, 0)
        self.results: list[CheckResult] = []
        self.told: list[Notification] = []
        self.faults: list[BaseException] = []

    # In its thread

    def run(self, ready: threading.Event) -> None:
        asyncio.run(self._run(ready))

    async def _run(self, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        resolver, tls, clock = Resolver(), trusting(), SystemClock()

        def means(seconds: float) -> Means:
            return Means(seconds, _plain, resolver.resolve, tls)

        network = Network(LinuxGround(means, self._resolv_conf), clock, tuple(map(control, self._controls)))
        monitor = Monitor(
            clock=clock,
            means=lambda service: means(service.timeout / 1000),
            memory=self,
            policy=policy,
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
                async with asyncio.timeout(2):
                    await self._stop.wait()
            except TimeoutError:
                continue
        await monitor.stop()
        resolver.close()

    def record(self, result: CheckResult) -> None:
        self.results.append(result)

    def commit(
        self, changes: Sequence[StatusChange], tellings: Sequence[object], notifications: Sequence[Notification]
    ) -> Awaitable[None]:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    def pause(self, until: int | None) -> None:
        raise AssertionError("nobody pauses here")

    def _publish(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    # From the test's

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)

    def statuses(self, of: Collection[str] | None = None) -> set[Status]:
        return {view.belief.status for view in self.snapshot.services if of is None or view.service.id in of}

    def reasons(self, of: Collection[str] | None = None) -> set[str]:
        return {view.belief.reason for view in self.snapshot.services if of is None or view.service.id in of}

    def sight(self, network: str = "internet") -> str:
        return next((sight.state for sight in self.snapshot.sights if sight.network == network), "")

    def causes(self, *, outcome: Outcome) -> set[str]:
        return {result.finding.cause for result in self.results if result.finding.outcome is outcome}

    def critical(self) -> set[str]:
        """Every service that any check found to fail."""
        return {result.service for result in self.results if result.finding.outcome is Outcome.CRITICAL}

    def until_all(self, status: Status, of: Collection[str] | None = None, seconds: float = 40.0) -> None:
        until(lambda: self.statuses(of) == {status}, seconds)

    def checks_of(self, service: str) -> int:
        return sum(result.service == service for result in self.results)


async def _plain(text: Text) -> str:
    assert isinstance(text, str)
    return text
