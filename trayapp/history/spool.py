"""Where a past waits while it is brought along: a file of its own that puts it in order and keeps each check once.

It lies beside the history, where there is room for it, and is gone afterwards whatever happens.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple, TypeAlias

from trayapp.core.words import Outcome
from trayapp.history.beginning import COMPANIONS

BY_CODE = tuple(sorted(Outcome, key=lambda outcome: outcome.exit_code))
"""Outcomes, each at the place of its exit code, which stands for it in a spool."""

_MOST_REASONS_IN_MEMORY = 4096

_BEGIN = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -65536;
CREATE TABLE reasons (id INTEGER PRIMARY KEY, outcome INTEGER, message TEXT, UNIQUE (outcome, message)) STRICT;
CREATE TABLE checks (
    service INTEGER, at INTEGER, outcome INTEGER, reason INTEGER, latency_us INTEGER, PRIMARY KEY (service, at)
) STRICT, WITHOUT ROWID;
BEGIN
"""


Waiting: TypeAlias = "tuple[int, int, int, int | None, str]"
"""A check that is handed in: a number for its service, when (ms UTC), exit code, latency in µs, message."""

Spooled: TypeAlias = "tuple[int, int, int, int | None]"
"""A check of a service in its order: when, exit code, what stands for its message, latency in µs."""


class Span(NamedTuple):
    """What there is of a service: how many checks, and when the first and the last of them began."""

    checks: int
    first: int
    last: int


class Spool:
    """Checks in any order go in, checks of one service in the order of time come out. For one thread at a time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._reasons: dict[tuple[int, str], int] = {}

    def add(self, checks: Sequence[Waiting]) -> None:
        """A bundle of them. Of two checks of a service at the same millisecond the first stays."""
        rows = [
            (service, at, outcome, self._reasons.get((outcome, message)) or self._reason(outcome, message), latency_us)
            for service, at, outcome, latency_us, message in checks
        ]
        rows.sort(key=itemgetter(0, 1))  # neighbours go into one page
        self._connection.executemany("INSERT OR IGNORE INTO checks VALUES (?, ?, ?, ?, ?)", rows)

    def spans(self) -> dict[int, Span]:
        """What there is of each service."""
        found = self._connection.execute("SELECT service, count(*), min(at), max(at) FROM checks GROUP BY service")
        return {service: Span(*span) for service, *span in found}

    def cadence(self, service: int) -> int:
        """The usual time between two checks of it, in ms: their median, to the next whole second; 0 for one check."""
        found = self._connection.execute(
            """
            SELECT (at - before + 999) / 1000 AS apart, count(*) FROM (
                SELECT at, lag(at) OVER (ORDER BY at) AS before FROM checks WHERE service = ?
            ) WHERE before IS NOT NULL GROUP BY apart ORDER BY apart
            """,
            (service,),
        ).fetchall()
        half = sum(count for _, count in found) / 2
        for apart, count in found:
            half -= count
            if half <= 0:
                return int(apart) * 1000
        return 0

    def checks(self, service: int, since: int, until: int) -> Iterator[Spooled]:
        """Those of one service in [since, until), the oldest first."""
        return self._connection.execute(
            """
            SELECT at, outcome, reason, latency_us FROM checks
            WHERE service = ? AND at >= ? AND at < ? ORDER BY service, at
            """,
            (service, since, until),
        )

    def message(self, reason: int) -> str:
        """The words of a reason."""
        (message,) = self._connection.execute("SELECT message FROM reasons WHERE id = ?", (reason,)).fetchone()
        return str(message)

    def _reason(self, outcome: int, message: str) -> int:
        self._connection.execute("INSERT OR IGNORE INTO reasons (outcome, message) VALUES (?, ?)", (outcome, message))
        (number,) = self._connection.execute(
            "SELECT id FROM reasons WHERE outcome = ? AND message = ?", (outcome, message)
        ).fetchone()
        if len(self._reasons) >= _MOST_REASONS_IN_MEMORY:
            self._reasons.clear()
        self._reasons[outcome, message] = number
        return int(number)


@contextmanager
def spooling(path: Path) -> Iterator[Spool]:
    """A new spool at `path`, which is removed at the end; one that was left there too."""
    _remove(path)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as connection:
            connection.executescript(_BEGIN)
            yield Spool(connection)
    finally:
        _remove(path)


def _remove(path: Path) -> None:
    for leftover in (path, *(Path(f"{path}{suffix}") for suffix in COMPANIONS)):
        leftover.unlink(missing_ok=True)
