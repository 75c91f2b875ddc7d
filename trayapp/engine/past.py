"""The history, as the engine's loop awaits it: a disk that fails or hangs costs memories and nothing else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from trayapp.core.news import NO_NOTES, Notes
from trayapp.core.words import CheckResult, Notification, Service, StatusChange, Telling
from trayapp.history.memory import Remembered
from trayapp.history.writer import History
from trayapp.monitor.clock import Clock

log = logging.getLogger("trayapp.engine")

PATIENCE = 10.0
"""Seconds to wait for what is remembered: whoever goes on without it may tell a known outage as new."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """What is remembered of the services that were asked for, and the ids of the others it knows."""

    remembered: Remembered
    others: frozenset[str] = frozenset()


class Past:
    """What the monitor and the outbox leave for the time after a restart (monitor.monitor.Memory)."""

    def __init__(self, history: History, clock: Clock) -> None:
        self._history = history
        self._clock = clock

    def record(self, result: CheckResult) -> None:
        self._history.record(result)

    def commit(
        self,
        changes: Sequence[StatusChange],
        tellings: Sequence[Telling],
        notifications: Sequence[Notification],
        notes: Notes = NO_NOTES,
    ) -> Awaitable[None]:
        """Done when it was tried; what kept it from the disk is told by the history itself."""
        return _tried(self._history.commit(changes, tellings, notifications, notes=notes))

    def attempted(self, notification: int) -> Awaitable[None]:
        return _tried(self._history.attempted(notification))

    def delivered(self, notification: int) -> Awaitable[None]:
        return _tried(self._history.delivered(notification))

    def pause(self, until: int | None, service: str | None = None) -> None:
        self._history.set_paused(until, service)

    def register(self, services: Sequence[Service], gone: Collection[str]) -> None:
        """These are watched from now on as they are now, and those no longer."""
        now = self._clock.now()
        self._history.register(services, now)
        self._history.remove(tuple(gone), now)

    async def recall(self, services: Sequence[Service]) -> Recalled:
        """What is remembered of these, having learnt what they dial now. Without an answer in time: nothing."""
        now = self._clock.now()
        registered = self._history.register(services, now)
        remembered = self._history.remembered(services)
        try:
            async with asyncio.timeout(PATIENCE):
                registration = await asyncio.wrap_future(registered)
                return Recalled(await asyncio.wrap_future(remembered), frozenset(registration.absent))
        except Exception as fault:  # noqa: BLE001 - watching goes on without a past
            log.warning("the history could not be read: %r", fault)
            return Recalled(Remembered.nothing(now))


async def _tried(writing: Future[None]) -> None:
    """A disk that is full is trouble (History.trouble), and a fault of ours is on record: neither is raised again."""
    waiting = asyncio.wrap_future(writing)
    try:
        await asyncio.wait([waiting])
        waiting.exception()  # seen: asyncio need not mention it
    finally:
        waiting.cancel()  # else it would try to wake a loop that has ended
