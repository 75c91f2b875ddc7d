"""The report as one JSON object, for programs: names as in `history --json` and `incidents --json`, nothing cut."""

from __future__ import annotations

import json as encoder
from datetime import UTC, datetime
from typing import Any

from trayapp.core.timeline import Cell, Tally
from trayapp.core.words import Marker
from trayapp.report import moments
from trayapp.report.summary import summary
from trayapp.report.values import Chapter, Report, Told, Took

Value = dict[str, Any]


def json(report: Report) -> str:
    """One object on one line. Times are RFC 3339, UTC, with milliseconds; shares are numbers from 0 to 1, or null."""
    whole = {
        "title": report.title,
        "since": timestamp(report.since),
        "until": timestamp(report.until),
        "made_at": timestamp(report.made),
        "zone": moments.zone_name(report),
        "version": report.version,
        "summary": summary(report),
        "ran_s": _seconds(report.ran),
        "services": [_service(report, chapter) for chapter in report.chapters],
        "markers": [_marker(marker) for marker in report.markers],
    }
    return encoder.dumps(whole, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"


def timestamp(ms: int) -> str:
    """RFC 3339, UTC, with milliseconds."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _service(report: Report, chapter: Chapter) -> Value:
    figures, budget = chapter.figures, chapter.budget
    return {
        "service": chapter.subject.id,
        "name": chapter.name,
        "group": chapter.subject.group or None,
        "target": chapter.subject.target or None,
        **_shares(chapter.tally),
        "availability_least": figures.least,
        "availability_most": figures.most,
        "incidents": figures.incidents,
        "longest_outage_s": _seconds(figures.longest_outage),
        "mean_time_to_recovery_s": _seconds(figures.mean_time_to_recovery),
        "mean_time_between_failures_s": _seconds(figures.mean_time_between_failures),
        "objective": chapter.objective,
        "fell_short": chapter.fell_short,
        "budget_allowed_s": _seconds(budget.allowed) if budget else None,
        "budget_spent_s": _seconds(budget.spent) if budget else None,
        "latency_ms": _took(chapter.took),
        "unobserved_s": {reason or "unknown": _seconds(ms) for reason, ms in chapter.blind.items()},
        "days": [_day(report, cell, took) for cell, took in zip(chapter.days, chapter.took_by_day, strict=True)],
        "outages": [_outage(told) for told in chapter.incidents],
        "markers": [marker.id for marker in chapter.markers],
    }


def _shares(tally: Tally) -> Value:
    return {
        "availability": tally.availability,
        "coverage": tally.coverage,
        "seconds": {
            "up": _seconds(tally.up),
            "degraded": _seconds(tally.degraded),
            "down": _seconds(tally.down),
            "unknown": _seconds(tally.unknown),
            "maintenance": _seconds(tally.maintenance),
            "paused": _seconds(tally.paused),
        },
    }


def _day(report: Report, cell: Cell, took: Took) -> Value:
    return {
        "day": moments.iso_day(cell.start, report.zone),
        "since": timestamp(cell.start),
        "until": timestamp(cell.end),
        "status": str(cell.status),
        **_shares(cell.tally),
        "latency_ms": _took(took),
    }


def _outage(told: Told) -> Value:
    incident, correction = told.incident, told.correction
    return {
        "incident": incident.id,
        "start": timestamp(incident.start),
        "confirmed": timestamp(incident.confirmed),
        "end": timestamp(incident.end) if incident.end is not None else None,
        "lasted_s": _seconds(told.lasted),
        "closing": incident.closing or None,
        "end_uncertain": incident.end_uncertain,
        "cause": incident.cause,
        "message": incident.message,
        "correction": correction.verdict if correction else None,
        "record_damaged": told.damaged,
        "account": told.account or None,
    }


def _marker(marker: Marker) -> Value:
    return {
        "marker": marker.id,
        "at": timestamp(marker.at),
        "text": marker.text,
        "services": list(marker.services),
    }


def _took(took: Took) -> Value:
    return {name: _rounded(value) for name, value in (("p50", took.p50), ("p95", took.p95), ("p99", took.p99))}


def _rounded(ms: float | None) -> float | None:
    return None if ms is None else round(ms, 3)


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000
