"""Segments become numbers: how long in each status, availability and its bounds, coverage, and the cells of a strip.

Everything is counted from segments in exact milliseconds, never from checks and never
interpolated. Segments arrive ordered and without overlap; time that none of them covers was not
observed and is UNKNOWN, so that any window and any split of it sums to wall time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from trayapp.core.words import Incident, Segment, Status

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
        return self.known / self.watched if self.watched else None

    @property
    def watched(self) -> int:
        """Milliseconds that we meant to watch: all but pauses and maintenance."""
        return self.known + self.unknown

    @property
    def least(self) -> float | None:
        """The availability if it was down whenever nobody looked; None where we meant to watch nothing."""
        return (self.up + self.degraded) / self.watched if self.watched else None

    @property
    def most(self) -> float | None:
        """The availability if it worked whenever nobody looked; None where we meant to watch nothing."""
        return (self.up + self.degraded + self.unknown) / self.watched if self.watched else None


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


@dataclass(frozen=True, slots=True)
class Figures:
    """What a window says of one service. Times are milliseconds; None: too little is known to say.

    `incidents` are those with DOWN time in the window, wherever they began or end: one that was corrected away has
    none. `longest_outage` is the most DOWN time of one of them, within the window.
    `mean_time_to_recovery` is the mean length of those whose recovery was seen in the window.
    `mean_time_between_failures` is the time it was seen to work for each failure that began in the window, of which
    two are the least between which anything lies (IEC 60050-192, mean operating time between failures).
    """

    tally: Tally
    incidents: int
    longest_outage: int
    mean_time_to_recovery: int | None
    mean_time_between_failures: int | None

    @property
    def availability(self) -> float | None:
        return self.tally.availability

    @property
    def coverage(self) -> float | None:
        return self.tally.coverage

    @property
    def least(self) -> float | None:
        return self.tally.least

    @property
    def most(self) -> float | None:
        return self.tally.most


def figures(segments: Sequence[Segment], incidents: Iterable[Incident], since: int, until: int) -> Figures:
    """What the window [since, until) of a service's timeline says, with its incidents in any order.

    Raises ValueError when the window ends before it begins.
    """
    inside = tally(segments, since, until)
    down = [(start, end) for start, end, status in _within(segments, since, until) if status is Status.DOWN]
    outages = _outages(down, sorted(incidents, key=lambda incident: incident.start))
    recovered = [
        incident.end - incident.start
        for incident, _ in outages
        if incident.end is not None
        and since < incident.end <= until
        and incident.closing == "recovered"
        and not incident.end_uncertain
    ]
    begun = sum(since <= incident.start < until for incident, _ in outages)
    return Figures(
        inside,
        incidents=len(outages),
        longest_outage=max((lasted for _, lasted in outages), default=0),
        mean_time_to_recovery=sum(recovered) // len(recovered) if recovered else None,
        mean_time_between_failures=(inside.up + inside.degraded) // begun if begun > 1 else None,
    )


def _outages(down: Sequence[tuple[int, int]], incidents: Sequence[Incident]) -> list[tuple[Incident, int]]:
    """Each incident that holds some of this DOWN time, with how much of it: both are in order and none overlap."""
    found = []
    first = 0
    for incident in incidents:
        while first < len(down) and down[first][1] <= incident.start:
            first += 1
        lasted = 0
        beyond = first
        while beyond < len(down) and (incident.end is None or down[beyond][0] < incident.end):
            start, end = down[beyond]
            lasted += min(end, end if incident.end is None else incident.end) - max(start, incident.start)
            beyond += 1
        if lasted > 0:
            found.append((incident, lasted))
    return found


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
