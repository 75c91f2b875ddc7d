"""Which tables a file has, and how an older file becomes a newer one.

The migrations (migrations.py) that a file has not had run in one transaction. `user_version` counts those that it has
had.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from trayapp.history.migrations import MIGRATIONS

APPLICATION_ID = 0x57426C31
"""What makes a SQLite file ours ("WBl1"); a file without it is never written to."""

CURRENT = len(MIGRATIONS)
"""The schema that this program reads and writes."""

WITH_SUMS = 3
"""The schema from which on checks are packed and summed up, and there are evidence, corrections, markers and sessions.

A file that was only ever read since an update may be older.
"""


def version(connection: sqlite3.Connection) -> int:
    """How many migrations the file has had."""
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    return int(found)


def migrate(connection: sqlite3.Connection, migrations: Sequence[Sequence[str]] = MIGRATIONS) -> None:
    """Run what the file has not had yet, all of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for migration in migrations[version(connection) :]:
            for statement in migration:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


def next_id(connection: sqlite3.Connection, table: str) -> int:
    """The next id of an AUTOINCREMENT table: above every id it ever had, those of deleted rows too."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    return int(row[0]) + 1 if row else 1


def skip_ids(connection: sqlite3.Connection, first: int) -> None:
    """Let ids that are handed out to incidents and notifications begin at `first`, in a file that has none yet."""
    connection.executemany(
        "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)",
        [(table, first - 1) for table in ("incidents", "notifications")],
    )
