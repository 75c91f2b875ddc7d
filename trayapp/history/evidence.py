"""The evidence of incidents: written with the opening and the closing it is of, and gone with its incident."""

from __future__ import annotations

import logging
import sqlite3

from trayapp.core.evidence import Evidence
from trayapp.history import schema

OPENING, CLOSING = "opening", "closing"

log = logging.getLogger(__name__)


def keep(connection: sqlite3.Connection, incident: int, part: str, evidence: Evidence) -> None:
    """Write it down; a second time does no harm."""
    connection.execute("INSERT OR REPLACE INTO evidence VALUES (?, ?, ?)", (incident, part, evidence.to_json()))


def of(connection: sqlite3.Connection, incident: int) -> tuple[Evidence | None, Evidence | None]:
    """That of the incident's opening and of its closing; None: there is none, or none that can be read any more."""
    if schema.version(connection) < schema.WITH_SUMS:
        return None, None
    found = dict(connection.execute("SELECT part, body FROM evidence WHERE incident = ?", (incident,)))
    return _read(incident, found.get(OPENING)), _read(incident, found.get(CLOSING))


def _read(incident: int, body: str | None) -> Evidence | None:
    if body is None:
        return None
    try:
        return Evidence.from_json(body)
    except ValueError as fault:
        log.warning("the evidence of incident %d cannot be read: %s", incident, fault)
        return None
