"""When Watchbell itself ran: what it did not see then and what it could not see are different things.

A session is noted with the first thing that is written and ended when the history is closed. In between its last sign
of life is kept, for a program that is killed cannot say when.
"""

from __future__ import annotations

import sqlite3

from trayapp.core.words import Session
from trayapp.history import schema

_EVERY = 60_000


class Presence:
    """The session of this run, which began then. For the writer's thread, inside its transactions."""

    def __init__(self, began: int, version: str) -> None:
        self._began = began
        self._version = version
        self._noted: int | None = None

    def note(self, connection: sqlite3.Connection, now: int) -> None:
        """We are here; written at most once a minute, or after the clock was set back."""
        if self._noted is None or not self._noted <= now < self._noted + _EVERY:
            self._write(connection, now, ended=False)
            self._noted = now

    def end(self, connection: sqlite3.Connection, now: int) -> None:
        """This was it, where anything was ever noted."""
        if self._noted is not None:
            self._write(connection, now, ended=True)
            self._noted = None

    def forget(self) -> None:
        """What was noted last may not stand in the file that is written next: it is noted again."""
        self._noted = None

    def _write(self, connection: sqlite3.Connection, now: int, *, ended: bool) -> None:
        now = max(now, self._began)
        values = {"began": self._began, "version": self._version, "now": now, "ended": ended}
        known = connection.execute(
            """
            UPDATE sessions SET seen = max(seen, :now), ended = iif(:ended, max(seen, :now), NULL)
            WHERE id = (SELECT max(id) FROM sessions) AND began = :began AND version = :version
            """,
            values,
        )
        if known.rowcount == 0:
            connection.execute(
                """
                INSERT INTO sessions (began, seen, ended, version)
                VALUES (:began, :now, iif(:ended, :now, NULL), :version)
                """,
                values,
            )


def between(connection: sqlite3.Connection, since: int, until: int) -> list[Session]:
    """The sessions that overlap [since, until), oldest first, clipped to it."""
    if schema.version(connection) < schema.WITH_SUMS:
        return []
    found = connection.execute(
        """
        SELECT max(began, :since), min(coalesce(ended, seen), :until), version FROM sessions
        WHERE began < :until AND coalesce(ended, seen) > max(began, :since) ORDER BY began, id
        """,
        {"since": since, "until": until},
    )
    return [Session(*row) for row in found]
