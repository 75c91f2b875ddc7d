"""Whatever happens to a service: the invariants of semantics §5 that the fold alone answers for."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.core.oracle import foretell
from tests.core.traces import (
    CRITICAL,
    FINDINGS,
    OK,
    Book,
    Check,
    Event,
    Interruption,
    ParentTurn,
    flapping_lives,
    lives,
    lives_under_a_broken_clock,
    services,
)
from tests.invariants.lives import tried
from trayapp.core.flapping import flaps, held_back
from trayapp.core.timeline import percent, tally
from trayapp.core.verdict import reading
from trayapp.core.words import Outcome, Segment, Service, Status

any_lives = st.one_of(lives(), lives(parent=True), flapping_lives())


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


@tried()
@given(services, any_lives)
def test_the_fold_tells_the_story_the_page_tells(service: Service, life: list[Event]) -> None:
    book, oracle = book_of(service, life), foretell(service, life)
    now = ending(book)
    assert merged(book.segments(now)) == oracle.segments(now)
    told = [(i.start, i.confirmed, i.end, i.closing, i.end_uncertain) for i in book.incidents.values()]
    assert told == [(o.start, o.confirmed, o.end, o.closing, o.uncertain) for o in oracle.outages]
    assert book.belief.due == oracle.due
    assert (book.belief.flapping, book.belief.flapping_since) == (oracle.flaps[-1] is not None, oracle.flaps[-1])


@tried()
@given(services, any_lives)
def test_segments_tile_and_every_down_millisecond_lies_in_exactly_one_incident(
    service: Service, life: list[Event]
) -> None:
    structure_holds(book_of(service, life))


@tried()
@given(services, lives_under_a_broken_clock())
def test_a_clock_that_jumps_to_and_fro_breaks_no_timeline_and_no_incident(service: Service, life: list[Event]) -> None:
    structure_holds(book_of(service, life))


@tried()
@given(services, any_lives)
def test_a_restart_at_any_point_reproduces_the_belief(service: Service, life: list[Event]) -> None:
    book = Book.begun(service, 0)
    assert book.reopened() == book.belief
    for event in life:
        book.live(event)
        assert book.reopened() == book.belief


@tried()
@given(services, any_lives, st.data())
def test_a_life_with_restarts_ends_as_the_life_without(
    service: Service, life: list[Event], data: st.DataObject
) -> None:
    book = Book.begun(service, 0)
    for event in life:
        if data.draw(st.booleans(), label="restart"):
            book.belief = book.reopened()
        book.live(event)
    undisturbed = book_of(service, life)
    assert book.changes == undisturbed.changes
    assert (book.belief, book.rows, book.incidents) == (undisturbed.belief, undisturbed.rows, undisturbed.incidents)


def in_cadence(book: Book, finding: str, times: int) -> None:
    for _ in range(times):
        at = ending(book) if book.belief.due is None else book.belief.due
        book.live(Check(at, at + 40, FINDINGS[finding]))


@tried()
@given(services, lives(most=15, parent=True), st.sampled_from(["ok", "warning"]))
def test_n_failures_in_cadence_are_down_and_m_answers_are_not(service: Service, life: list[Event], good: str) -> None:
    book = book_of(service, life)
    if book.belief.status in (Status.PAUSED, Status.MAINTENANCE):
        return
    book.live(ParentTurn(0, Status.UP))
    in_cadence(book, "critical", service.failure_threshold)
    assert book.belief.status is Status.DOWN
    in_cadence(book, good, service.success_threshold - 1)
    assert book.belief.status is Status.DOWN
    in_cadence(book, good, 1)
    assert book.belief.status is (Status.UP if good == "ok" else Status.DEGRADED)
    assert book.belief.incident is None


@tried()
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


@tried()
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


# I2, I10


@tried()
@given(services, any_lives, st.data())
def test_the_shares_of_any_window_and_any_split_of_it_sum_to_wall_time(
    service: Service, life: list[Event], data: st.DataObject
) -> None:
    book = book_of(service, life)
    segments, now = book.segments(ending(book)), ending(book)
    since, middle, until = sorted(data.draw(st.lists(st.integers(0, now), min_size=3, max_size=3), label="window"))
    whole = tally(segments, since, until)
    assert whole.total == until - since
    assert whole == tally(segments, since, middle) + tally(segments, middle, until)
    shown = percent(whole.availability)
    assert not (whole.down and shown == "100 %")
    assert not (whole.up + whole.degraded and shown == "0 %")


# What telling stands on: I5, I6, I8


@tried()
@given(services, any_lives)
def test_each_incident_has_at_most_one_down_and_one_closing_to_tell(service: Service, life: list[Event]) -> None:
    """The rule of semantics §3, in its three lines, over what the fold believes."""
    book = Book.begun(service, 0)
    told: int | None = None
    said: list[tuple[str, int]] = []
    for event in life:
        book.live(event)
        if not isinstance(event, Check) or reading(book.results[-1].finding) is Outcome.UNKNOWN:
            continue
        incident = book.belief.incident
        want = incident.id if incident is not None and book.belief.status is Status.DOWN else None
        if told is not None and (incident is None or incident.id != told):
            said.append(("closing", told))
            told = None
        if want is not None and want != told:
            said.append(("down", want))
            told = want
    assert len(said) == len(set(said))
    assert [kind for kind, _ in said] == ["down", "closing"] * (len(said) // 2) + ["down"] * (len(said) % 2)
    assert all(a[1] == b[1] for a, b in zip(said[::2], said[1::2], strict=False))


@tried()
@given(services, any_lives, st.sampled_from([Status.MAINTENANCE, Status.PAUSED]))
def test_what_is_suppressed_begins_and_ends_without_an_incident(
    service: Service, life: list[Event], kind: Status
) -> None:
    book = book_of(service, life)
    open_before = book.belief.incident
    incidents = dict(book.incidents)
    start = ending(book)
    book.live(Interruption(start, kind, kind.value.lower()))
    for i in range(1, 6):
        book.live(Check(start + i * 10_000, start + i * 10_000 + 31, CRITICAL))
    book.live(Interruption(start + 70_000, Status.UNKNOWN, "new"))
    assert book.incidents == incidents
    assert book.belief.incident == open_before
    assert not book.belief.flapping
    assert not book.belief.suspect


# Dependencies, I18


@tried()
@given(services, lives(parent=True))
def test_nothing_is_judged_while_the_parent_is_away(service: Service, life: list[Event]) -> None:
    book = Book.begun(service, 0)
    for event in life:
        book.live(event)
        away = book.parent is not None and book.parent.belief.status in (Status.DOWN, Status.UNKNOWN)
        if away:
            assert book.belief.status not in (Status.UP, Status.DEGRADED, Status.DOWN)
            assert not book.belief.suspect
        if away and isinstance(event, Check) and book.belief.status is Status.UNKNOWN:
            assert book.belief.reason == "dependency"


@tried()
@given(services, lives())
def test_a_parent_that_always_works_and_one_that_nobody_watches_change_nothing(
    service: Service, life: list[Event]
) -> None:
    alone = book_of(service, life)
    for status in (Status.UP, Status.PAUSED):
        accompanied = book_of(service, [ParentTurn(-1, status), *life])
        assert (accompanied.belief, accompanied.changes) == (alone.belief, alone.changes)


# Flapping


@tried(10)
@given(st.lists(st.booleans(), min_size=21, max_size=21).filter(lambda raw: sum(raw) >= 9))
def test_nine_failures_of_21_are_three_in_a_row_or_flapping(raw: list[bool]) -> None:
    in_a_row = any(all(raw[i : i + 3]) for i in range(19))
    assert in_a_row or flaps(tuple(raw), already=False)


@tried()
@given(services, any_lives)
def test_only_what_flaps_is_held_back_and_no_long_outage_is(service: Service, life: list[Event]) -> None:
    book = book_of(service, life)
    now = ending(book)
    assert not held_back(book.belief, now) or book.belief.flapping
    if book.belief.status is Status.DOWN:
        assert not held_back(book.belief, book.belief.since + 600_000)
