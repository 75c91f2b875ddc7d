"""How long answers took in a window: from whole days, from hours, and from checks that are not summed up yet.

An hour that is summed up belongs to the window that holds its beginning, so that windows that touch add up.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any

from trayapp.history import schema
from trayapp.history.hours import DAY, told
from trayapp.history.latency import EMPTY, Histogram
from trayapp.history.packing import HOUR

# Pieces are [cell, first, beyond]: which cell they belong to, and the days, hours or moments that they are.
_ASKED = """
    WITH asked AS (SELECT id, key FROM services WHERE key IN (SELECT value FROM json_each(:services))),
    pieces AS MATERIALIZED (
        SELECT json_extract(value, '$[0]') AS cell, json_extract(value, '$[1]') AS first,
            json_extract(value, '$[2]') AS beyond
        FROM json_each(:pieces)
    )
"""

_DAYS = """
    SELECT key, cell, histogram FROM asked CROSS JOIN pieces
    CROSS JOIN latency_days ON service = id AND day >= first AND day < beyond
"""
_HOURS = """
    SELECT key, cell, histogram FROM asked CROSS JOIN pieces
    CROSS JOIN latency_hours ON service = id AND hour >= first AND hour < beyond
"""
_NOT_SUMMED_UP = """
    SELECT key, cell, latency_us FROM asked CROSS JOIN pieces
    CROSS JOIN results ON service = asked.id AND at >= first AND at < beyond JOIN reasons ON reasons.id = reason
    WHERE latency_us IS NOT NULL AND outcome IN ('OK', 'WARNING')
"""

_HOURS_OF_A_DAY = DAY // HOUR

Piece = tuple[int, int, int]


def latency(connection: sqlite3.Connection, services: Sequence[str], since: int, until: int) -> dict[str, Histogram]:
    """The histogram of each service in [since, until); EMPTY for one that is not known or never answered."""
    found = cells(connection, services, since, until, (since, until))
    return {key: histogram for key, (histogram,) in found.items()}


def cells(
    connection: sqlite3.Connection, services: Sequence[str], since: int, until: int, edges: Sequence[int]
) -> dict[str, list[Histogram]]:
    """The same of each service for each stretch [edges[i], edges[i + 1]) of the window; `edges` are in order."""
    spans = [
        (cell, max(start, since), min(end, until))
        for cell, (start, end) in enumerate(pairwise(edges))
        if max(start, since) < min(end, until)
    ]
    found = {key: [EMPTY] * (len(edges) - 1) for key in services}
    if schema.version(connection) >= schema.WITH_SUMS:
        divided = _Divided(spans)
        for query, pieces in ((_DAYS, divided.days), (_HOURS, divided.hours)):
            for key, cell, encoded in _read(connection, query, services, pieces):
                found[key][cell] += Histogram.merged(encoded, told)
        for key, cell, encoded in _read(connection, _HOURS, services, divided.less):
            found[key][cell] -= Histogram.merged(encoded, told)
    for key, cell, latencies_us in _read(connection, _NOT_SUMMED_UP, services, spans):
        # Less than nothing: a clock that was set back between two readings (hours.py).
        found[key][cell] += Histogram.of(max(0, latency_us) / 1000 for latency_us in latencies_us)
    return found


def _read(
    connection: sqlite3.Connection, query: str, services: Sequence[str], pieces: Sequence[Piece]
) -> Iterator[tuple[str, int, Iterator[Any]]]:
    """Of which service and in which cell, and the last column of all rows that belong there."""
    asked = {"services": json.dumps(list(services)), "pieces": json.dumps(pieces)}
    for (key, cell), rows in groupby(connection.execute(_ASKED + query, asked), key=itemgetter(0, 1)):
        yield key, cell, (row[2] for row in rows)


class _Divided:
    """Spans as whole days of UTC and as hours. Most days of another zone are two pieces of days of UTC: of those the
    lesser is read by the hour and counts in its own cell, and the other is the day `less` that."""

    def __init__(self, spans: Sequence[Piece]) -> None:
        self.days: list[Piece] = []
        self.hours: list[Piece] = []
        self.less: list[Piece] = []
        for day, pieces in groupby(_by_day(spans), key=lambda piece: piece[1] // _HOURS_OF_A_DAY):
            self._add(day, sorted(pieces, key=lambda piece: piece[1] - piece[2]))

    def _add(self, day: int, pieces: Sequence[Piece]) -> None:
        if len(pieces) > 2 or sum(beyond - first for _, first, beyond in pieces) < _HOURS_OF_A_DAY:
            self.hours += pieces
            return
        (cell, *_), *lesser = pieces
        self.days.append((cell, day, day + 1))
        self.hours += lesser
        self.less += [(cell, first, beyond) for _, first, beyond in lesser]


def _by_day(spans: Sequence[Piece]) -> Iterator[Piece]:
    """The hours that begin in each span, divided at the midnights of UTC."""
    for cell, start, end in spans:
        first, beyond = -(-start // HOUR), -(-end // HOUR)
        while first < beyond:
            midnight = first - first % _HOURS_OF_A_DAY + _HOURS_OF_A_DAY
            yield cell, first, min(midnight, beyond)
            first = midnight
