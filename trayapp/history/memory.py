"""What a start of the program is told of the time before it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType

from trayapp.core import flapping, verdict
from trayapp.core.news import Recalled
from trayapp.core.words import Belief, CheckResult, Incident, Outcome, Service, Status, Telling
from trayapp.history import checks, rows, schema
from trayapp.history.hours import STAY
from trayapp.history.telling import recall as recall_telling


@dataclass(frozen=True, slots=True)
class Memory:
    """The past of one service, as far as it is needed to believe the same again.

    `status`, `since`, `reason`, `confirmed`, `flapping_since` and `counted_since` are those of the newest segment,
    `incident` is the open one. `results` are the newest ones, one more than its thresholds can need, and the newest
    decisive ones that flapping is counted on, oldest first.
    """

    service: str
    status: Status
    since: int
    reason: str
    confirmed: int
    incident: Incident | None
    results: tuple[CheckResult, ...]
    telling: Telling
    flapping_since: int | None
    counted_since: int

    def belief(self, service: Service) -> Belief:
        """What was believed of the service when this was remembered, by the thresholds that it has now."""
        return verdict.rebuild(
            service,
            self.status,
            self.since,
            self.reason,
            self.confirmed,
            self.incident,
            self.results,
            self.flapping_since,
            self.counted_since,
        )


@dataclass(frozen=True, slots=True)
class Remembered:
    """All of it. Services that were never registered are not in `services`.

    `paused` says until when single services rest, `paused_until` until when everything does.
    """

    next_incident: int
    services: Mapping[str, Memory] = field(default_factory=lambda: MappingProxyType({}))
    paused_until: int | None = None
    paused: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    telling: Recalled = field(default_factory=Recalled)

    @classmethod
    def nothing(cls, now: int) -> Remembered:
        """What to go on with while the history can not be read: its ids are above all that may stand there."""
        first = now // 1000
        return cls(next_incident=first, telling=Recalled(next_id=first))


def recall(connection: sqlite3.Connection, services: Sequence[Service], now: int) -> Remembered:
    """Read what is remembered of these services, and of what is still to be told."""
    memories = (_memory(connection, service) for service in services)
    paused = connection.execute("SELECT value FROM meta WHERE key = 'paused_until'").fetchone()
    return Remembered(
        next_incident=schema.next_id(connection, "incidents"),
        services=MappingProxyType({memory.service: memory for memory in memories if memory}),
        paused_until=paused[0] if paused else None,
        paused=MappingProxyType(
            dict(connection.execute("SELECT key, until FROM pauses JOIN services ON services.id = pauses.service"))
        ),
        telling=recall_telling(connection, now),
    )


def _memory(connection: sqlite3.Connection, service: Service) -> Memory | None:
    segment = connection.execute(
        """
        SELECT service, status, segments.reason, start, confirmed, flapping_since, counted_since
        FROM services JOIN segments ON service = services.id WHERE key = ? ORDER BY start DESC LIMIT 1
        """,
        (service.id,),
    ).fetchone()
    if segment is None:
        return None
    number, status, reason, since, confirmed, flapping_since, counted_since = segment
    enough = max(service.failure_threshold, service.success_threshold) + 1
    return Memory(
        service=service.id,
        status=Status(status),
        since=since,
        reason=reason,
        confirmed=confirmed,
        incident=open_incident(connection, number, service.id),
        results=_telling_results(connection, number, service.id, enough),
        telling=telling(connection, number, service.id),
        flapping_since=flapping_since,
        counted_since=counted_since,
    )


def open_incident(connection: sqlite3.Connection, number: int, service: str) -> Incident | None:
    """The open incident of the service with this number and id."""
    row = connection.execute(
        f'SELECT {rows.INCIDENT} FROM incidents WHERE service = ? AND "end" IS NULL', (number,)
    ).fetchone()
    return rows.incident(service, row) if row else None


def newest_results(connection: sqlite3.Connection, number: int, service: str, n: int) -> tuple[CheckResult, ...]:
    """The newest `n` results of the service with this number and id, oldest first."""
    found = connection.execute(
        f"SELECT {rows.RESULT} FROM {rows.RESULTS} WHERE service = ? ORDER BY at DESC LIMIT ?", (number, min(n, STAY))
    ).fetchall()
    if len(found) == n:
        return tuple(rows.result(service, row) for row in reversed(found))
    return tuple(islice(checks.newest(connection, number, service), n))[::-1]


def _telling_results(connection: sqlite3.Connection, number: int, service: str, n: int) -> tuple[CheckResult, ...]:
    """The newest `n` results and the newest decisive ones that flapping is counted on, oldest first.

    Those that are not among the newest which stay rows (hours.py) are looked for where they are packed.
    """
    found = connection.execute(
        f"""
        SELECT {rows.RESULT} FROM {rows.RESULTS} WHERE service = :service AND at IN (
            SELECT at FROM (SELECT at FROM results WHERE service = :service ORDER BY at DESC LIMIT :n)
            UNION SELECT at FROM (
                SELECT at FROM {rows.RESULTS} WHERE service = :service AND {rows.DECISIVE}
                ORDER BY at DESC LIMIT :counted
            )
        ) ORDER BY at
        """,
        {"service": number, "n": n, "counted": flapping.RESULTS},
    )
    young = tuple(rows.result(service, row) for row in found)
    if n <= STAY and len(young) >= n and sum(map(_decisive, young)) >= flapping.RESULTS:
        return young
    newest = islice(checks.newest(connection, number, service), n)
    decisive = islice(checks.newest(connection, number, service, decisive=True), flapping.RESULTS)
    by_moment = {result.at: result for result in (*newest, *decisive)}
    return tuple(by_moment[at] for at in sorted(by_moment))


def _decisive(result: CheckResult) -> bool:
    return verdict.reading(result.finding) is not Outcome.UNKNOWN


def telling(connection: sqlite3.Connection, number: int, service: str) -> Telling:
    """What the user was told of the service with this number and id."""
    row = connection.execute(f"SELECT {rows.TELLING} FROM tellings WHERE service = ?", (number,)).fetchone()
    return rows.telling(service, row)
