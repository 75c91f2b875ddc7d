"""`watchbell history ID`: what is known of the past of one service, and the seconds every percentage is made of."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trayapp import events
from trayapp.cli import moments, show, windows
from trayapp.cli.home import places_of
from trayapp.cli.known import Known
from trayapp.cli.reading import reads_history
from trayapp.cli.windows import Stretch
from trayapp.core import objective, timeline
from trayapp.core.timeline import Figures, percent
from trayapp.core.wording import duration, latency, plain, reason_sentence
from trayapp.core.words import Incident, Segment, Status
from trayapp.history.corrections import CORRECTED
from trayapp.history.queries import Reader
from trayapp.monitor.clock import SystemClock
from trayapp.report.escaping import sheet
from trayapp.report.words import between, observed

if TYPE_CHECKING:
    from rich.text import Text

SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
_SPENT = {Status.UNKNOWN: "not seen", Status.MAINTENANCE: "in maintenance"}
CELLS = 76
"""The most cells of a strip: a terminal has 80 columns."""
LABELS = 16
"""Columns that the names of the figures take, and a little."""
MOST = 20
"""Segments shown to a person."""


@dataclass(frozen=True, slots=True)
class Past:
    """One service over one stretch."""

    service: str
    stretch: Stretch
    segments: Sequence[Segment]
    incidents: Sequence[Incident]
    figures: Figures
    took: Mapping[str, float | None]
    doubtful: Collection[int]
    """Incidents of which the record was damaged."""


@reads_history
def main(arguments: argparse.Namespace) -> int:
    places = places_of(arguments)
    stretch = windows.chosen(arguments, "7d", SystemClock().now())
    reader = Reader(places.history_db)
    known = Known(places, reader)
    (service,) = known.chosen([arguments.id])
    past = _read(reader, service, stretch)
    if arguments.json:
        object_ = events.history_object(service, stretch.since, stretch.until, past.figures, past.took, past.segments)
        print(events.line(object_))
    elif arguments.csv:
        _print_csv(past)
    else:
        _show(past, known, reader)
    return 0


def _read(reader: Reader, service: str, stretch: Stretch) -> Past:
    since, until = stretch.since, stretch.until
    segments = reader.segments(service, since, until, stretch.now)
    incidents = reader.incidents(since, until, service)
    took = reader.latency([service], since, until)[service]
    return Past(
        service,
        stretch,
        segments,
        incidents,
        timeline.figures(segments, incidents, since, until),
        {name: took.percentile(share) for name, share in SHARES.items()},
        reader.doubtful(),
    )


def _print_csv(past: Past) -> None:
    """One segment a line; no cell is a formula to a spreadsheet."""
    lines = csv.writer(sys.stdout, lineterminator="\n")
    lines.writerow(("service", "start", "end", "seconds", "status", "reason"))
    for segment in past.segments:
        start, end = events.timestamp(segment.start), events.timestamp(segment.end)
        lasted = (segment.end - segment.start) / 1000
        lines.writerow((sheet(past.service), start, end, lasted, segment.status.value, sheet(segment.reason)))


def _show(past: Past, known: Known, reader: Reader) -> None:
    console = show.console()
    name = known.name(past.service)
    title = name if name == past.service else f"{name} ({past.service})"
    console.print(f"{title}, {past.stretch.said}", style="bold")
    console.print()
    n = min(console.width - 2, CELLS, past.stretch.until - past.stretch.since)
    strip = timeline.cells(past.segments, past.stretch.since, past.stretch.until, n)
    console.print(show.strip([cell.status for cell in strip]))
    console.print(_ends(past.stretch, n), style="bright_black")
    console.print()
    show.print_table(console, show.figures_table(_figures(past, known, reader, console.width)))
    console.print()
    if len(past.segments) > MOST:
        console.print(f"… {len(past.segments) - MOST} more before; --json has them all", style="bright_black")
    show.print_lines(console, _segments(past))


def _ends(stretch: Stretch, width: int) -> str:
    """When the strip begins and ends, below its ends."""
    first = moments.clock(stretch.since, stretch.now)
    last = "now" if stretch.until == stretch.now else moments.clock(stretch.until, stretch.now)
    return f"{first}{last:>{max(width - len(first), len(last) + 1)}}"


def _figures(past: Past, known: Known, reader: Reader, width: int) -> list[tuple[str, Text | str]]:
    told, inside = past.figures, past.figures.tally
    lines: list[tuple[str, Text | str]] = [("availability", f"{percent(told.availability)}, {observed(inside)}")]
    if inside.unknown and inside.known:
        lines.append(("", between(told.least, told.most)))
    times = ((_SPENT.get(status, status.lower()), status, inside.of(status)) for status in Status)
    said = [(status, f"{word} {duration(ms)}") for word, status, ms in times if ms]
    lines.append(("made of", show.spent(said, width - LABELS)))
    longest = (
        f"{'one, of' if told.incidents == 1 else f'{told.incidents}, the longest'} {duration(told.longest_outage)}"
    )
    lines.append(("outages", longest if told.incidents else "none seen"))
    if told.mean_time_to_recovery is not None:
        lines.append(("recovery", f"after {duration(told.mean_time_to_recovery)} on average"))
    if told.mean_time_between_failures is not None:
        lines.append(("failures", f"after {duration(told.mean_time_between_failures)} of working on average"))
    lines += _budget(past, known, reader)
    if past.took["p50"] is not None:
        took = " · ".join(f"{name} {latency(ms)}" for name, ms in past.took.items() if ms is not None)
        lines.append(("latency", took))
    return lines


def _budget(past: Past, known: Known, reader: Reader) -> list[tuple[str, Text | str]]:
    """The error budget of the 30 days up to the end of the stretch, and whether it is being spent too fast."""
    goal = known.objective(past.service)
    if goal is None:
        return []
    until = past.stretch.until
    segments = reader.segments(past.service, until - objective.PERIOD, until, past.stretch.now)
    inside = timeline.tally(segments, until - objective.PERIOD, until)
    left = objective.budget(inside, goal)
    if left is None:
        return []
    lines: list[tuple[str, Text | str]] = [("error budget", f"{objective.budget_left(left)} ({goal:g} % over 30 days)")]
    alarm = objective.alarm(objective.burns(segments, goal, until)) if until == past.stretch.now else ""
    return [*lines, ("", alarm)] if alarm else lines


def _segments(past: Past) -> list[Text]:
    """The newest stretches of one status, the newest last."""
    rows = [
        (
            show.text(windows.stamp(segment.start, past.stretch.now)),
            show.text(duration(segment.end - segment.start)),
            show.status_text(segment.status),
            show.text(_why(segment, past)),
        )
        for segment in past.segments[-MOST:]
    ]
    return show.aligned(rows, numbers={0, 1})


def _why(segment: Segment, past: Past) -> str:
    """Why it was so, as far as it needs saying."""
    during = next((each for each in past.incidents if _holds(each, segment.start)), None)
    if during is not None and (segment.status is Status.DOWN or segment.reason == CORRECTED):
        trouble = plain(during.message, 120) or plain(during.cause, 60) or "it failed"
        damaged = " (its record was damaged)" if during.id in past.doubtful else ""
        return f"incident {during.id}{damaged}: {trouble}{', corrected' if segment.reason == CORRECTED else ''}"
    if segment.status in (Status.UP, Status.DEGRADED) or segment.reason.lower() == segment.status.lower():
        return ""
    return reason_sentence(segment.reason) if segment.reason else ""


def _holds(incident: Incident, moment: int) -> bool:
    return incident.start <= moment and (incident.end is None or moment < incident.end)
