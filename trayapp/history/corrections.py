"""What the user says afterwards that an incident was: kept beside what was seen, laid over it where it is read.

A correction changes no segment. Whoever reads the timeline gets it with the corrections that stand laid over it, and
once one is undone, as if it had never been.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from trayapp.core.words import Correction, Segment, Status
from trayapp.history import schema
from trayapp.history.faults import Impossible

COUNTS_AS = {"false alarm": Status.UP, "maintenance": Status.MAINTENANCE}
"""The verdicts, and what the time that it was DOWN counts as by each."""

CORRECTED = "corrected"
"""The reason of a segment that a correction made."""

_COLUMNS = "id, incident, verdict, note, at, undone_at"


@dataclass(frozen=True, slots=True)
class Overlay:
    """A corrected incident: its DOWN time in [start, end) reads as `status`; `end` is None while it is open."""

    start: int
    end: int | None
    status: Status


def correct(connection: sqlite3.Connection, incident: int, verdict: str, note: str, at: int) -> Correction:
    """What this incident was, as the user says at `at`.

    The same verdict again is the same correction, with the new note if one is given. Another verdict takes its place:
    the former is undone at that moment.
    Raises ValueError for a verdict that there is not, and Impossible for an incident that there is not.
    """
    if verdict not in COUNTS_AS:
        raise ValueError(f"there is no verdict {verdict!r}")
    _check_exists(connection, incident)
    standing = _standing(connection, incident)
    if standing is not None and standing.verdict == verdict:
        connection.execute("UPDATE corrections SET note = ? WHERE id = ?", (note or standing.note, standing.id))
    else:
        undo(connection, incident, at)
        connection.execute(
            "INSERT INTO corrections (incident, verdict, note, at) VALUES (?, ?, ?, ?)", (incident, verdict, note, at)
        )
    made = _standing(connection, incident)
    assert made is not None
    return made


def undo(connection: sqlite3.Connection, incident: int, at: int) -> Correction | None:
    """What was seen of this incident counts again; None: it did so all along.

    Raises Impossible for an incident that there is not.
    """
    _check_exists(connection, incident)
    row = connection.execute(
        f"""
        UPDATE corrections SET undone_at = max(at, ?) WHERE incident = ? AND undone_at IS NULL RETURNING {_COLUMNS}
        """,
        (at, incident),
    ).fetchone()
    return Correction(*row) if row else None


def all_of(connection: sqlite3.Connection, incidents: Collection[int] | None) -> dict[int, list[Correction]]:
    """Every correction of these incidents, the undone too, oldest first; of all that have any where None is given."""
    if schema.version(connection) < schema.WITH_SUMS:
        return {}
    found = connection.execute(
        f"""
        SELECT {_COLUMNS} FROM corrections
        WHERE :incidents IS NULL OR incident IN (SELECT value FROM json_each(:incidents)) ORDER BY incident, id
        """,
        {"incidents": None if incidents is None else json.dumps(list(incidents))},
    )
    made = (Correction(*row) for row in found)
    return {incident: list(group) for incident, group in groupby(made, key=lambda correction: correction.incident)}


def overlays(
    connection: sqlite3.Connection, services: Collection[str], since: int, until: int
) -> dict[str, list[Overlay]]:
    """What the corrections that stand lay over [since, until) of these services."""
    if schema.version(connection) < schema.WITH_SUMS:
        return {}
    found = connection.execute(
        """
        SELECT key, start, "end", verdict
        FROM corrections JOIN incidents ON incidents.id = incident JOIN services ON services.id = service
        WHERE undone_at IS NULL AND key IN (SELECT value FROM json_each(:services))
            AND start < :until AND coalesce("end" > :since, true)
        ORDER BY key, start
        """,
        {"services": json.dumps(list(services)), "since": since, "until": until},
    )
    return {
        key: [Overlay(start, end, COUNTS_AS[verdict]) for _, start, end, verdict in group]
        for key, group in groupby(found, key=lambda row: row[0])
    }


def lay_over(segments: Sequence[Segment], overlays: Sequence[Overlay]) -> list[Segment]:
    """The timeline as the corrections have it: nothing but DOWN time inside their incidents is another.

    Both are in order and without overlap. The result tiles the same time, and no two neighbours say the same.
    """
    laid: list[Segment] = []
    for part in _parts(segments, overlays):
        last = laid[-1] if laid else None
        if last is not None and (last.end, last.status, last.reason) == (part.start, part.status, part.reason):
            laid[-1] = Segment(last.start, part.end, last.status, last.reason)
        else:
            laid.append(part)
    return laid


def _parts(segments: Sequence[Segment], overlays: Sequence[Overlay]) -> Iterator[Segment]:
    first = 0
    for segment in segments:
        if segment.status is not Status.DOWN:
            yield segment
            continue
        done = segment.start
        while first < len(overlays) and _ends(overlays[first], segment.start):
            first += 1
        for overlay in overlays[first:]:
            start, end = max(overlay.start, done), segment.end if overlay.end is None else min(overlay.end, segment.end)
            if start >= segment.end:
                break
            if end <= start:  # an incident that is over as it begins
                continue
            if done < start:
                yield Segment(done, start, segment.status, segment.reason)
            yield Segment(start, end, overlay.status, CORRECTED)
            done = end
        if done < segment.end:
            yield Segment(done, segment.end, segment.status, segment.reason)


def _ends(overlay: Overlay, moment: int) -> bool:
    return overlay.end is not None and overlay.end <= moment


def _standing(connection: sqlite3.Connection, incident: int) -> Correction | None:
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM corrections WHERE incident = ? AND undone_at IS NULL", (incident,)
    ).fetchone()
    return Correction(*row) if row else None


def _check_exists(connection: sqlite3.Connection, incident: int) -> None:
    if connection.execute("SELECT 1 FROM incidents WHERE id = ?", (incident,)).fetchone() is None:
        raise Impossible(f"There is no incident {incident}.")
