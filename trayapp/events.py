"""The JSON that other programs read: events of `watch --json`, objects of `check`, `probe` and `status`.

One place for the names that the design's interface page promises; every face prints these.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from trayapp.core.wording import why
from trayapp.core.words import CheckResult, Notification, ServiceView, Status, StatusChange

Event = dict[str, Any]


def timestamp(ms: int) -> str:
    """RFC 3339, UTC, with milliseconds."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


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


def service_object(view: ServiceView, now: int) -> Event:
    """One service, as `status --json` prints it but for its shares of the last 24 h, which history knows."""
    belief, incident = view.belief, view.belief.incident
    return {
        "id": view.service.id,
        "name": view.service.title,
        "group": view.service.group or None,
        "status": str(belief.status),
        "reason": belief.reason or None,
        "since": timestamp(belief.since),
        "suspect": belief.suspect,
        "flapping": False,
        "acknowledged": incident is not None and view.telling.acknowledged == incident.id,
        "maintenance": belief.status is Status.MAINTENANCE,
        "last_check": check_object(belief.last) if belief.last else None,
        "incident": incident.id if incident else None,
        "why": why(view, now),
    }


def _rounded(ms: float | None) -> float | None:
    return None if ms is None else round(ms, 3)
