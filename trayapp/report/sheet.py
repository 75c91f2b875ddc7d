"""The report for spreadsheets: a line for each service and day."""

from __future__ import annotations

import csv as writing
import io
from collections.abc import Iterator, Sequence
from decimal import ROUND_DOWN, Decimal

from trayapp.core.timeline import Cell
from trayapp.report import moments
from trayapp.report.escaping import sheet
from trayapp.report.values import Chapter, Report, Told

HEAD = (
    "service",
    "name",
    "day",
    "availability",
    "coverage",
    "up_s",
    "degraded_s",
    "down_s",
    "unknown_s",
    "maintenance_s",
    "paused_s",
    "incidents",
    "p50_ms",
    "p95_ms",
    "p99_ms",
    "note",
)
"""Shares are numbers from 0 to 1, cut and never rounded up. `incidents` are those that began on that day."""


def csv(report: Report) -> str:
    """RFC 4180, with a line of heads. No cell begins as a formula does, wherever a spreadsheet divides the line."""
    text = io.StringIO(newline="")
    writer = writing.writer(text, lineterminator="\r\n")
    writer.writerow(HEAD)
    for chapter in report.chapters:
        writer.writerows(_lines(report, chapter))
    return text.getvalue()


def _lines(report: Report, chapter: Chapter) -> Iterator[list[str]]:
    id_, name = sheet(chapter.subject.id), sheet(chapter.name)
    outages = [told for told in chapter.incidents if told.correction is None]
    for cell, took in zip(chapter.days, chapter.took_by_day, strict=True):
        tally = cell.tally
        yield [
            id_,
            name,
            moments.iso_day(cell.start, report.zone),
            _share(tally.availability),
            _share(tally.coverage),
            *(
                _seconds(ms)
                for ms in (tally.up, tally.degraded, tally.down, tally.unknown, tally.maintenance, tally.paused)
            ),
            str(sum(_began_in(told, cell) for told in outages)),
            *(_ms(value) for value in (took.p50, took.p95, took.p99)),
            _damage([told for told in chapter.incidents if told.damaged and _began_in(told, cell)]),
        ]


def _damage(told: Sequence[Told]) -> str:
    return "; ".join(f"incident {each.incident.id}: its record was damaged" for each in told)


def _began_in(told: Told, cell: Cell) -> bool:
    return cell.start <= told.incident.start < cell.end


def _share(share: float | None) -> str:
    return "" if share is None else f"{Decimal(repr(share)).quantize(Decimal('0.000001'), ROUND_DOWN):f}"


def _seconds(ms: int) -> str:
    """To the millisecond, so that the columns of a day add up to it."""
    return f"{ms // 1000}.{ms % 1000:03}" if ms % 1000 else str(ms // 1000)


def _ms(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}".rstrip("0").rstrip(".")
