"""What history answered of one service becomes a chapter: figures, cells and percentiles, all from core."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from itertools import pairwise

from trayapp.core.objective import budget
from trayapp.core.timeline import figures
from trayapp.core.words import Marker, Segment, Status
from trayapp.history.latency import Histogram
from trayapp.report.grid import cut, day_edges, latency_edges, strip_edges
from trayapp.report.values import Chapter, Subject, Told, Took


class Spans:
    """The window of a report and how it is divided; makes the chapters, which share that."""

    def __init__(self, since: int, until: int, zone: tzinfo) -> None:
        self.since, self.until = since, until
        self.strip_edges = strip_edges(since, until, zone)
        self.day_edges = day_edges(since, until, zone)
        # What is asked for are the cells of the chart and of the days in one, so that neither needs another question.
        self.chart_edges = latency_edges(since, until, zone)
        self.took_edges = sorted({*self.chart_edges, *self.day_edges})

    def chapter(
        self,
        subject: Subject,
        segments: Sequence[Segment],
        told: Sequence[Told],
        cells: Sequence[Histogram],
        markers: Sequence[Marker],
    ) -> Chapter:
        by_day, days = self._took(cells, self.day_edges), cut(segments, self.day_edges)
        found = figures(segments, [each.incident for each in told], self.since, self.until)
        return Chapter(
            subject=subject,
            figures=found,
            budget=budget(found.tally, subject.objective),
            last=segments[-1] if segments else None,
            strip=days if self.strip_edges == self.day_edges else cut(segments, self.strip_edges),
            days=days,
            latency=by_day if self.chart_edges == self.day_edges else self._took(cells, self.chart_edges),
            took=_measured(self.since, self.until, Histogram.total(cells)),
            took_by_day=by_day,
            incidents=tuple(told),
            blind=_blind(segments),
            markers=tuple(markers),
        )

    def _took(self, cells: Sequence[Histogram], edges: Sequence[int]) -> tuple[Took, ...]:
        """The fine cells put together between coarser edges."""
        place = {edge: n for n, edge in enumerate(self.took_edges)}
        inside = ((start, end, cells[place[start] : place[end]]) for start, end in pairwise(edges))
        return tuple(
            _measured(start, end, parts[0] if len(parts) == 1 else Histogram.total(parts))
            for start, end, parts in inside
        )


def _measured(start: int, end: int, histogram: Histogram) -> Took:
    return Took(start, end, histogram.count, *histogram.percentiles((0.05, 0.5, 0.95, 0.99)))


def _blind(segments: Sequence[Segment]) -> Mapping[str, int]:
    blind: dict[str, int] = defaultdict(int)
    for segment in segments:
        if segment.status is Status.UNKNOWN:
            blind[segment.reason] += segment.end - segment.start
    return dict(blind)
