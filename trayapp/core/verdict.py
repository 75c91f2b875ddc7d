"""Check results become beliefs: the state machine of the house, one pure fold.

The probes say what happened, this file says what is true now. It counts failures until they
confirm an outage, dates the outage back to the first of them, does the same for its end, and
admits UNKNOWN when nobody looked. Every function takes a belief and returns the next one with
the changes that must be committed before anybody is told. Wherever something other than a
result cuts a run short there is a change too, so that a restart counts as we did (`rebuild`).

A stretch that was suspect and turned out well is a blip: it counts as UP and stays visible as
CRITICAL results outside any incident. What rings, and when, is decided in alerts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from trayapp.core.counting import count, weigh
from trayapp.core.dating import first, floor, moment
from trayapp.core.dependence import DEPENDENCY
from trayapp.core.wording import slow, slow_phase
from trayapp.core.words import Belief, Blame, CheckResult, Finding, Incident, Outcome, Service, Status, StatusChange

Verdict: TypeAlias = tuple[Belief, tuple[StatusChange, ...]]
"""What is true now, and what changed to make it so, oldest first."""

GRACE = 5_000
"""Milliseconds that a result may be late, beyond its timeout, before the one before it is stale."""

CLOSING_REASONS = frozenset({"changed", "removed"})
"""Interruptions after which an open incident can never be seen to end."""

VOID = frozenset({"self.late", "self.slept", "self.clock_step", "network.changed"})
"""Causes of findings that are worth nothing because of the moment: the next moment may be better."""

REFUSED_LOGIN = "auth"
"""The cause of a finding: name or password were refused."""

RETRY_AFTER = "retry_after_s"
"""The detail of a finding: seconds for which the service does not want to be asked."""

FLOWS = "flows"
"""The detail of a page that did not come in time: something of it came in the last second."""

LONGEST_RETRY = 900_000

UNJUDGED = frozenset({Status.PAUSED, Status.MAINTENANCE})
"""What results do not end: only another interruption does."""


def judge(service: Service, finding: Finding) -> Finding:
    """The finding held against what the service demands: OK but slower than it allows is WARNING "slow"."""
    if finding.outcome is not Outcome.OK:
        return finding
    limit, latency = service.degraded_above, finding.latency_ms
    if limit is not None and latency is not None and latency > limit:
        return replace(finding, outcome=Outcome.WARNING, cause="slow", message=slow(latency, limit))
    for phase, most in service.phase_above.items():
        took = finding.phases_ms.get(phase, 0.0)
        if took > most:
            return replace(finding, outcome=Outcome.WARNING, cause="slow", message=slow_phase(phase, took, most))
    return finding


def reading(finding: Finding) -> Outcome:
    """The outcome as the fold counts it: a failure that is not the service's fault tells nothing about it."""
    if finding.outcome is Outcome.CRITICAL and finding.blame is not Blame.SERVICE:
        return Outcome.UNKNOWN
    return finding.outcome


def begin(service_id: str, at: int) -> Belief:
    """What is true of a service nobody has looked at yet."""
    return Belief(service_id, Status.UNKNOWN, at, "new", counted_since=at, confirmed=at)


def fold(belief: Belief, service: Service, result: CheckResult, incident_id: int) -> Verdict:
    """The belief after one more result. `incident_id` names the incident should one open.

    A belief that went stale before the check began expires first. While PAUSED or in MAINTENANCE
    nothing is judged: neither is ended by a check, least of all by one that was under way when it began.
    """
    belief, expired = expire(belief, service, result.at)
    if belief.status in UNJUDGED:
        return replace(belief, last=result), expired
    outcome = reading(result.finding)
    seen = weigh(count(belief, result, outcome), moment(belief, result))
    match outcome:
        case Outcome.UNKNOWN:
            after, changes = _lose_sight(belief, seen, result)
        case Outcome.CRITICAL:
            after, changes = _fail(belief, seen, service, result, incident_id)
        case _:
            after, changes = _answer(belief, seen, service, result)
    if not changes and after.flapping is not belief.flapping:
        changes = (_change(belief, after, belief.confirmed, after.incident),)
    return replace(after, due=_due(after, service, result)), expired + changes


def expire(belief: Belief, service: Service, now: int, reason: str = "stale") -> Verdict:
    """UNKNOWN from the moment the next result was due, once `now` is past `holds_until`; else unchanged.

    The change is dated to the moment the belief ceased to hold, however late anybody noticed.
    """
    limit = holds_until(belief, service)
    if belief.due is None or limit is None or now <= limit:
        return belief, ()
    since = max(belief.due, floor(belief))
    return _turn(replace(belief, due=None), Status.UNKNOWN, since, limit, reason, belief.incident)


def interrupt(belief: Belief, at: int, status: Status, reason: str) -> Verdict:
    """Nobody looks from `at` on: paused, in maintenance, asleep, not running, target changed, service removed.

    Also the way back: a resumed service is UNKNOWN "new". Only CLOSING_REASONS close an incident.
    Flapping is counted anew after these, and after a pause or a maintenance, of which nothing counts.
    """
    since = max(at, floor(belief))
    unseen = replace(belief, due=None)
    incident = belief.incident
    if incident is not None and reason in CLOSING_REASONS:
        incident = replace(incident, end=since, closing=reason, end_uncertain=belief.unseen)
    anew = unseen
    if reason in CLOSING_REASONS or not UNJUDGED.isdisjoint((belief.status, status)):
        anew = replace(unseen, raw=(), counted_since=since, flapping=False, flapping_since=None)
    after, changes = _turn(anew, status, since, since, reason, incident)
    return (after, changes) if changes else (unseen, ())


def withhold(belief: Belief, at: int) -> Verdict:
    """UNKNOWN "dependency" because from `at` on a parent is not seen to work; so is the stretch that was suspect.

    Checks go on, and what they find is worth nothing until the parent is back (`core.dependence`).
    What is UNKNOWN already keeps its reason, unless it was suspect.
    """
    if belief.status in UNJUDGED or (belief.status is Status.UNKNOWN and not belief.failures):
        return belief, ()
    since = first(belief.failing_since, max(at, floor(belief)))
    return _turn(replace(belief, due=None), Status.UNKNOWN, since, at, DEPENDENCY, belief.incident)


def next_due(belief: Belief, service: Service, started: int) -> int:
    """When to check again after a check that began at `started`: sooner while a run awaits confirmation, and after
    one that was void.

    Not sooner after a refused login, for repeating it may lock the account; nor than the service asked us to wait,
    up to a quarter of an hour (RFC 9110, 10.2.3).
    """
    if belief.last is None:
        return started + service.interval
    finding = belief.last.finding
    in_doubt = finding.cause in VOID or belief.failures > 0 or belief.successes > 0
    wait = service.recheck if in_doubt and finding.cause != REFUSED_LOGIN else service.interval
    asked: int = finding.details.get(RETRY_AFTER, 0)
    return started + max(wait, min(1000 * asked, LONGEST_RETRY))


def holds_until(belief: Belief, service: Service) -> int | None:
    """The last moment at which the belief holds without a new result; None: until something happens."""
    return None if belief.due is None else belief.due + service.timeout + GRACE


def rebuild(
    service: Service,
    status: Status,
    since: int,
    reason: str,
    confirmed: int,
    incident: Incident | None,
    results: Sequence[CheckResult],
    flapping_since: int | None = None,
    counted_since: int = 0,
) -> Belief:
    """The belief as it was before a restart, from what history keeps.

    `status`, `since`, `reason`, `confirmed`, `flapping_since` and `counted_since` are those of the
    newest committed segment, where `confirmed` is the `at` of the change that wrote it last (for a
    service never looked at, the moment of its `begin`). `incident` is the open one. `results` are
    the newest max(N, M) + 1 results and the newest 21 decisive ones, oldest first, whatever their
    age: no run that awaits confirmation is longer, and only those that ended after `confirmed`
    count towards one. Nothing is decided here, so nothing is told again.
    Afterwards `expire(belief, service, now, "not running")` says how long nobody looked.
    """
    belief = Belief(
        service.id,
        status,
        since,
        reason,
        incident=incident,
        unseen=incident is not None and status is not Status.DOWN,
        counted_since=counted_since,
        flapping=flapping_since is not None,
        flapping_since=flapping_since,
        confirmed=confirmed,
    )
    if not results:
        return belief
    last = results[-1]
    if status in UNJUDGED:
        return replace(belief, last=last)
    for result in results:
        counted = count(belief, result, reading(result.finding))
        belief = counted if result.ended > confirmed else replace(belief, raw=counted.raw)
    due = _due(belief, service, last) if last.ended >= confirmed else None
    return replace(belief, last=last, due=due)


def _lose_sight(before: Belief, seen: Belief, result: CheckResult) -> Verdict:
    """An UNKNOWN result: what was suspect is UNKNOWN too, an open incident stays open."""
    since = first(before.failing_since, moment(before, result))
    reason = result.finding.cause or result.finding.blame.value
    return _turn(seen, Status.UNKNOWN, since, result.ended, reason, seen.incident)


def _fail(before: Belief, seen: Belief, service: Service, result: CheckResult, incident_id: int) -> Verdict:
    """A CRITICAL result: the Nth opens an incident at the first; one that was out of sight goes on at once."""
    at = moment(before, result)
    if before.incident is not None:
        return _turn(seen, Status.DOWN, at, result.ended, "", before.incident)
    if seen.failures < service.failure_threshold:
        return seen, ()
    start = first(seen.failing_since, at)
    finding = result.finding
    incident = Incident(incident_id, seen.service, start, max(result.ended, start), finding.cause, finding.message)
    return _turn(seen, Status.DOWN, start, result.ended, "", incident)


def _answer(before: Belief, seen: Belief, service: Service, result: CheckResult) -> Verdict:
    """An OK or WARNING result: the Mth closes the incident at the first; without one it is true at once."""
    well = reading(result.finding) is Outcome.OK
    status = Status.UP if well else Status.DEGRADED
    since = moment(before, result)
    incident = before.incident
    if incident is not None:
        if seen.successes < service.success_threshold:
            return seen, ()
        since = first(seen.recovering_since, since)
        incident = replace(incident, end=since, closing="recovered", end_uncertain=before.unseen)
    elif well:
        since = first(before.failing_since, since)
    return _turn(seen, status, since, result.ended, "", incident)


def _turn(belief: Belief, status: Status, since: int, at: int, reason: str, incident: Incident | None) -> Verdict:
    """The belief in its next status with every run ended, and the change that says so.

    No change where nothing changed. Where only a run was cut short the status goes on since when
    it was, and the change is there for its `at`: results up to then do not count after a restart.
    """
    if status is belief.status and reason == belief.reason:
        if not belief.failures and not belief.successes:
            return belief, ()
        since = belief.since
    is_open = incident is not None and incident.end is None
    after = replace(
        belief,
        status=status,
        since=since,
        reason=reason,
        failures=0,
        failing_since=None,
        successes=0,
        recovering_since=None,
        incident=incident if is_open else None,
        unseen=is_open and status is not Status.DOWN,
        confirmed=max(at, since),
    )
    return after, (_change(belief, after, after.confirmed, incident),)


def _change(before: Belief, after: Belief, at: int, incident: Incident | None) -> StatusChange:
    """What must be committed of the step from one belief to the next."""
    return StatusChange(
        after.service,
        at,
        after.since,
        before.status,
        after.status,
        after.reason,
        incident,
        after.flapping_since,
        after.counted_since,
    )


def _due(belief: Belief, service: Service, last: CheckResult) -> int:
    """When the result after `last` is expected: no check begins while another is under way."""
    return max(next_due(belief, service, last.at), last.ended)
