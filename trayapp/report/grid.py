"""How time is divided for a report: the days, quarter days and hours of a zone, and what falls into each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, tzinfo
from functools import lru_cache
from itertools import pairwise

from trayapp.core.calendar import instant
from trayapp.core.days import days
from trayapp.core.timeline import Cell, tally, worst
from trayapp.core.words import Segment

HOUR = 3_600_000
DAY = 24 * HOUR
_MOST = 400
"""Cells in a strip or a chart; a longer time has cells of several days."""


@lru_cache(maxsize=10_000)
def local(moment: int, zone: tzinfo) -> datetime:
    """A moment as the zone's clocks and calendars show it; each chapter asks for the same ones."""
    return datetime.fromtimestamp(moment / 1000, UTC).astimezone(zone)


def day_edges(since: int, until: int, zone: tzinfo, step: int = 1) -> list[int]:
    """`since`, every midnight of the zone in between (every `step`th), and `until`."""
    return [*[start for start, _ in days(since, until, zone)][::step], until]


def part_edges(since: int, until: int, zone: tzinfo, hours: int) -> list[int]:
    """The same with every `hours` of the zone's clock, of which a day has a whole number."""
    clocks = [time(hour) for hour in range(0, 24, hours)]
    dates = {local(start, zone).date() for start, _ in days(since, until, zone)}
    inner = (instant(datetime.combine(day, clock), zone) for day in dates for clock in clocks)
    return sorted({since, until, *(edge for edge in inner if since < edge < until)})


def strip_edges(since: int, until: int, zone: tzinfo) -> list[int]:
    """The cells of a strip: an hour below three days, some hours to six weeks, and days."""
    for longest, hours in ((3, 1), (8, 2), (15, 3), (45, 6)):
        if until - since < longest * DAY:
            return part_edges(since, until, zone, hours)
    return day_edges(since, until, zone, step(since, until))


def latency_edges(since: int, until: int, zone: tzinfo) -> list[int]:
    """The cells of the latency chart: as many as a line wants, each of whole hours."""
    for longest, hours in ((8, 1), (15, 2), (45, 6)):
        if until - since <= longest * DAY:
            return part_edges(since, until, zone, hours)
    return day_edges(since, until, zone, step(since, until))


def step(since: int, until: int) -> int:
    """Days to a cell."""
    return -((since - until) // (_MOST * DAY))


def cut(segments: Sequence[Segment], edges: Sequence[int]) -> tuple[Cell, ...]:
    """Segments as cells between neighbouring edges, each with its tally and its worst status."""
    cells = []
    first = 0
    for start, end in pairwise(edges):
        while first < len(segments) and segments[first].end <= start:
            first += 1
        beyond = first
        while beyond < len(segments) and segments[beyond].start < end:
            beyond += 1
        inside = tally(segments[first:beyond], start, end)
        cells.append(Cell(start, end, inside, worst(inside)))
    return tuple(cells)
