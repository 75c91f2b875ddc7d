"""What a report holds: frozen values, from which every format is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo

from trayapp.core.objective import Budget
from trayapp.core.timeline import Cell, Figures, Tally
from trayapp.core.wording import plain
from trayapp.core.words import NOTHING, Correction, Incident, Marker, Segment, Status


@dataclass(frozen=True, slots=True)
class Took:
    """How long the answers in [start, end) took, in ms; None where nothing was measured."""

    start: int
    end: int
    count: int = 0
    p5: float | None = None
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One incident: what it was, what was said of it afterwards, and what was seen of it."""

    incident: Incident
    lasted: int
    """Milliseconds, to the report's end where it is not over by then."""
    open: bool
    """Whether it was still on at the report's end."""
    correction: Correction | None = None
    account: str = ""
    """Lines for a person, cut; empty where there is none or where the report would grow too long."""
    damaged: bool = False
    """Whether history does not read as it was written: all of this may be wrong."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A service as a report names it. `target` never holds a secret; `slow_above` (ms) is when an answer is slow."""

    id: str
    name: str
    group: str = ""
    target: str = ""
    objective: float | None = None
    slow_above: int | None = None


@dataclass(frozen=True, slots=True)
class Chapter:
    """All of one service. `strip` is for drawing, `days` are the days of the zone, `latency` the chart's cells."""

    subject: Subject
    figures: Figures
    budget: Budget | None
    """Of the report's own time; None where no objective is set."""
    last: Segment | None
    """What it was at the report's end."""
    strip: tuple[Cell, ...]
    days: tuple[Cell, ...]
    latency: tuple[Took, ...]
    took: Took
    took_by_day: tuple[Took, ...]
    incidents: tuple[Told, ...]
    """Newest first."""
    blind: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    """Why it was not observed: milliseconds by the reason of UNKNOWN."""
    markers: tuple[Marker, ...] = ()

    @property
    def tally(self) -> Tally:
        return self.figures.tally

    @property
    def name(self) -> str:
        """Its id where the name has nothing to be seen."""
        return self.subject.name if plain(self.subject.name) else self.subject.id

    @property
    def objective(self) -> float | None:
        return self.subject.objective

    @property
    def fell_short(self) -> bool:
        """Whether it was less available than its objective asks, in the time that was observed."""
        share = self.figures.availability
        return self.objective is not None and share is not None and share * 100 < self.objective

    @property
    def down_at_the_end(self) -> bool:
        return self.last is not None and self.last.status is Status.DOWN


@dataclass(frozen=True, slots=True)
class Report:
    """[since, until) in the days of a zone, as it was known at `made`. Chapters stand in the order of the user."""

    title: str
    since: int
    until: int
    made: int
    zone: tzinfo
    version: str
    chapters: tuple[Chapter, ...]
    markers: tuple[Marker, ...]
    ran: int | None
    """Milliseconds in which Watchbell itself ran; None where history does not tell."""

    @property
    def worst_first(self) -> tuple[Chapter, ...]:
        """Who fell short of an objective first, then by availability; who was not observed at all comes last."""
        return tuple(sorted(self.chapters, key=_rank))

    @property
    def total(self) -> Tally:
        """All services together."""
        return sum((chapter.tally for chapter in self.chapters), Tally())

    @property
    def blind(self) -> Counter[str]:
        """Why services were not observed, all together, in ms."""
        together: Counter[str] = Counter()
        for chapter in self.chapters:
            together.update(chapter.blind)
        return together


def _rank(chapter: Chapter) -> tuple[bool, bool, float, int, int]:
    share = chapter.figures.availability
    seen = chapter.tally
    return (not chapter.fell_short, share is None, 1.0 if share is None else share, -seen.down, -seen.degraded)
