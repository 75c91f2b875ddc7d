"""Words for a past: small makers of the values that the history remembers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trayapp.core.words import (
    Blame,
    CheckResult,
    Finding,
    Incident,
    Notification,
    Outcome,
    Service,
    Status,
    StatusChange,
)
from trayapp.history.writer import History

NOON = 1_790_000_000_000
"""A moment to begin at; the clock of a history under test stands there."""

WAIT = 20.0
"""Seconds after which a test gives up waiting for the disk."""


@dataclass(frozen=True)
class Dial:
    """A probe that is never asked."""

    target: str
    kind: str = "tcp"

    async def check(self, means: Any, /) -> Finding:
        raise NotImplementedError


class Faults(list[BaseException]):
    """Collects what a history tells its `on_fault`."""

    def __call__(self, error: BaseException) -> None:
        self.append(error)


def a_service(key: str = "web", target: str = "localhost:80", **keys: Any) -> Service:
    return Service(id=key, probe=Dial(target), **keys)


def ok(service: str, at: int, latency_ms: float = 12.345) -> CheckResult:
    return CheckResult(service, at, at + 13, Finding(Outcome.OK, latency_ms=latency_ms, answered=True))


def refused(service: str, at: int) -> CheckResult:
    return CheckResult(
        service, at, at + 2, Finding(Outcome.CRITICAL, "refused", Blame.SERVICE, "connection refused", 1.5)
    )


def offline(service: str, at: int) -> CheckResult:
    return CheckResult(service, at, at + 1, Finding(Outcome.UNKNOWN, "network.offline", Blame.NETWORK, "offline"))


def turn(
    service: str,
    at: int,
    to: Status,
    reason: str = "",
    since: int | None = None,
    incident: Incident | None = None,
    **keys: Any,
) -> StatusChange:
    return StatusChange(service, at, at if since is None else since, Status.UNKNOWN, to, reason, incident, **keys)


def an_incident(number: int, service: str, start: int, **keys: Any) -> Incident:
    return Incident(number, service, start, start + 20_000, "refused", "connection refused", **keys)


def a_notification(number: int, service: str = "web", at: int = NOON, **keys: Any) -> Notification:
    told: dict[str, Any] = {"kind": "down", "incident": None, "title": f"{service} is down", "body": "refused"}
    return Notification(id=number, at=at, services=(service,), **(told | keys))


def a_history(path: Path, on_fault: Faults, **keys: Any) -> History:
    """An opened history whose clock stands at NOON and which tries again soon."""
    history = History(path, on_fault=on_fault, **({"clock": lambda: NOON, "company": 0.02, "retry": 0.05} | keys))
    history.open(WAIT)
    return history
