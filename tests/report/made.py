"""Reports of made-up pasts, from segments and histograms as history would answer them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, tzinfo
from typing import Any

from trayapp.core.words import Correction, Incident, Marker, Segment, Status
from trayapp.history.latency import EMPTY, Histogram
from trayapp.report.assemble import Spans
from trayapp.report.values import Chapter, Report, Subject, Told

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
MONDAY = 1_794_787_200_000
"""Monday, 16 November 2026, 00:00 UTC."""


def an_outage(number: int, start: int, lasted: int, message: str = "HTTP 503", **keys: Any) -> Told:
    correction = keys.pop("correction", None)
    account = keys.pop("account", "")
    end = start + lasted
    incident = Incident(number, "web", start, start, "http.status", message, end, "recovered", **keys)
    verdict = Correction(number, number, correction, "a note for myself", end) if correction else None
    return Told(incident, lasted, False, verdict, account)


def segments_of(outages: Sequence[Told], since: int, until: int) -> list[Segment]:
    """UP but for the outages, which stand in order; a corrected one was UP too."""
    segments, at = [], since
    for told in outages:
        start, end = told.incident.start, told.incident.start + told.lasted
        segments.append(Segment(at, start, Status.UP))
        segments.append(Segment(start, end, Status.UP if told.correction else Status.DOWN))
        at = end
    return [segment for segment in [*segments, Segment(at, until, Status.UP)] if segment.start < segment.end]


def a_chapter(
    name: str = "Web",
    segments: Sequence[Segment] | None = None,
    outages: Sequence[Told] = (),
    *,
    since: int = MONDAY,
    until: int = MONDAY + 7 * DAY,
    zone: tzinfo = UTC,
    took: Sequence[float] | None = None,
    markers: Sequence[Marker] = (),
    **keys: Any,
) -> Chapter:
    """A service whose answers took so many ms in each cell of its chart; None: it was never measured."""
    spans = Spans(since, until, zone)
    each = Histogram.of(took) if took is not None else EMPTY
    cells = [each] * (len(spans.took_edges) - 1)
    if segments is None:
        segments = segments_of(outages, since, until)
    keys = {"id": "web", "name": name, **keys}
    return spans.chapter(Subject(**keys), segments, outages[::-1], cells, markers)


def a_report(*chapters: Chapter, **keys: Any) -> Report:
    whole: dict[str, Any] = {
        "title": "Availability report",
        "since": MONDAY,
        "until": MONDAY + 7 * DAY,
        "made": MONDAY + 7 * DAY,
        "zone": UTC,
        "version": "1.2.3",
        "chapters": chapters,
        "markers": (),
        "ran": None,
    }
    return Report(**(whole | keys))
