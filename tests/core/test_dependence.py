"""A child whose parent is not seen to work is not judged."""

from __future__ import annotations

import pytest

from tests.core.traces import CRITICAL, LOCKED, NO_DNS, OK, ROUTER, Book, Check, Interruption, ParentTurn, watched
from trayapp.core.dependence import counts, depend, in_the_way
from trayapp.core.verdict import begin, withhold
from trayapp.core.words import Belief, Blame, Finding, Outcome, ServiceView, Status, Telling


def router(status: Status, since: int = 0) -> ServiceView:
    return ServiceView(ROUTER, Belief("router", status, since), Telling("router"))


def child(status: Status, since: int = 0) -> Belief:
    return Belief("twitter", status, since)


def lived(*events: Check | ParentTurn | Interruption) -> Book:
    book = Book.begun(watched(), 0)
    for event in events:
        book.live(event)
    return book


def check(at: int, finding: Finding) -> Check:
    return Check(at, at + 31, finding)


def story(book: Book) -> list[tuple[int, Status, str]]:
    return [(start, status, reason) for start, (status, reason, _) in sorted(book.rows.items())]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (Status.DOWN, "needs Router, which is down"),
        (Status.UNKNOWN, "needs Router, which could not be checked"),
        (Status.MAINTENANCE, "needs Router, which is in maintenance"),
    ],
)
@pytest.mark.parametrize("finding", [OK, CRITICAL, NO_DNS, LOCKED])
def test_while_a_parent_is_away_a_result_says_nothing(status: Status, said: str, finding: Finding) -> None:
    parents = [router(Status.UP), router(status)]
    assert in_the_way(parents) == parents[1]
    assert not counts(child(Status.UP), 10, parents)
    found = depend(finding, child(Status.UP), 10, parents)
    assert (found.outcome, found.cause, found.blame, found.message) == (
        Outcome.UNKNOWN,
        "dependency",
        Blame.NETWORK,
        said,
    )
    assert (found.latency_ms, found.answered) == (finding.latency_ms, finding.answered)


@pytest.mark.parametrize("status", [Status.UP, Status.DEGRADED, Status.PAUSED])
def test_a_parent_that_works_or_is_not_watched_stands_in_no_way(status: Status) -> None:
    assert in_the_way([router(status)]) is None
    assert counts(child(Status.UP), 10, [router(status)])
    assert depend(CRITICAL, child(Status.UP), 10, [router(status)]) is CRITICAL


def test_without_parents_everything_counts() -> None:
    assert counts(child(Status.UNKNOWN), 0, [])


def test_after_the_recovery_only_a_check_that_started_after_it_counts() -> None:
    parents = [router(Status.UP, since=1_000), router(Status.PAUSED, since=5_000)]
    assert not counts(child(Status.UNKNOWN), 999, parents)
    assert counts(child(Status.UNKNOWN), 1_000, parents)
    found = depend(OK, child(Status.UNKNOWN), 999, parents)
    assert found.message == "needs Router, which was not back yet"


def test_a_parent_that_merely_became_slow_voids_no_result_of_a_child_that_is_seen() -> None:
    assert counts(child(Status.UP), 999, [router(Status.DEGRADED, since=1_000)])


def test_the_child_is_unknown_at_once_and_its_suspect_stretch_too() -> None:
    book = lived(check(10_000, OK), check(20_000, CRITICAL), ParentTurn(25_000, Status.DOWN))
    assert story(book)[-1] == (20_000, Status.UNKNOWN, "dependency")
    assert book.changes[-1].at == 25_000
    assert not book.belief.suspect
    assert book.belief.due is None
    assert book.reopened() == book.belief


def test_a_child_in_good_health_is_unknown_from_the_parents_turn_on() -> None:
    book = lived(check(10_000, OK), ParentTurn(25_000, Status.DOWN))
    assert story(book)[-1] == (25_000, Status.UNKNOWN, "dependency")
    assert book.belief.since == 25_000


def test_an_outage_behind_a_broken_router_is_no_incident() -> None:
    events = [check(10_000 * i, CRITICAL) for i in range(3, 9)]
    book = lived(check(10_000, OK), ParentTurn(25_000, Status.DOWN), *events)
    assert story(book)[1:] == [(10_000, Status.UP, ""), (25_000, Status.UNKNOWN, "dependency")]
    assert book.incidents == {}
    assert book.belief.raw == (False,)
    assert book.belief.due == 80_000 + 60_000


def test_a_failure_that_began_before_the_recovery_is_not_the_childs() -> None:
    book = lived(
        check(10_000, OK),
        ParentTurn(25_000, Status.DOWN),
        ParentTurn(35_000, Status.UP),
        Check(30_000, 40_000, CRITICAL),
    )
    assert (book.belief.status, book.belief.reason) == (Status.UNKNOWN, "dependency")
    assert not book.belief.suspect
    book.live(check(41_000, CRITICAL))
    assert book.belief.suspect
    book.live(check(51_000, OK))
    assert story(book)[-1] == (41_000, Status.UP, "")


def test_an_open_incident_waits_for_the_parent() -> None:
    book = lived(
        *[check(10_000 * i, CRITICAL) for i in range(1, 4)],
        ParentTurn(35_000, Status.DOWN),
        check(40_000, OK),
        check(50_000, OK),
    )
    assert (book.belief.status, book.belief.unseen) == (Status.UNKNOWN, True)
    assert book.incidents[1].end is None
    for event in (ParentTurn(55_000, Status.UP), check(60_000, OK), check(70_000, OK)):
        book.live(event)
    assert (book.incidents[1].end, book.incidents[1].end_uncertain) == (60_000, True)


@pytest.mark.parametrize("status", [Status.PAUSED, Status.MAINTENANCE])
def test_a_child_that_is_not_judged_anyway_stays_as_it_is(status: Status) -> None:
    book = lived(check(10_000, OK), Interruption(20_000, status, status.value.lower()), ParentTurn(25_000, Status.DOWN))
    assert book.belief.status is status


def test_a_child_that_is_unknown_already_keeps_its_reason_until_it_is_checked() -> None:
    asleep = lived(check(10_000, OK), Interruption(20_000, Status.UNKNOWN, "asleep"), ParentTurn(25_000, Status.DOWN))
    assert asleep.belief.reason == "asleep"
    asleep.live(check(30_000, CRITICAL))
    assert asleep.belief.reason == "dependency"
    assert withhold(begin("twitter", 0), 5) == (begin("twitter", 0), ())


def test_a_child_that_was_unknown_and_suspect_is_suspect_no_more() -> None:
    book = lived(check(10_000, NO_DNS), check(20_000, CRITICAL), ParentTurn(25_000, Status.DOWN))
    assert story(book)[-1] == (20_000, Status.UNKNOWN, "dependency")
    assert book.belief.failures == 0


def test_a_parent_that_turns_before_what_is_believed_of_the_child_turns_it_then() -> None:
    belief, (change,) = withhold(child(Status.UP, since=30_000), 20_000)
    assert (belief.since, change.since, change.at) == (30_000, 30_000, 30_000)


def test_a_parent_that_came_back_this_very_moment_came_back_after_what_started_before() -> None:
    parents = [router(Status.UP, since=20)]
    assert not counts(child(Status.UNKNOWN), 10, parents, now=20)
    assert counts(child(Status.UNKNOWN), 10, parents, now=19)
    assert counts(child(Status.UNKNOWN), 20, parents, now=20)
    assert counts(child(Status.UP), 10, parents, now=20)
