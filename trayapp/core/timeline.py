"""Segments become numbers: how long in each status, availability, coverage, and the cells of a strip.

Everything is counted from segments in exact milliseconds, never from checks and never
interpolated. Segments arrive ordered and without overlap; time that none of them covers was not
observed and is UNKNOWN, so that any window and any split of it sums to wall time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from trayapp.core.words import Segment, Status

WORST_FIRST = (Status.DOWN, Status.DEGRADED, Status.MAINTENANCE, Status.UP, Status.UNKNOWN, Status.PAUSED)
"""What a cell shows of the statuses in it: the first of these. The unobserved shows only where nothing else is."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Milliseconds spent in each status. Tallies of touching windows may be added."""

    up: int = 0
    degraded: int = 0
    down: int = 0
    unknown: int = 0
    maintenance: int = 0
    paused: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.up + other.up,
            self.degraded + other.degraded,
            self.down + other.down,
            self.unknown + other.unknown,
            self.maintenance + other.maintenance,
            self.paused + other.paused,
        )

    def of(self, status: Status) -> int:
        """Milliseconds spent in one status."""
        return {
            Status.UP: self.up,
            Status.DEGRADED: self.degraded,
            Status.DOWN: self.down,
            Status.UNKNOWN: self.unknown,
            Status.MAINTENANCE: self.maintenance,
            Status.PAUSED: self.paused,
        }[status]

    @property
    def total(self) -> int:
        """Wall time, milliseconds."""
        return self.known + self.unknown + self.maintenance + self.paused

    @property
    def known(self) -> int:
        """Milliseconds in which we knew whether it worked."""
        return self.up + self.degraded + self.down

    @property
    def availability(self) -> float | None:
        """Share of known time in which it worked, 0 to 1; None where nothing is known."""
        return (self.up + self.degraded) / self.known if self.known else None

    @property
    def coverage(self) -> float | None:
        """Share of the time we meant to watch that is known, 0 to 1; None where we meant to watch none."""
        watched = self.total - self.paused - self.maintenance
        return self.known / watched if watched else None


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a strip: [start, end), what was in it, and the status to draw."""

    start: int
    end: int
    tally: Tally
    status: Status


def tally(segments: Sequence[Segment], since: int, until: int) -> Tally:
    """What the window [since, until) holds of each status.

    Raises ValueError when the window ends before it begins.
    """
    if until < since:
        raise ValueError(f"a window cannot end ({until}) before it begins ({since})")
    spent = dict.fromkeys(Status, 0)
    for start, end, status in _within(segments, since, until):
        spent[status] += end - start
    spent[Status.UNKNOWN] += until - since - sum(spent.values())
    return Tally(
        spent[Status.UP],
        spent[Status.DEGRADED],
        spent[Status.DOWN],
        spent[Status.UNKNOWN],
        spent[Status.MAINTENANCE],
        spent[Status.PAUSED],
    )


def cells(segments: Sequence[Segment], since: int, until: int, n: int) -> list[Cell]:
    """The window as `n` cells, equal to the millisecond, each with its tally and its worst status.

    Raises ValueError when the window is too short to give each cell a millisecond.
    """
    if n < 1 or until - since < n:
        raise ValueError(f"{until - since} ms cannot be divided into {n} cells")
    strip = []
    first = 0
    for i in range(n):
        start = since + (until - since) * i // n
        end = since + (until - since) * (i + 1) // n
        while first < len(segments) and segments[first].end <= start:
            first += 1
        beyond = first
        while beyond < len(segments) and segments[beyond].start < end:
            beyond += 1
        inside = tally(segments[first:beyond], start, end)
        strip.append(Cell(start, end, inside, worst(inside)))
    return strip


def worst(inside: Tally) -> Status:
    """The status that a stretch of time is drawn with; UNKNOWN for an empty one."""
    return next((status for status in WORST_FIRST if inside.of(status)), Status.UNKNOWN)


def percent(share: float | None) -> str:
    """A share from 0 to 1 as text, cut and never rounded up: "99.99 %"; "—" where nothing is known.

    "100 %" is said only of all of it, and "0 %" only of nothing: a trace is "0.01 %".
    """
    if share is None:
        return "—"
    # The shortest decimal that means this float: 0.29 must not be cut to 28.99 for its binary tail.
    exact = Decimal(repr(share)) * 100
    if exact >= 100:
        return "100 %"
    if exact <= 0:
        return "0 %"
    cut = exact.quantize(Decimal("0.01"), ROUND_DOWN)
    return f"{max(cut, Decimal('0.01'))} %"


def _within(segments: Sequence[Segment], since: int, until: int) -> Iterator[tuple[int, int, Status]]:
    """The parts of the segments that lie in the window."""
    for segment in segments:
        start, end = max(segment.start, since), min(segment.end, until)
        if start < end:
            yield start, end, segment.status
