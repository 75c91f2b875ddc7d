"""Changes that somebody made: when, what, and to which services."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from trayapp.core.words import Marker
from trayapp.history import schema


def mark(connection: sqlite3.Connection, text: str, services: Sequence[str], at: int, made: int) -> Marker:
    """Somebody changed this at `at`, and said so at `made`. The same words of the same moment are the same marker."""
    named = json.dumps(sorted(set(services)))
    row = connection.execute(
        "SELECT id FROM markers WHERE at = ? AND text = ? AND services = ?", (at, text, named)
    ).fetchone()
    if row is None:
        row = connection.execute(
            "INSERT INTO markers (at, text, services, made) VALUES (?, ?, ?, ?) RETURNING id", (at, text, named, made)
        ).fetchone()
    return Marker(int(row[0]), at, text, tuple(sorted(set(services))))


def between(connection: sqlite3.Connection, since: int, until: int, service: str | None) -> list[Marker]:
    """The markers of [since, until), oldest first; with a service, those that name it or are of all services."""
    if schema.version(connection) < schema.WITH_SUMS:
        return []
    found = connection.execute(
        """
        SELECT id, at, text, services FROM markers WHERE at >= :since AND at < :until
            AND (:service IS NULL OR services = '[]' OR :service IN (SELECT value FROM json_each(services)))
        ORDER BY at, id
        """,
        {"since": since, "until": until, "service": service},
    )
    return [Marker(number, at, text, tuple(json.loads(services))) for number, at, text, services in found]
