"""A past that others saw, judged as ours is: checks in order become segments and incidents of one service.

`core.verdict.fold` is the judge. Where a check says what the one before it said and nothing awaits confirmation, the
fold would only put off when the next one is due: such checks are counted, and the fold hears of them together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from trayapp.core import flapping
from trayapp.core.keys import Duration
from trayapp.core.verdict import GRACE, begin, fold, holds_until
from trayapp.core.words import Blame, CheckResult, Finding, Incident, Outcome, Service, Status, StatusChange
from trayapp.history.spool import BY_CODE, Spooled

IMPORTED = "imported"
"""The cause of every finding that is not OK: the source had words for it, and no code of ours."""

NOT_WATCHED = "not watched"
"""The reason of UNKNOWN between what was brought along and what follows it."""

UNSEEN = "unseen"
"""How an incident closed that was open when the past at hand ended."""

_SETTLED = {Status.UP: Outcome.OK, Status.DEGRADED: Outcome.WARNING, Status.DOWN: Outcome.CRITICAL}
"""What a check says of a service that nobody doubts."""

_NOTHING = -1


class Row(NamedTuple):
    """A segment as the table has it, without its service."""

    start: int
    status: str
    reason: str
    confirmed: int
    flapping_since: int | None
    counted_since: int


@dataclass(frozen=True, slots=True)
class Piece:
    """The past of one service in [since, until): what was seen, up to when the last of its `checks` ceased to hold.

    The ids of `incidents` say only which is which.
    """

    service: str
    since: int
    until: int
    checks: int
    last: int
    segments: tuple[Row, ...]
    incidents: tuple[Incident, ...]


def at_its_pace(service: Service, cadence: int) -> Service:
    """The service with the pace its past was checked at: one check that is missing there is no gap, two are."""
    pace = Duration(max(service.interval, cadence))
    return replace(service, interval=pace, recheck_interval=pace, timeout=Duration(max(service.timeout, pace)))


def finding(code: int, message: str) -> Finding:
    """What a source tells of a check, in our words. What it did not know is nobody to blame for."""
    outcome = BY_CODE[code]
    match outcome:
        case Outcome.OK:
            return Finding(outcome, message=message, answered=True)
        case Outcome.UNKNOWN:
            return Finding(outcome, IMPORTED, Blame.NETWORK, message)
    return Finding(outcome, IMPORTED, message=message or "failed", answered=outcome is Outcome.WARNING)


def relive(service: Service, checks: Iterable[Spooled], message: Callable[[int], str], stop: int) -> Piece | None:
    """The piece that `Spooled` checks make, the oldest first; None where there are none.

    `stop` is when something else is known of the service, later than every check. `message` has the words of a reason.
    """
    life: _Life | None = None
    settled, limit, repeats, number = _NOTHING, 0, 0, 0
    at = repeated_at = repeated_reason = 0
    patience = service.interval + service.timeout + GRACE
    for at, code, reason, _ in checks:
        number += 1
        if code == settled and at <= limit:
            repeats += 1
            repeated_at, repeated_reason = at, reason
            limit = at + patience
            continue
        life = life or _Life(service, at)
        if repeats:
            life.repeat(repeats, repeated_at, finding(settled, message(repeated_reason)))
            repeats = 0
        life.check(at, finding(code, message(reason)))
        settled, limit = life.settled, life.limit
    if life is not None and repeats:
        life.repeat(repeats, repeated_at, finding(settled, message(repeated_reason)))
    return life.end(number, at, stop) if life is not None else None


class _Life:
    """The belief in a service, and what is left of what was believed before."""

    def __init__(self, service: Service, at: int) -> None:
        self._service = service
        self._since = at
        self._belief = begin(service.id, at)
        self._segments = [Row(at, self._belief.status, self._belief.reason, at, None, at)]
        self._incidents: dict[int, Incident] = {}

    @property
    def limit(self) -> int:
        """Until when the belief holds without another check."""
        until = holds_until(self._belief, self._service)
        return 0 if until is None else until

    @property
    def settled(self) -> int:
        """The exit code of a check that changes nothing but when the next one is due; _NOTHING where each may."""
        belief = self._belief
        outcome = _SETTLED.get(belief.status)
        if outcome is None:
            return _NOTHING
        # Where all of late said the same there is no run that awaits confirmation, and no flapping.
        fails = outcome is Outcome.CRITICAL
        return _NOTHING if (not fails) in belief.raw else outcome.exit_code

    def check(self, at: int, found: Finding) -> None:
        """One check, judged."""
        result = CheckResult(self._service.id, at, at, found)
        self._belief, changes = fold(self._belief, self._service, result, len(self._incidents) + 1)
        for change in changes:
            self._write(change)

    def repeat(self, times: int, at: int, found: Finding) -> None:
        """So many more checks that were `settled`, the last of them `at`: what as many folds come to."""
        fails = found.outcome is Outcome.CRITICAL
        raw = (*self._belief.raw, *(fails for _ in range(min(times, flapping.RESULTS))))[-flapping.RESULTS :]
        last = CheckResult(self._service.id, at, at, found)
        self._belief = replace(self._belief, raw=raw, last=last, due=at + self._service.interval)

    def end(self, checks: int, last: int, stop: int) -> Piece:
        """All of it, up to when the last check ceased to hold. An outage that went on then was not seen to end."""
        belief = self._belief
        until = stop if belief.due is None or stop <= self.limit else belief.due
        if belief.incident is not None:
            seen_until = until if belief.status is Status.DOWN else belief.since
            end = max(belief.incident.confirmed, seen_until)
            closed = replace(belief.incident, end=end, closing=UNSEEN, end_uncertain=True)
            self._incidents[closed.id] = closed
        return Piece(
            self._service.id, self._since, until, checks, last, tuple(self._segments), tuple(self._incidents.values())
        )

    def _write(self, change: StatusChange) -> None:
        if self._segments[-1].start == change.since:
            self._segments.pop()
        self._segments.append(
            Row(
                change.since,
                change.to_status.value,
                change.reason,
                change.at,
                change.flapping_since,
                change.counted_since,
            )
        )
        if change.incident is not None:
            self._incidents[change.incident.id] = change.incident
