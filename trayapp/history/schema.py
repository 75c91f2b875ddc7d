"""The tables, and how an older file becomes a newer one.

A migration is a tuple of statements that run in one transaction; `user_version` counts the
migrations a file has had. A released migration is never edited: what changes is another one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

APPLICATION_ID = 0x57426C31
"""What makes a SQLite file ours ("WBl1"); a file without it is never written to."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE services (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            key TEXT NOT NULL UNIQUE,
            created INTEGER NOT NULL,
            fingerprint TEXT NOT NULL,
            interval INTEGER,
            timeout INTEGER,
            removed_at INTEGER
        ) STRICT
        """,
        # No result with this reason is later than `seen`: pruning needs no index on results.reason for that,
        # and a foreign key would want one.
        """
        CREATE TABLE reasons (
            id INTEGER PRIMARY KEY,
            outcome TEXT NOT NULL,
            cause TEXT NOT NULL,
            blame TEXT NOT NULL,
            message TEXT NOT NULL,
            answered INTEGER NOT NULL,
            seen INTEGER NOT NULL,
            UNIQUE (outcome, cause, blame, message, answered)
        ) STRICT
        """,
        """
        CREATE TABLE results (
            service INTEGER NOT NULL REFERENCES services ON DELETE CASCADE,
            at INTEGER NOT NULL,
            took INTEGER NOT NULL,
            latency_us INTEGER,
            reason INTEGER NOT NULL,
            PRIMARY KEY (service, at)
        ) STRICT, WITHOUT ROWID
        """,
        # A segment ends where the next one starts, so they touch whatever is written.
        """
        CREATE TABLE segments (
            service INTEGER NOT NULL REFERENCES services ON DELETE CASCADE,
            start INTEGER NOT NULL,
            status TEXT NOT NULL,
            reason TEXT NOT NULL,
            confirmed INTEGER NOT NULL,
            PRIMARY KEY (service, start)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE incidents (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            service INTEGER NOT NULL REFERENCES services ON DELETE CASCADE,
            start INTEGER NOT NULL,
            confirmed INTEGER NOT NULL,
            "end" INTEGER,
            closing TEXT NOT NULL,
            end_uncertain INTEGER NOT NULL,
            cause TEXT NOT NULL,
            message TEXT NOT NULL
        ) STRICT
        """,
        'CREATE UNIQUE INDEX open_incident ON incidents (service) WHERE "end" IS NULL',
        # No foreign key to incidents here and below: what a person was told outlives a history that was lost.
        """
        CREATE TABLE tellings (
            service INTEGER PRIMARY KEY REFERENCES services ON DELETE CASCADE,
            told INTEGER,
            acknowledged INTEGER,
            snoozed_until INTEGER
        ) STRICT
        """,
        """
        CREATE TABLE notifications (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            kind TEXT NOT NULL,
            services TEXT NOT NULL,
            incident INTEGER,
            title TEXT NOT NULL,
            body TEXT NOT NULL,
            urgent INTEGER NOT NULL,
            attempted_at INTEGER,
            delivered_at INTEGER
        ) STRICT
        """,
        "CREATE INDEX undelivered ON notifications (id) WHERE delivered_at IS NULL",
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID",
    ),
    # Flapping, pauses of single services, and what alerts remember (core.news). Notifications with the same
    # `incident` are one thread on the screen.
    (
        "ALTER TABLE segments ADD COLUMN flapping_since INTEGER",
        "ALTER TABLE segments ADD COLUMN counted_since INTEGER NOT NULL DEFAULT 0",
        # Nobody reads it of any segment but the newest. Flapping is counted anew where core.verdict does so.
        """
        UPDATE segments SET counted_since = anew.since FROM (
            SELECT service, max(start) AS newest, max(start) FILTER (
                WHERE before IS NULL OR 'PAUSED' IN (status, before) OR reason IN ('changed', 'removed')
            ) AS since FROM (
                SELECT service, start, status, reason,
                    lag(status) OVER (PARTITION BY service ORDER BY start) AS before FROM segments
            ) GROUP BY service
        ) AS anew WHERE segments.service = anew.service AND start = newest
        """,
        """
        CREATE TABLE pauses (
            service INTEGER PRIMARY KEY REFERENCES services ON DELETE CASCADE,
            until INTEGER NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE mentions (
            incident INTEGER NOT NULL,
            said TEXT NOT NULL,
            notification INTEGER NOT NULL,
            PRIMARY KEY (incident, said)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX mentioned_by ON mentions (notification)",
        """
        INSERT OR IGNORE INTO mentions
        SELECT incident, iif(kind = 'down', 'down', 'back'), id FROM notifications
        WHERE incident IS NOT NULL AND kind IN ('down', 'recovered') ORDER BY id
        """,
        """
        CREATE TABLE owed (
            incident INTEGER PRIMARY KEY,
            said TEXT NOT NULL,
            at INTEGER NOT NULL,
            held INTEGER NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE withheld (
            incident INTEGER NOT NULL,
            reason TEXT NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (incident, reason)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE standing (
            what TEXT NOT NULL,
            about TEXT NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (what, about)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX threads ON notifications (incident, at)",
        "CREATE INDEX notifications_at ON notifications (at)",
        # In place of the foreign keys that these tables can not have.
        """
        CREATE TRIGGER incident_deleted AFTER DELETE ON incidents BEGIN
            DELETE FROM mentions WHERE incident = old.id;
            DELETE FROM owed WHERE incident = old.id;
            DELETE FROM withheld WHERE incident = old.id;
        END
        """,
        """
        CREATE TRIGGER service_deleted AFTER DELETE ON services BEGIN
            DELETE FROM standing WHERE about = old.key AND what <> 'blind';
        END
        """,
    ),
)


def version(connection: sqlite3.Connection) -> int:
    """How many migrations the file has had."""
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    return int(found)


def migrate(connection: sqlite3.Connection, migrations: Sequence[Sequence[str]] = MIGRATIONS) -> None:
    """Run what the file has not had yet. A migration that fails leaves the file as it was before that one."""
    for number in range(version(connection) + 1, len(migrations) + 1):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in migrations[number - 1]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
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
