"""Segments tile any window to the millisecond, whatever was written, and however the window is split."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.traces import OK, Book, Check, Event, lives, services
from tests.history.past import NOON, WAIT, Faults, a_history, a_service, ok, turn
from trayapp.core.words import Segment, Service, Status
from trayapp.history.queries import Reader
from trayapp.history.tiling import NEVER_CHECKED, Beginning, Freshness, tile

moments = st.integers(0, 200)
statuses = st.sampled_from([Status.UP, Status.DOWN, Status.UNKNOWN, Status.PAUSED])
timelines = st.dictionaries(moments, statuses, max_size=12).map(
    lambda rows: [Beginning(start, rows[start], "") for start in sorted(rows)]
)
freshnesses = st.just(NEVER_CHECKED) | st.builds(Freshness, moments, st.just(10))


def held_at(timeline: list[Beginning], since: int) -> list[Beginning]:
    """The timeline from the row on that held at `since`, as a query finds it."""
    before = [row for row in timeline if row.start <= since]
    return before[-1:] + [row for row in timeline if row.start > since]


def assert_tiles(segments: list[Segment], since: int, until: int) -> None:
    assert sum(s.end - s.start for s in segments) == max(0, until - since)
    assert all(s.start < s.end for s in segments)
    assert all(a.end == b.start and (a.status, a.reason) != (b.status, b.reason) for a, b in pairwise(segments))
    if segments:
        assert (segments[0].start, segments[-1].end) == (since, until)


@given(timelines, moments, moments, st.integers(0, 10_000), freshnesses)
def test_any_window_is_covered_exactly(
    timeline: list[Beginning], since: int, until: int, now: int, freshness: Freshness
) -> None:
    rows = [row for row in held_at(timeline, since) if row.start < until]
    assert_tiles(tile(rows, since, until, now, freshness), since, min(until, now))


@given(timelines, moments, moments, moments)
def test_a_window_split_in_two_says_the_same(timeline: list[Beginning], since: int, middle: int, until: int) -> None:
    since, middle, until = sorted((since, middle, until))

    def at(start: int, end: int) -> dict[int, Status]:
        rows = [row for row in held_at(timeline, start) if row.start < end]
        return {ms: s.status for s in tile(rows, start, end, 300, NEVER_CHECKED) for ms in range(s.start, s.end)}

    assert at(since, middle) | at(middle, until) == at(since, until)


changes = st.lists(st.tuples(st.integers(1, 300), st.integers(0, 60), statuses), min_size=1, max_size=8)


@settings(max_examples=25, deadline=None)
@given(changes, st.integers(-50, 300), st.integers(-50, 300))
def test_what_is_committed_and_read_back_tiles_and_ends_with_the_last_change(
    steps: list[tuple[int, int, Status]], since: int, until: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, faults = Path(folder) / "history.db", Faults()
        history = a_history(path, faults)
        history.register([a_service()], NOON)
        at = NOON
        for ahead, back, status in steps:
            at += ahead
            history.commit([turn("web", at, status, since=max(NOON, at - back))])
        assert history.close(WAIT)
        reader, now = Reader(path), at + 50
        assert_tiles(
            reader.segments("web", NOON + since, NOON + until, now),
            NOON + since,
            NOON + until if NOON + until < now else now,
        )
        last = reader.segments("web", NOON, now, now)[-1]
        assert (last.status, faults) == (steps[-1][2], [])


def lived(service: Service, checks: list[Check]) -> Book:
    """The book that is kept of a service of which nothing but these checks is known."""
    book = Book.begun(service, 0)
    for check in checks:
        book.live(check)
    return book


@settings(max_examples=12, deadline=None)
@given(services, lives())
def test_judged_again_from_the_checks_that_are_kept_the_past_is_what_was_written_of_it(
    service: Service, events: list[Event]
) -> None:
    checks = [event for event in events if isinstance(event, Check)]
    begin = checks[-1].ended if checks else 0
    # Two quiet hours follow, so that what came before is packed.
    checks += [Check(begin + n * 60_000, begin + n * 60_000 + 31, OK) for n in range(1, 191)]
    book = lived(service, checks)
    end = checks[-1].ended
    with tempfile.TemporaryDirectory() as folder:
        path, faults = Path(folder) / "history.db", Faults()
        history = a_history(path, faults, clock=lambda: end, company=0)
        history.register([service], 0).result(WAIT)
        for result in book.results:
            history.record(result)
        for _ in range(3):
            history.commit(book.changes).result(WAIT)
            book.changes.clear()
        assert history.close(WAIT)
        reader = Reader(path)
        kept = reader.checks(service.id, 0, end)
        assert len(reader.last_results(service.id, 9999)) == len(kept) == len(checks)
        assert kept == book.results
        again = lived(service, [Check(check.at, check.ended, check.finding) for check in kept])
        merged: list[Segment] = []
        for segment in again.segments(end):
            same = merged and (merged[-1].status, merged[-1].reason) == (segment.status, segment.reason)
            start = merged.pop().start if same else segment.start
            merged.append(Segment(start, segment.end, segment.status, segment.reason))
        assert reader.segments(service.id, 0, end, end) == merged
        assert reader.incidents(0, end * 2) == sorted(again.incidents.values(), key=lambda i: -i.start)
        assert not faults


def test_before_its_first_moment_a_service_was_not_watched(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    history.register([a_service()], NOON)
    history.commit([turn("web", NOON + 10, Status.UP)])
    assert history.close(WAIT)
    assert Reader(path).segments("web", NOON - 100, NOON + 20, NOON + 20) == [
        Segment(NOON - 100, NOON, Status.UNKNOWN, "not watched"),
        Segment(NOON, NOON + 10, Status.UNKNOWN, "new"),
        Segment(NOON + 10, NOON + 20, Status.UP),
    ]


def test_a_status_that_nobody_renewed_ends_when_the_next_result_was_due(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    history.register([a_service(interval=60_000, timeout=10_000)], NOON)
    history.record(ok("web", NOON))
    history.commit([turn("web", NOON, Status.UP)])
    assert history.close(WAIT)
    in_time, too_late = NOON + 75_000, NOON + 75_001
    assert Reader(path).segments("web", NOON, NOON * 2, in_time) == [Segment(NOON, in_time, Status.UP)]
    assert Reader(path).segments("web", NOON, NOON * 2, too_late) == [
        Segment(NOON, NOON + 60_000, Status.UP),
        Segment(NOON + 60_000, too_late, Status.UNKNOWN, "not running"),
    ]


def test_a_pause_stays_a_pause_while_nobody_is_running(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    history.register([a_service()], NOON)
    history.record(ok("web", NOON))
    history.commit([turn("web", NOON + 5, Status.PAUSED, "paused")])
    assert history.close(WAIT)
    assert Reader(path).segments("web", NOON + 5, NOON * 2, NOON + 10**9) == [
        Segment(NOON + 5, NOON + 10**9, Status.PAUSED, "paused")
    ]
