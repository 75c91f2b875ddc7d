"""What alerts remember: what was told in which notification, what is owed, what was withheld and why."""

from __future__ import annotations

import json
import sqlite3

from trayapp.core.news import Mentioned, Notes, Owed, Recalled, Said, Shown, Standing, Told
from trayapp.core.words import Notification
from trayapp.history import rows, schema

OF_LATE = 3_600_000
"""Milliseconds in which a notification counts against the limits, and its thread may still be updated."""


def put(connection: sqlite3.Connection, notification: Notification) -> None:
    """What a person is to be told; a second time does no harm."""
    connection.execute(
        """
        INSERT INTO notifications (id, at, kind, services, incident, title, body, urgent)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET
            at = excluded.at, kind = excluded.kind, services = excluded.services, incident = excluded.incident,
            title = excluded.title, body = excluded.body, urgent = excluded.urgent
        """,
        (
            notification.id,
            notification.at,
            notification.kind,
            json.dumps(notification.services),
            notification.incident,
            notification.title,
            notification.body,
            notification.urgent,
        ),
    )


def keep(connection: sqlite3.Connection, notes: Notes, at: int) -> None:
    """Write them down; twice does no harm. A notification that is `dropped` is done with."""
    connection.executemany(
        "INSERT OR REPLACE INTO owed VALUES (?, ?, ?, ?)",
        [(owed.incident.id, owed.said, owed.at, owed.held) for owed in notes.owed],
    )
    connection.executemany("DELETE FROM owed WHERE incident = ?", [(incident,) for incident in notes.settled])
    connection.executemany(
        "INSERT OR REPLACE INTO mentions VALUES (?, ?, ?)",
        [(mention.incident, mention.said, mention.notification) for mention in notes.mentions],
    )
    connection.executemany(
        "INSERT OR IGNORE INTO withheld VALUES (?, ?, ?)",
        [(withheld.incident, withheld.reason, withheld.at) for withheld in notes.withheld],
    )
    connection.executemany("DELETE FROM standing WHERE what = ? AND about = ?", notes.lifted)
    connection.executemany(
        "INSERT OR REPLACE INTO standing VALUES (?, ?, ?)",
        [(standing.what, standing.about, standing.at) for standing in notes.standing],
    )
    connection.executemany(
        "UPDATE notifications SET delivered_at = coalesce(delivered_at, ?) WHERE id = ?",
        [(at, notification) for notification in notes.dropped],
    )


def recall(connection: sqlite3.Connection, now: int) -> Recalled:
    """Everything that telling goes on from at `now`."""
    threads = _threads(connection, now)
    return Recalled(
        next_id=schema.next_id(connection, "notifications"),
        owed=_owed(connection),
        mentioned=tuple(mentioned for told in threads for mentioned in _mentioned(connection, told.thread)),
        threads=threads,
        shown=_shown(connection, now),
        standing=tuple(
            Standing(*row) for row in connection.execute("SELECT what, about, at FROM standing ORDER BY what, about")
        ),
        undelivered=_undelivered(connection),
    )


def _owed(connection: sqlite3.Connection) -> tuple[Owed, ...]:
    found = connection.execute(
        f"""
        SELECT said, at, held, services.key, {rows.INCIDENT} FROM owed
        JOIN incidents ON incidents.id = owed.incident JOIN services ON services.id = incidents.service
        ORDER BY owed.at, owed.incident
        """
    )
    return tuple(
        Owed(rows.incident(service, row), Said(said), at, bool(held)) for said, at, held, service, *row in found
    )


def _threads(connection: sqlite3.Connection, now: int) -> tuple[Told, ...]:
    found = connection.execute(
        """
        SELECT thread.incident, min(thread.at), max(thread.at),
            max(iif(thread.kind = 'reminder', thread.at, NULL)), sum(thread.kind = 'reminder')
        FROM notifications AS thread WHERE thread.incident IN (
            SELECT notifications.incident FROM incidents JOIN mentions ON mentions.incident = incidents.id
                JOIN notifications ON notifications.id = mentions.notification WHERE incidents."end" IS NULL
            UNION SELECT notifications.incident FROM owed JOIN mentions ON mentions.incident = owed.incident
                JOIN notifications ON notifications.id = mentions.notification
            UNION SELECT incident FROM notifications WHERE at > ? OR delivered_at IS NULL
        ) GROUP BY thread.incident ORDER BY min(thread.at), thread.incident
        """,
        (now - OF_LATE,),
    )
    return tuple(Told(*row) for row in found)


def _mentioned(connection: sqlite3.Connection, thread: int) -> list[Mentioned]:
    found = connection.execute(
        f"""
        SELECT said, mentions.notification, services.key, {rows.INCIDENT} FROM notifications
        JOIN mentions ON mentions.notification = notifications.id
        JOIN incidents ON incidents.id = mentions.incident JOIN services ON services.id = incidents.service
        WHERE notifications.incident = ? ORDER BY mentions.notification, mentions.incident
        """,
        (thread,),
    )
    return [
        Mentioned(thread, rows.incident(service, row), Said(said), notification)
        for said, notification, service, *row in found
    ]


def _shown(connection: sqlite3.Connection, now: int) -> tuple[Shown, ...]:
    found = connection.execute(
        """
        SELECT at, incident IS NULL OR NOT EXISTS (
            SELECT 1 FROM notifications AS earlier WHERE earlier.incident = notifications.incident
            AND earlier.id < notifications.id
        ) FROM notifications WHERE at > ? ORDER BY id
        """,
        (now - OF_LATE,),
    )
    return tuple(Shown(at, bool(ring)) for at, ring in found)


def _undelivered(connection: sqlite3.Connection) -> tuple[tuple[Notification, bool], ...]:
    """Notifications of which nobody has said that he shows them, and whether somebody may have."""
    found = connection.execute(
        """
        SELECT id, at, kind, services, incident, title, body, urgent, attempted_at IS NOT NULL FROM notifications
        WHERE delivered_at IS NULL ORDER BY id
        """
    )
    return tuple(
        (Notification(id_, at, kind, tuple(json.loads(services)), incident, title, body, bool(urgent)), bool(attempted))
        for id_, at, kind, services, incident, title, body, urgent, attempted in found
    )
