"""Whatever happens to a service: the invariants of semantics §5 that the fold alone answers for."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.oracle import foretell
from tests.core.traces import CRITICAL, FINDINGS, OK, Book, Check, Event, lives, lives_under_a_broken_clock, services
from trayapp.core.words import Segment, Service, Status

quickly = settings(max_examples=120, deadline=None)


def book_of(service: Service, life: list[Event]) -> Book:
    book = Book.begun(service, 0)
    for event in life:
        book.live(event)
    return book


def merged(segments: list[Segment]) -> list[Segment]:
    whole: list[Segment] = []
    for segment in segments:
        if whole and (whole[-1].status, whole[-1].reason) == (segment.status, segment.reason):
            whole[-1] = Segment(whole[-1].start, segment.end, segment.status, segment.reason)
        else:
            whole.append(segment)
    return whole


def ending(book: Book) -> int:
    """A moment after everything in the book."""
    moments = [*book.rows, 0]
    moments += [change.at for change in book.changes] + [result.ended for result in book.results]
    return max(moments) + 1


def structure_holds(book: Book) -> None:
    """I1, I3, I4 and the shape of changes."""
    now = ending(book)
    segments = book.segments(now)
    assert segments[0].start == 0
    assert segments[-1].end == now
    assert all(a.end == b.start for a, b in pairwise(segments))
    incidents = [book.incidents[number] for number in sorted(book.incidents)]
    for earlier, later in pairwise(incidents):
        assert earlier.end is not None, "at most the newest incident is open"
        assert earlier.end <= later.start
    for incident in incidents:
        assert incident.start <= incident.confirmed <= (now if incident.end is None else incident.end)
        assert bool(incident.closing) == (incident.end is not None)
    for segment in segments:
        if segment.status is Status.DOWN:
            around = [i for i in incidents if i.start <= segment.start and (i.end is None or segment.end <= i.end)]
            assert len(around) == 1
    belief = book.belief
    assert belief.incident == (incidents[-1] if incidents and incidents[-1].end is None else None)
    assert belief.unseen == (belief.incident is not None and belief.status is not Status.DOWN)
    assert (belief.failures > 0) == (belief.failing_since is not None)
    assert (belief.successes > 0) == (belief.recovering_since is not None)
    previous = Status.UNKNOWN
    for change in book.changes:
        assert change.from_status is previous
        previous = change.to_status
    assert previous is belief.status


@quickly
@given(services, lives())
def test_the_fold_tells_the_story_the_page_tells(service: Service, life: list[Event]) -> None:
    book, oracle = book_of(service, life), foretell(service, life)
    now = ending(book)
    assert merged(book.segments(now)) == oracle.segments(now)
    told = [(i.start, i.confirmed, i.end, i.closing, i.end_uncertain) for i in book.incidents.values()]
    assert told == [(o.start, o.confirmed, o.end, o.closing, o.uncertain) for o in oracle.outages]
    assert book.belief.due == oracle.due


@quickly
@given(services, lives())
def test_segments_tile_and_every_down_millisecond_lies_in_exactly_one_incident(
    service: Service, life: list[Event]
) -> None:
    structure_holds(book_of(service, life))


@quickly
@given(services, lives_under_a_broken_clock())
def test_a_clock_that_jumps_to_and_fro_breaks_no_timeline_and_no_incident(service: Service, life: list[Event]) -> None:
    structure_holds(book_of(service, life))


@quickly
@given(services, lives())
def test_a_restart_at_any_point_reproduces_the_belief(service: Service, life: list[Event]) -> None:
    book = Book.begun(service, 0)
    assert book.reopened() == book.belief
    for event in life:
        book.live(event)
        assert book.reopened() == book.belief


@quickly
@given(services, lives(), st.data())
def test_a_life_with_restarts_ends_as_the_life_without(
    service: Service, life: list[Event], data: st.DataObject
) -> None:
    book = Book.begun(service, 0)
    for event in life:
        if data.draw(st.booleans(), label="restart"):
            book.belief = book.reopened()
        book.live(event)
    undisturbed = book_of(service, life)
    assert (book.belief, book.rows, book.incidents) == (undisturbed.belief, undisturbed.rows, undisturbed.incidents)


def in_cadence(book: Book, finding: str, times: int) -> None:
    for _ in range(times):
        at = ending(book) if book.belief.due is None else book.belief.due
        book.live(Check(at, at + 40, FINDINGS[finding]))


@quickly
@given(services, lives(most=15), st.sampled_from(["ok", "warning"]))
def test_n_failures_in_cadence_are_down_and_m_answers_are_not(service: Service, life: list[Event], good: str) -> None:
    book = book_of(service, life)
    if book.belief.status is Status.PAUSED:
        return
    in_cadence(book, "critical", service.failure_threshold)
    assert book.belief.status is Status.DOWN
    in_cadence(book, good, service.success_threshold - 1)
    assert book.belief.status is Status.DOWN
    in_cadence(book, good, 1)
    assert book.belief.status is (Status.UP if good == "ok" else Status.DEGRADED)
    assert book.belief.incident is None


@quickly
@given(services, st.lists(st.sampled_from(["ok", "critical"]), max_size=60))
def test_down_needs_n_in_a_row_and_never_less(service: Service, life: list[str]) -> None:
    book = Book.begun(service, 0)
    row = 0
    for finding in life:
        row = row + 1 if finding == "critical" else 0
        before = book.belief.status
        in_cadence(book, finding, 1)
        if before is not Status.DOWN:
            assert (book.belief.status is Status.DOWN) == (row >= service.failure_threshold)


@quickly
@given(services)
def test_an_outage_is_confirmed_within_the_detection_bound(service: Service) -> None:
    """interval + N·timeout + (N−1)·recheck, for one that begins right after a good check and hangs every check."""
    book = Book.begun(service, 0)
    book.live(Check(0, 1, OK))
    while book.belief.incident is None:
        assert book.belief.due is not None
        book.live(Check(book.belief.due, book.belief.due + service.timeout, CRITICAL))
    n = service.failure_threshold
    assert book.belief.incident.confirmed <= 1 + service.interval + n * service.timeout + (n - 1) * service.recheck
