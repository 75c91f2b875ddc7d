"""The JSON that other programs read: events of `watch --json`, objects of `check`, `status`, `history` and the others.

One place for the names that the design's interface page promises; every face prints these.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from trayapp.core.timeline import Figures
from trayapp.core.wording import why
from trayapp.core.words import (
    FOR_EVER,
    CheckResult,
    Correction,
    Incident,
    Marker,
    Notification,
    Segment,
    ServiceView,
    Sight,
    Snapshot,
    Status,
    StatusChange,
)

Event = dict[str, Any]

NEVER = "9999-12-31T23:59:59.999Z"
"""The last moment that RFC 3339 can write: of what holds until further notice."""

_BEYOND = 253_370_764_800_000
"""Milliseconds: the beginning of that year, from which on a moment is written so."""


def timestamp(ms: int) -> str:
    """RFC 3339, UTC, with milliseconds."""
    if ms >= _BEYOND:
        return NEVER
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(written: str) -> int:
    """Milliseconds UTC of what `timestamp` wrote; FOR_EVER for what holds until further notice."""
    return FOR_EVER if written == NEVER else round(datetime.fromisoformat(written).timestamp() * 1000)


def line(event: Mapping[str, Any]) -> str:
    """One event as one line; NaN and infinity do not occur in JSON and are refused."""
    return json.dumps(event, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=str)


def started(version: str, services: int) -> Event:
    return {"event": "started", "version": version, "services": services}


def stopped(reason: str) -> Event:
    return {"event": "stopped", "reason": reason}


def check(result: CheckResult) -> Event:
    return {"event": "check", **check_object(result)}


def check_object(result: CheckResult) -> Event:
    """One check, as `check --json` and `probe --json` print it."""
    finding = result.finding
    return {
        "at": timestamp(result.at),
        "service": result.service,
        "outcome": str(finding.outcome),
        "cause": finding.cause or None,
        "blame": str(finding.blame),
        "message": finding.message,
        "latency_ms": _rounded(finding.latency_ms),
        "phases_ms": {phase: _rounded(ms) for phase, ms in finding.phases_ms.items()},
        "address": finding.address,
        "details": dict(finding.details),
    }


def status(change: StatusChange) -> Event:
    return {
        "event": "status",
        "at": timestamp(change.at),
        "service": change.service,
        "from": str(change.from_status),
        "to": str(change.to_status),
        "reason": change.reason or None,
        "since": timestamp(change.since),
        "suspect": False,  # what changed is confirmed
        "incident": change.incident.id if change.incident else None,
    }


def notification(told: Notification) -> Event:
    return {
        "event": "notification",
        "at": timestamp(told.at),
        "kind": told.kind,
        "services": list(told.services),
        "incident": told.incident,
        "title": told.title,
        "body": told.body,
    }


def network(sight: Sight, at: int) -> Event:
    """A network is seen, or not any more."""
    return {"event": "network", "at": timestamp(at), **_seen(sight)}


def status_object(version: str, snapshot: Snapshot) -> Event:
    """All that is true now, as the running program answers `status`."""
    return {
        "version": version,
        "services": [service_object(view, snapshot.at) for view in snapshot.services],
        "paused_until": _moment(snapshot.paused_until),
        "quiet_until": _moment(snapshot.quiet_until),
        "networks": [{**_seen(sight), "since": timestamp(sight.since)} for sight in snapshot.sights],
        "problems": list(snapshot.problems),
        "faults": list(snapshot.faults),
    }


def service_object(view: ServiceView, now: int) -> Event:
    """One service, as `status --json` prints it but for its shares of the last 24 h, which history knows.

    `why` and `notify` are for whoever words it. `paused_until` is that of the service alone.
    """
    belief, incident, snoozed = view.belief, view.belief.incident, view.telling.snoozed_until
    return {
        "id": view.service.id,
        "name": view.service.title,
        "group": view.service.group or None,
        "status": str(belief.status),
        "reason": belief.reason or None,
        "since": timestamp(belief.since),
        "suspect": belief.suspect,
        "flapping": belief.flapping,
        "acknowledged": incident is not None and view.telling.acknowledged == incident.id,
        "maintenance": belief.status is Status.MAINTENANCE,
        "last_check": check_object(belief.last) if belief.last else None,
        "incident": incident.id if incident else None,
        "snoozed_until": _moment(snoozed) if snoozed is not None and snoozed > now else None,
        "maintenance_until": _moment(view.maintenance_until),
        "paused_until": _moment(view.paused_until),
        "when_back": view.when_back,
        "why": why(view, now),
        "notify": view.service.notify,
    }


def history_object(
    service: str,
    since: int,
    until: int,
    told: Figures,
    latency_ms: Mapping[str, float | None],
    segments: Iterable[Segment],
) -> Event:
    """The past of one service, as `history --json` prints it."""
    inside = told.tally
    return {
        "service": service,
        "since": timestamp(since),
        "until": timestamp(until),
        "availability": told.availability,
        "coverage": told.coverage,
        "seconds": {str(status).lower(): inside.of(status) / 1000 for status in Status},
        "incidents": told.incidents,
        "longest_outage_s": told.longest_outage / 1000,
        "latency_ms": {name: _rounded(ms) for name, ms in latency_ms.items()},
        "segments": [segment_object(segment) for segment in segments],
    }


def segment_object(segment: Segment) -> Event:
    return {
        "start": timestamp(segment.start),
        "end": timestamp(segment.end),
        "status": str(segment.status),
        "reason": segment.reason or None,
    }


def incident_fields(incident: Incident, *, doubtful: bool) -> Event:
    """What is remembered of one incident. `doubtful`: its record was damaged, and may be wrong."""
    return {
        "id": incident.id,
        "service": incident.service,
        "start": timestamp(incident.start),
        "confirmed": timestamp(incident.confirmed),
        "end": _moment(incident.end),
        "end_uncertain": incident.end_uncertain,
        "closing": incident.closing or None,
        "cause": incident.cause or None,
        "message": incident.message,
        "doubtful": doubtful,
    }


def incident_object(
    incident: Incident, corrections: Sequence[Correction], evidence: Mapping[str, Any], *, doubtful: bool
) -> Event:
    """One incident, as `incidents --json` prints it. `correction` is the one that stands, `corrections` are all."""
    return {
        **incident_fields(incident, doubtful=doubtful),
        "correction": next((each.verdict for each in corrections if each.undone_at is None), None),
        "corrections": [correction_object(each) for each in corrections],
        "evidence": dict(evidence),
    }


def correction_object(correction: Correction) -> Event:
    """What the user said of an incident; `undone_at` is null while that stands."""
    return {
        "incident": correction.incident,
        "verdict": correction.verdict,
        "note": correction.note or None,
        "at": timestamp(correction.at),
        "undone_at": _moment(correction.undone_at),
    }


def corrected(correction: Correction | None) -> Event:
    """The reply to `correct`; null where there was nothing to undo."""
    return {"correction": None if correction is None else correction_object(correction)}


def marker_object(marker: Marker) -> Event:
    """A change that somebody made; no services are all of them."""
    return {"id": marker.id, "at": timestamp(marker.at), "text": marker.text, "services": list(marker.services)}


def marked(marker: Marker) -> Event:
    """The reply to `mark`."""
    return {"marker": marker_object(marker)}


def _seen(sight: Sight) -> Event:
    return {"class": sight.network, "state": sight.state, "reason": sight.reason or None}


def _moment(ms: int | None) -> str | None:
    return None if ms is None else timestamp(ms)


def _rounded(ms: float | None) -> float | None:
    return None if ms is None else round(ms, 3)
