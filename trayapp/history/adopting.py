"""A past that was lived elsewhere takes its place before ours, and between what was brought along before.

What Watchbell saw itself is never touched: a piece goes where the timeline holds nothing, or UNKNOWN (not watched),
which only stands where an earlier piece ended.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

from trayapp.core.words import FOR_EVER, Incident, Status
from trayapp.history.hours import put_hours
from trayapp.history.ledger import Ledger
from trayapp.history.packing import HOUR, MOST, PackedCheck
from trayapp.history.reliving import NOT_WATCHED, Piece, Row, finding
from trayapp.history.spool import Spooled

BEGINNING = -FOR_EVER

Gap = tuple[int, int]
"""[since, until) in ms UTC, of which nothing is known."""

_BUNDLE = 5_000

ALL_TIME: Gap = (BEGINNING, FOR_EVER)


@dataclass(frozen=True, slots=True)
class Bequest:
    """A piece with the checks that it was made of: `checks` begins them again at each call, the oldest first.

    `message` has the words of a reason.
    """

    piece: Piece
    checks: Callable[[], Iterator[Spooled]]
    message: Callable[[int], str]


def all_gaps(connection: sqlite3.Connection) -> dict[str, list[Gap]]:
    """The gaps of every service that history knows."""
    keys = connection.execute("SELECT key FROM services ORDER BY key").fetchall()
    return {key: gaps(connection, key) for (key,) in keys}


def gaps(connection: sqlite3.Connection, service: str) -> list[Gap]:
    """Where nothing is known of the service, oldest first; of one that was never watched that is all of time."""
    found = connection.execute(
        """
        SELECT start, segments.status, segments.reason, lead(start) OVER (ORDER BY start)
        FROM segments JOIN services ON services.id = segments.service WHERE key = ? ORDER BY start
        """,
        (service,),
    ).fetchall()
    if not found:
        return [ALL_TIME]
    within = [
        (start, FOR_EVER if following is None else following)
        for start, status, reason, following in found
        if (status, reason) == (Status.UNKNOWN, NOT_WATCHED)
    ]
    return [(BEGINNING, found[0][0]), *within]


def adopt(ledger: Ledger, bequests: Iterable[Bequest], now: int, kept_for: int) -> None:
    """Write them down. One whose place is taken is there already: this was done before.

    Checks older than `kept_for` ms are only summed up.
    """
    for bequest in bequests:
        piece = bequest.piece
        gap = next((gap for gap in gaps(ledger.connection, piece.service) if _fits(piece, gap)), None)
        if gap is not None:
            number = _number(ledger.connection, piece)
            _put_segments(ledger.connection, number, piece, gap)
            _put_incidents(ledger.connection, number, piece.incidents)
            for checks in _bundles(ledger, bequest):
                put_hours(ledger.connection, number, checks, now, now - kept_for)


def _fits(piece: Piece, gap: Gap) -> bool:
    since, until = gap
    return since <= piece.since and piece.until <= until


def _number(connection: sqlite3.Connection, piece: Piece) -> int:
    """The number of its service, whose history begins with the piece at the latest; its target shows when it runs."""
    (number,) = connection.execute(
        """
        INSERT INTO services (key, created, fingerprint) VALUES (?, ?, '')
        ON CONFLICT (key) DO UPDATE SET created = min(created, excluded.created) RETURNING id
        """,
        (piece.service, piece.since),
    ).fetchone()
    return int(number)


def _put_segments(connection: sqlite3.Connection, number: int, piece: Piece, gap: Gap) -> None:
    rows: Sequence[Row] = piece.segments
    if piece.until < gap[1]:
        rows = (*rows, Row(piece.until, Status.UNKNOWN, NOT_WATCHED, piece.until, None, piece.until))
    connection.executemany(
        """
        INSERT OR REPLACE INTO segments (service, start, status, reason, confirmed, flapping_since, counted_since)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
        [(number, *row) for row in rows],
    )


def _put_incidents(connection: sqlite3.Connection, number: int, incidents: Iterable[Incident]) -> None:
    """With ids that nobody had: nobody is told of them, so nothing else refers to them."""
    connection.executemany(
        "INSERT INTO incidents VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                number,
                incident.start,
                incident.confirmed,
                incident.end,
                incident.closing,
                incident.end_uncertain,
                incident.cause,
                incident.message,
            )
            for incident in incidents
        ],
    )


def _bundles(ledger: Ledger, bequest: Bequest) -> Iterator[list[PackedCheck]]:
    """Its checks by whole hours, some thousand at a time. How long one took is not told beyond its latency."""
    numbers: dict[int, tuple[int, int]] = {}
    bundle: list[PackedCheck] = []
    for _, hour in groupby(bequest.checks(), key=lambda check: check[0] // HOUR):
        for at, code, reason, latency_us in islice(hour, MOST):
            known = numbers.get(reason)
            if known is None or at > known[1]:
                known = ledger.reason_id(finding(code, bequest.message(reason)), at), at + HOUR
                numbers[reason] = known
            bundle.append(PackedCheck(at, (latency_us or 0) // 1000, latency_us, known[0]))
        if len(bundle) >= _BUNDLE:
            yield bundle
            bundle = []
            numbers.clear()
    if bundle:
        yield bundle
