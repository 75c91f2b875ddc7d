"""A history without a disk or a thread: the real tables, written at once, that outlive the program above them."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any

from trayapp.core.news import NO_NOTES, Notes
from trayapp.core.words import CheckResult, Notification, Service, StatusChange, Telling
from trayapp.history import registry, schema
from trayapp.history.ledger import Ledger
from trayapp.history.memory import Remembered, recall


class Book:
    """What the monitor, the desk and the outbox leave for the time after a restart. `now` is the wall clock."""

    def __init__(self, now: Callable[[], int]) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        self.connection.execute("PRAGMA foreign_keys = ON")
        schema.migrate(self.connection)
        self._ledger = Ledger(self.connection)
        self._now = now
        self.given: list[tuple[str, int, str]] = []
        """Every (kind, id, of what) that was written, in order: ids of incidents and notifications."""

    def record(self, result: CheckResult) -> None:
        self._write(lambda: self._ledger.append(result))

    def commit(
        self,
        changes: Sequence[StatusChange],
        tellings: Sequence[Telling],
        notifications: Sequence[Notification],
        notes: Notes = NO_NOTES,
    ) -> Awaitable[None]:
        self.given += [
            ("incident", each.incident.id, f"{each.service} {each.incident.start}") for each in changes if each.incident
        ]
        self.given += [("notification", each.id, each.title) for each in notifications]
        return self._write(lambda: self._ledger.commit(changes, tellings, notifications, notes, self._now()))

    def attempted(self, notification: int) -> Awaitable[None]:
        return self._write(lambda: self._ledger.attempted(notification, self._now()))

    def delivered(self, notification: int) -> Awaitable[None]:
        return self._write(lambda: self._ledger.delivered(notification, self._now()))

    def pause(self, until: int | None, service: str | None = None) -> None:
        self._write(lambda: self._ledger.set_paused(until, service, self._now()))

    def register(self, services: Sequence[Service], gone: Collection[str]) -> None:
        self._write(lambda: registry.register(self._ledger, services, self._now()) and None)
        self._write(lambda: registry.remove(self._ledger, gone, self._now()))

    def recall(self, services: Sequence[Service]) -> Remembered:
        return recall(self.connection, services, self._now())

    def read(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def _write(self, write: Callable[[], None]) -> Awaitable[None]:
        with self._ledger.transaction(durable=False):
            write()
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done
