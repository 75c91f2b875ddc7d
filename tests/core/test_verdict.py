"""The table of semantics §2, row by row, and the corners beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.traces import (
    CRITICAL,
    LOCKED,
    NO_DNS,
    NOT_THEIRS,
    OK,
    WARNING,
    Book,
    Check,
    Interruption,
    Look,
    watched,
)
from trayapp.core.keys import Duration
from trayapp.core.verdict import begin, expire, fold, holds_until, interrupt, judge, next_due, reading, rebuild
from trayapp.core.words import Belief, Blame, CheckResult, Finding, Outcome, Service, Status

SECOND = 1_000
BREAKS = [
    Interruption(300 * SECOND, Status.UNKNOWN, "asleep"),
    Interruption(300 * SECOND, Status.PAUSED, "paused"),
    Interruption(300 * SECOND, Status.UNKNOWN, "not running"),
]


def lived(*findings: Finding, service: Service | None = None, every: int = 10 * SECOND) -> Book:
    """A service checked at 10 s, 20 s, …; each check takes 31 ms."""
    book = Book.begun(watched() if service is None else service, 0)
    check_on(book, *findings, since=every, every=every)
    return book


def check_on(book: Book, *findings: Finding, since: int, every: int = 10 * SECOND) -> None:
    for i, finding in enumerate(findings):
        at = since + i * every
        book.live(Check(at, at + 31, finding))


def story(book: Book) -> list[tuple[int, Status, str]]:
    """Where each segment begins, in seconds."""
    return [(start // SECOND, status, reason) for start, (status, reason, _) in sorted(book.rows.items())]


NEW = (0, Status.UNKNOWN, "new")


def test_a_service_is_unknown_from_the_moment_it_is_known_of() -> None:
    assert begin("web", 7) == Belief("web", Status.UNKNOWN, 7, "new", counted_since=7, confirmed=7)


# UNKNOWN, UP, DEGRADED | OK / WARNING


def test_the_first_ok_is_up_from_the_start_of_its_check() -> None:
    assert story(lived(OK)) == [NEW, (10, Status.UP, "")]


def test_a_warning_is_degraded_and_the_next_ok_is_up_again() -> None:
    assert story(lived(OK, WARNING, WARNING, OK)) == [
        NEW,
        (10, Status.UP, ""),
        (20, Status.DEGRADED, ""),
        (40, Status.UP, ""),
    ]


def test_a_result_that_changes_nothing_gives_no_change() -> None:
    assert len(lived(OK, OK, OK).changes) == 1


def test_a_change_says_when_it_was_decided_and_since_when_it_holds() -> None:
    (change,) = lived(OK).changes
    assert (change.at, change.since) == (10_031, 10_000)
    assert (change.from_status, change.to_status, change.incident) == (Status.UNKNOWN, Status.UP, None)


# UNKNOWN, UP, DEGRADED | CRITICAL


def test_fewer_than_n_failures_are_suspect_and_change_nothing() -> None:
    book = lived(OK, CRITICAL, CRITICAL)
    assert book.belief.status is Status.UP
    assert book.belief.suspect
    assert (book.belief.failures, book.belief.failing_since) == (2, 20_000)
    assert len(book.changes) == 1


def test_a_suspect_is_checked_again_after_the_recheck_interval() -> None:
    assert lived(OK, CRITICAL).belief.due == 30 * SECOND
    assert lived(OK, OK).belief.due == 80 * SECOND


def test_the_nth_failure_is_down_since_the_first_of_them() -> None:
    book = lived(OK, CRITICAL, CRITICAL, CRITICAL)
    assert story(book) == [NEW, (10, Status.UP, ""), (20, Status.DOWN, "")]
    incident = book.changes[-1].incident
    assert incident is not None
    assert (incident.id, incident.start, incident.confirmed, incident.end) == (1, 20_000, 40_031, None)
    assert (incident.cause, incident.message) == ("http.status", "HTTP 503")
    assert book.belief.incident == incident
    assert not book.belief.suspect


def test_a_service_that_never_worked_goes_down_too() -> None:
    assert story(lived(CRITICAL, CRITICAL, CRITICAL)) == [NEW, (10, Status.DOWN, "")]


def test_with_a_threshold_of_one_the_first_failure_is_down_at_once() -> None:
    assert story(lived(OK, CRITICAL, service=watched(failures=1)))[-1] == (20, Status.DOWN, "")


def test_more_failures_while_down_are_the_same_incident() -> None:
    book = lived(*[CRITICAL] * 7)
    assert len(book.incidents) == 1
    assert len(book.changes) == 1
    assert book.belief.failures == 0


# suspect | OK


def test_a_blip_counts_as_up_and_leaves_no_incident() -> None:
    book = lived(OK, CRITICAL, CRITICAL, OK)
    assert story(book) == [NEW, (10, Status.UP, "")]
    assert not book.belief.suspect
    assert book.incidents == {}


@pytest.mark.parametrize("before", [NO_DNS, WARNING])
def test_a_stretch_that_was_suspect_is_up_from_its_first_failure_when_it_ends_well(before: Finding) -> None:
    assert story(lived(before, CRITICAL, CRITICAL, OK))[-1] == (20, Status.UP, "")


def test_a_suspect_that_ends_in_a_warning_is_degraded_from_the_warning_on() -> None:
    assert story(lived(OK, CRITICAL, WARNING))[-1] == (30, Status.DEGRADED, "")


# DOWN | OK


def test_fewer_than_m_answers_are_recovering_and_still_down() -> None:
    book = lived(CRITICAL, CRITICAL, CRITICAL, OK)
    assert book.belief.status is Status.DOWN
    assert book.belief.recovering
    assert book.belief.due == 50 * SECOND


def test_the_mth_answer_is_up_and_ends_the_incident_at_the_first_of_them() -> None:
    book = lived(CRITICAL, CRITICAL, CRITICAL, OK, OK)
    assert story(book) == [NEW, (10, Status.DOWN, ""), (40, Status.UP, "")]
    closed = book.changes[-1].incident
    assert closed is not None
    assert (closed.end, closed.closing, closed.end_uncertain) == (40_000, "recovered", False)
    assert book.belief.incident is None


def test_a_failure_while_recovering_goes_on_with_the_incident() -> None:
    book = lived(CRITICAL, CRITICAL, CRITICAL, OK, CRITICAL, OK, OK)
    assert story(book) == [NEW, (10, Status.DOWN, ""), (60, Status.UP, "")]
    assert len(book.incidents) == 1


def test_a_warning_is_an_answer_so_m_of_them_end_the_incident_degraded() -> None:
    book = lived(CRITICAL, CRITICAL, CRITICAL, OK, WARNING)
    assert story(book)[-1] == (40, Status.DEGRADED, "")
    assert book.incidents[1].end == 40_000


# any | UNKNOWN result


@pytest.mark.parametrize(
    ("finding", "reason"), [(NO_DNS, "dns.failed"), (LOCKED, "config.secret_locked"), (NOT_THEIRS, "unreachable")]
)
def test_an_unknown_result_is_unknown_with_its_cause(finding: Finding, reason: str) -> None:
    assert story(lived(OK, finding)) == [NEW, (10, Status.UP, ""), (20, Status.UNKNOWN, reason)]


def test_an_unknown_result_without_a_cause_says_whose_fault_it_is() -> None:
    assert lived(Finding(Outcome.UNKNOWN, blame=Blame.SELF)).belief.reason == "self"


def test_another_reason_not_to_know_is_another_segment() -> None:
    assert story(lived(NO_DNS, NO_DNS, LOCKED)) == [
        NEW,
        (10, Status.UNKNOWN, "dns.failed"),
        (30, Status.UNKNOWN, "config.secret_locked"),
    ]


def test_an_unknown_result_makes_the_suspect_stretch_unknown_and_failures_begin_anew() -> None:
    book = lived(OK, CRITICAL, CRITICAL, NO_DNS, CRITICAL, CRITICAL)
    assert story(book) == [NEW, (10, Status.UP, ""), (20, Status.UNKNOWN, "dns.failed")]
    assert book.belief.failures == 2


@pytest.mark.parametrize("blame", [Blame.NETWORK, Blame.SELF, Blame.CONFIG])
def test_failures_that_are_not_the_services_fault_are_never_down(blame: Blame) -> None:
    book = lived(OK, *[Finding(Outcome.CRITICAL, "refused", blame)] * 9)
    assert book.belief.status is Status.UNKNOWN
    assert book.incidents == {}


def test_an_unknown_result_while_down_leaves_the_incident_open_and_says_so() -> None:
    book = lived(CRITICAL, CRITICAL, CRITICAL, NO_DNS)
    assert book.belief.status is Status.UNKNOWN
    assert book.belief.unseen
    assert book.changes[-1].incident == book.belief.incident == book.incidents[1]
    assert book.incidents[1].end is None


def test_an_unknown_result_while_recovering_resets_the_run() -> None:
    book = lived(CRITICAL, CRITICAL, CRITICAL, OK, NO_DNS, OK)
    assert book.belief.status is Status.UNKNOWN
    assert book.belief.successes == 1


# DOWN, then unseen


def test_a_failure_after_the_gap_is_the_same_incident_at_once_and_the_gap_stays_unknown() -> None:
    book = lived(CRITICAL, CRITICAL, CRITICAL, NO_DNS, CRITICAL)
    assert story(book) == [NEW, (10, Status.DOWN, ""), (40, Status.UNKNOWN, "dns.failed"), (50, Status.DOWN, "")]
    assert list(book.incidents) == [1]
    assert not book.belief.unseen


def test_m_answers_after_the_gap_end_the_incident_uncertainly() -> None:
    book = lived(CRITICAL, CRITICAL, CRITICAL, NO_DNS, OK, OK)
    assert story(book)[-2:] == [(40, Status.UNKNOWN, "dns.failed"), (50, Status.UP, "")]
    assert (book.incidents[1].end, book.incidents[1].end_uncertain) == (50_000, True)


def test_fewer_than_m_answers_after_the_gap_stay_unknown_and_are_checked_again_soon() -> None:
    book = lived(CRITICAL, CRITICAL, CRITICAL, NO_DNS, OK)
    assert book.belief.status is Status.UNKNOWN
    assert book.belief.due == 60 * SECOND


def test_an_incident_that_is_in_sight_again_ends_certainly() -> None:
    book = lived(CRITICAL, CRITICAL, CRITICAL, NO_DNS, CRITICAL, OK, OK)
    assert not book.incidents[1].end_uncertain


# any | no result in time


def test_a_result_holds_until_due_plus_timeout_plus_five_seconds() -> None:
    service = watched()
    belief = lived(OK).belief
    assert holds_until(belief, service) == (10 + 60 + 10 + 5) * SECOND
    assert expire(belief, service, 85 * SECOND) == (belief, ())
    stale, (change,) = expire(belief, service, 85 * SECOND + 1)
    assert (stale.status, stale.since, stale.reason, stale.due) == (Status.UNKNOWN, 70 * SECOND, "stale", None)
    assert (change.since, change.at) == (70 * SECOND, 85 * SECOND)


def test_however_late_the_expiry_is_noticed_it_is_dated_the_same() -> None:
    belief = lived(OK).belief
    assert expire(belief, watched(), 86 * SECOND) == expire(belief, watched(), 9_999 * SECOND)


def test_a_result_after_the_limit_finds_the_belief_expired() -> None:
    book = lived(OK)
    book.live(Check(200 * SECOND, 201 * SECOND, OK))
    assert story(book) == [NEW, (10, Status.UP, ""), (70, Status.UNKNOWN, "stale"), (200, Status.UP, "")]


def test_failures_on_both_sides_of_a_gap_are_not_in_a_row() -> None:
    book = lived(OK, CRITICAL, CRITICAL)
    book.live(Check(200 * SECOND, 201 * SECOND, CRITICAL))
    assert book.belief.failures == 1
    assert story(book)[-1] == (40, Status.UNKNOWN, "stale")


def test_an_open_incident_outlives_staleness() -> None:
    book = lived(CRITICAL, CRITICAL, CRITICAL)
    book.live(Look(500 * SECOND))
    assert story(book)[-1] == (90, Status.UNKNOWN, "stale")
    assert book.belief.incident is not None
    assert book.belief.unseen


def test_what_expired_does_not_expire_again() -> None:
    book = lived(OK)
    book.live(Look(100 * SECOND))
    assert expire(book.belief, book.service, 10**9) == (book.belief, ())


def test_a_service_never_looked_at_does_not_go_stale() -> None:
    assert holds_until(begin("twitter", 0), watched()) is None
    assert expire(begin("twitter", 0), watched(), 10**9) == (begin("twitter", 0), ())


def test_a_start_after_a_stop_says_that_nobody_was_running() -> None:
    book = lived(OK)
    belief, (change,) = expire(book.reopened(), book.service, 10**9, "not running")
    assert (belief.reason, change.since) == ("not running", 70 * SECOND)


def test_no_check_is_due_while_the_one_before_may_still_run() -> None:
    book = Book.begun(watched(interval=SECOND, recheck_interval=SECOND), 0)
    book.live(Check(0, 10 * SECOND, CRITICAL))
    assert book.belief.due == 10 * SECOND


# any | machine sleeps, paused, not running


@pytest.mark.parametrize("event", BREAKS)
def test_an_interruption_counts_from_its_moment_and_keeps_the_incident_open(event: Interruption) -> None:
    book = lived(CRITICAL, CRITICAL, CRITICAL)
    book.live(event)
    assert story(book)[-1] == (300, event.status, event.reason)
    assert book.belief.incident is not None
    assert book.belief.due is None


@pytest.mark.parametrize("event", BREAKS)
def test_an_interruption_resets_runs_and_leaves_the_stretch_before_it_as_it_was(event: Interruption) -> None:
    book = lived(OK, CRITICAL, CRITICAL)
    book.live(event)
    assert story(book) == [NEW, (10, Status.UP, ""), (300, event.status, event.reason)]
    assert book.belief.failures == 0


def test_the_same_interruption_twice_is_one_segment() -> None:
    book = lived(OK)
    book.live(BREAKS[0])
    again, changes = interrupt(book.belief, 400 * SECOND, Status.UNKNOWN, "asleep")
    assert (again, changes) == (book.belief, ())


@pytest.mark.parametrize("status", [Status.PAUSED, Status.MAINTENANCE])
def test_what_is_paused_and_paused_again_was_paused_once(status: Status) -> None:
    book = lived(OK)
    book.live(Interruption(300 * SECOND, status, "kept"))
    book.live(Interruption(400 * SECOND, status, "kept"))
    assert len(book.changes) == 2
    assert book.belief.counted_since == 300 * SECOND
    assert book.reopened() == book.belief


def test_an_interruption_that_only_cuts_a_run_short_is_committed_in_the_same_segment() -> None:
    book = lived(OK)
    book.live(BREAKS[0])
    check_on(book, CRITICAL, CRITICAL, since=310 * SECOND)
    book.live(Interruption(325 * SECOND, Status.UNKNOWN, "asleep"))
    change = book.changes[-1]
    assert (change.since, change.at) == (300 * SECOND, 325 * SECOND)
    assert book.belief.failures == book.reopened().failures == 0


def test_an_interruption_in_the_millisecond_a_check_ended_comes_after_it() -> None:
    book = lived(OK, CRITICAL)
    book.live(Interruption(20_031, Status.UNKNOWN, "asleep"))
    assert book.belief.failures == book.reopened().failures == 0


def test_a_check_that_slept_with_the_machine_says_nothing_of_the_night() -> None:
    book = lived(OK)
    book.live(Interruption(70 * SECOND, Status.UNKNOWN, "asleep"))
    book.live(Check(69 * SECOND, 30_000 * SECOND, OK))
    assert story(book)[-2:] == [(70, Status.UNKNOWN, "asleep"), (30_000, Status.UP, "")]


def test_a_check_that_starts_in_the_millisecond_of_a_wakening_speaks_from_then_on() -> None:
    book = lived(OK)
    book.live(Interruption(70 * SECOND, Status.UNKNOWN, "asleep"))
    book.live(Check(70 * SECOND, 80 * SECOND, OK))
    assert story(book)[-1] == (70, Status.UP, "")


def test_a_clock_set_back_ends_no_incident_before_it_was_confirmed() -> None:
    book = lived(CRITICAL, CRITICAL, CRITICAL)
    for at in (15 * SECOND, 16 * SECOND):
        book.live(Check(at, at + 31, OK))
    closed = book.incidents[1]
    assert (closed.start, closed.confirmed, closed.end) == (10_000, 30_031, 30_031)


def test_a_check_under_way_does_not_end_a_pause() -> None:
    book = lived(OK)
    book.live(BREAKS[1])
    book.live(Check(299 * SECOND, 301 * SECOND, CRITICAL))
    assert book.belief.status is Status.PAUSED
    assert book.belief.last == book.results[-1]
    assert book.reopened() == book.belief


def test_a_resumed_service_is_unknown_until_its_first_result() -> None:
    book = lived(OK)
    book.live(BREAKS[1])
    book.live(Interruption(400 * SECOND, Status.UNKNOWN, "new"))
    check_on(book, OK, since=410 * SECOND)
    assert story(book)[-3:] == [(300, Status.PAUSED, "paused"), (400, Status.UNKNOWN, "new"), (410, Status.UP, "")]


# any | target edited


@pytest.mark.parametrize("reason", ["changed", "removed"])
def test_an_edited_or_removed_service_closes_its_incident(reason: str) -> None:
    book = lived(CRITICAL, CRITICAL, CRITICAL, OK)
    book.live(Interruption(45 * SECOND, Status.UNKNOWN, reason))
    closed = book.changes[-1].incident
    assert closed is not None
    assert (closed.end, closed.closing, closed.end_uncertain) == (45_000, reason, False)
    assert story(book)[-1] == (45, Status.UNKNOWN, reason)
    assert book.belief.incident is None


def test_an_incident_closed_out_of_sight_ended_nobody_knows_when() -> None:
    book = lived(CRITICAL, CRITICAL, CRITICAL, NO_DNS)
    book.live(Interruption(55 * SECOND, Status.UNKNOWN, "changed"))
    assert book.incidents[1].end_uncertain


def test_the_next_outage_is_another_incident() -> None:
    book = lived(CRITICAL, CRITICAL, CRITICAL, OK, OK, CRITICAL, CRITICAL, CRITICAL)
    assert [(i.id, i.start) for i in book.incidents.values()] == [(1, 10_000), (2, 60_000)]


# judge, next_due, rebuild


@pytest.mark.parametrize(
    ("latency", "outcome"),
    [(800.0, Outcome.OK), (800.1, Outcome.WARNING), (912.0, Outcome.WARNING), (None, Outcome.OK)],
)
def test_an_answer_slower_than_asked_for_is_a_warning(latency: float | None, outcome: Outcome) -> None:
    finding = judge(watched(degraded_above=800), Finding(Outcome.OK, latency_ms=latency))
    assert finding.outcome is outcome
    assert finding.cause == ("slow" if outcome is Outcome.WARNING else "")


def test_a_slow_answer_says_how_slow() -> None:
    finding = judge(watched(degraded_above=800), Finding(Outcome.OK, latency_ms=912.4))
    assert finding.message == "912 ms, slower than 800 ms"


@pytest.mark.parametrize("finding", [WARNING, CRITICAL, NO_DNS])
def test_only_an_ok_is_judged_by_its_speed(finding: Finding) -> None:
    assert judge(watched(degraded_above=1), finding) is finding


@pytest.mark.parametrize("outcome", [Outcome.OK, Outcome.WARNING])
def test_an_answer_is_an_answer_whoever_is_blamed_for_what_it_lacks(outcome: Outcome) -> None:
    assert reading(Finding(outcome, blame=Blame.SELF)) is outcome


def test_without_a_limit_nothing_is_slow() -> None:
    assert judge(watched(), OK) is OK


def test_the_next_check_is_an_interval_away_unless_in_doubt() -> None:
    service = watched(interval=60 * SECOND, recheck_interval=7 * SECOND)
    assert next_due(lived(OK, service=service).belief, service, 0) == 60 * SECOND
    assert next_due(lived(OK, CRITICAL, service=service).belief, service, 0) == 7 * SECOND
    assert next_due(lived(*[CRITICAL] * 3, service=service).belief, service, 0) == 60 * SECOND
    assert next_due(lived(*[CRITICAL] * 3, OK, service=service).belief, service, 0) == 7 * SECOND


def test_a_belief_without_results_is_rebuilt_as_it_began() -> None:
    assert rebuild(watched(), Status.UNKNOWN, 0, "new", 0, None, ()) == begin("twitter", 0)


def test_a_threshold_lowered_while_we_were_away_decides_nothing_before_the_next_result() -> None:
    book = lived(OK, CRITICAL, CRITICAL, service=watched(failures=5))
    book.service = watched(failures=2)
    belief = book.reopened()
    assert (belief.status, belief.failures) == (Status.UP, 2)
    down, _ = fold(belief, book.service, CheckResult("twitter", 40_000, 40_031, CRITICAL), 1)
    assert (down.status, down.since) == (Status.DOWN, 20_000)


@pytest.mark.parametrize("cause", ["self.late", "self.slept", "self.clock_step", "network.changed"])
def test_a_check_that_was_worth_nothing_is_repeated_soon(cause: str) -> None:
    service = watched(interval=900_000)
    void = Finding(Outcome.UNKNOWN, cause, Blame.SELF)
    belief, _ = fold(begin("web", 0), service, CheckResult("web", 1_000, 1_100, void), 1)
    assert next_due(belief, service, 1_000) == 11_000
    locked = Finding(Outcome.UNKNOWN, "config.secret_locked", Blame.CONFIG)
    belief, _ = fold(belief, service, CheckResult("web", 2_000, 2_100, locked), 1)
    assert next_due(belief, service, 2_000) == 902_000


@pytest.mark.parametrize(
    ("phases", "sentence"),
    [
        ({"dns": 1.0, "first_byte": 4100.0}, "answered, but slowly: first byte after 4.1 s, more than 2 s"),
        ({"dns": 1.0, "first_byte": 2000.0}, ""),
        ({"dns": 50.0}, "answered, but slowly: the name was found after 50 ms, more than 20 ms"),
        ({}, ""),
    ],
)
def test_a_right_answer_of_which_one_part_took_too_long_is_degraded(phases: dict[str, float], sentence: str) -> None:
    service = watched(phase_above={"first_byte": Duration(2000), "dns": Duration(20)})
    judged = judge(service, Finding(Outcome.OK, phases_ms=phases, latency_ms=5000))
    assert (judged.outcome, judged.cause, judged.message) == (
        (Outcome.WARNING, "slow", sentence) if sentence else (Outcome.OK, "", "")
    )


@pytest.mark.parametrize(
    ("finding", "wait"),
    [
        (CRITICAL, 10 * SECOND),
        (replace(CRITICAL, cause="auth"), 60 * SECOND),
        (replace(CRITICAL, details={"retry_after_s": 5}), 10 * SECOND),
        (replace(CRITICAL, details={"retry_after_s": 300}), 300 * SECOND),
        (replace(CRITICAL, details={"retry_after_s": 86_400}), 900 * SECOND),
        (Finding(Outcome.UNKNOWN, "turned_away", Blame.NETWORK, details={"retry_after_s": 300}), 300 * SECOND),
        (OK, 60 * SECOND),
    ],
)
def test_a_service_is_not_pressed_that_asked_for_patience_or_refused_a_login(finding: Finding, wait: int) -> None:
    service = watched()
    belief, _ = fold(begin(service.id, 0), service, CheckResult(service.id, SECOND, SECOND + 31, finding), 1)
    assert next_due(belief, service, SECOND) == SECOND + wait
    assert belief.due == SECOND + wait
