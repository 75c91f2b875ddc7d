"""Rows as values again, in one place for the writer's recollection and for the readers."""

from __future__ import annotations

from typing import Any

from trayapp.core.words import Blame, CheckResult, Finding, Incident, Outcome, Telling

RESULT = "at, took, latency_us, outcome, cause, blame, message, answered"
"""Columns of `results JOIN reasons` that make a CheckResult."""

RESULTS = "results JOIN reasons ON reasons.id = results.reason"

DECISIVE = "(outcome IN ('OK', 'WARNING') OR outcome = 'CRITICAL' AND blame = 'service')"
"""Of `results JOIN reasons`: it says something about the service (`core.verdict.reading` is not UNKNOWN)."""

INCIDENT = 'incidents.id, start, confirmed, cause, message, "end", closing, end_uncertain'
"""Columns that make an Incident."""

TELLING = "told, acknowledged, snoozed_until"
"""Columns that make a Telling."""


def result(service: str, row: tuple[Any, ...]) -> CheckResult:
    """A result without the parts that are not kept: its phases, address and details."""
    at, took, latency_us, outcome, cause, blame, message, answered = row
    finding = Finding(
        outcome=Outcome(outcome),
        cause=cause,
        blame=Blame(blame),
        message=message,
        latency_ms=None if latency_us is None else latency_us / 1000,
        answered=bool(answered),
    )
    return CheckResult(service=service, at=at, ended=at + took, finding=finding)


def incident(service: str, row: tuple[Any, ...]) -> Incident:
    number, start, confirmed, cause, message, end, closing, end_uncertain = row
    return Incident(
        id=number,
        service=service,
        start=start,
        confirmed=confirmed,
        cause=cause,
        message=message,
        end=end,
        closing=closing,
        end_uncertain=bool(end_uncertain),
    )


def telling(service: str, row: tuple[Any, ...] | None) -> Telling:
    """What the user was told of the service; nothing where no row says so."""
    return Telling(service, *row) if row else Telling(service)
