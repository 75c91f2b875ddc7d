"""Segments add up to wall time, shares are never flattered, and strips hide nothing."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trayapp.core.timeline import Tally, cells, percent, tally, worst
from trayapp.core.words import Segment, Status

HOUR = 3_600_000
quickly = settings(max_examples=120, deadline=None)


@st.composite
def timelines(draw: st.DrawFn) -> list[Segment]:
    start = draw(st.integers(0, 50))
    segments = []
    for length in draw(st.lists(st.integers(1, 60), max_size=12)):
        segments.append(Segment(start, start + length, draw(st.sampled_from(Status))))
        start += length
    return segments


windows = st.tuples(st.integers(0, 400), st.integers(0, 400)).map(lambda ends: (min(ends), max(ends)))


def status_at(segments: list[Segment], moment: int) -> Status:
    return next((s.status for s in segments if s.start <= moment < s.end), Status.UNKNOWN)


@quickly
@given(timelines(), windows)
def test_every_millisecond_is_counted_once_under_its_status(segments: list[Segment], window: tuple[int, int]) -> None:
    moments = [status_at(segments, moment) for moment in range(*window)]
    counted = tally(segments, *window)
    assert {status: counted.of(status) for status in Status} == {status: moments.count(status) for status in Status}
    assert counted.total == window[1] - window[0]


@quickly
@given(timelines(), windows, st.data())
def test_any_split_of_a_window_sums_to_the_whole(
    segments: list[Segment], window: tuple[int, int], data: st.DataObject
) -> None:
    since, until = window
    middle = data.draw(st.integers(since, until))
    assert tally(segments, since, middle) + tally(segments, middle, until) == tally(segments, since, until)


@quickly
@given(timelines(), windows, st.integers(1, 40))
def test_cells_touch_are_equal_and_sum_to_the_window(segments: list[Segment], window: tuple[int, int], n: int) -> None:
    since, until = window
    if until - since < n:
        with pytest.raises(ValueError, match="cannot be divided"):
            cells(segments, since, until, n)
        return
    strip = cells(segments, since, until, n)
    assert [cell.start for cell in strip] + [until] == [since] + [cell.end for cell in strip]
    lengths = {cell.end - cell.start for cell in strip}
    assert max(lengths) - min(lengths) <= 1
    assert sum((cell.tally for cell in strip), Tally()) == tally(segments, since, until)
    for cell in strip:
        assert cell.tally == tally(segments, cell.start, cell.end)


def test_availability_is_up_and_degraded_over_what_is_known() -> None:
    assert Tally(up=60, degraded=30, down=10, unknown=500, maintenance=7, paused=9).availability == 0.9


def test_availability_of_what_nobody_saw_is_none() -> None:
    assert Tally(unknown=500, maintenance=7, paused=9).availability is None


def test_coverage_leaves_out_pauses_and_maintenance() -> None:
    assert Tally(up=60, degraded=30, down=10, unknown=300, maintenance=70, paused=90).coverage == 0.25


def test_coverage_of_a_time_nobody_meant_to_watch_is_none() -> None:
    assert Tally(maintenance=70, paused=90).coverage is None


def test_a_window_too_short_for_its_cells_says_how_long_it_is() -> None:
    with pytest.raises(ValueError, match=r"^3 ms cannot be divided into 4 cells$"):
        cells([], 1_000, 1_003, 4)


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot end"):
        tally([], 10, 9)


@pytest.mark.parametrize(
    ("inside", "drawn"),
    [
        (Tally(up=9_999, down=1, unknown=5), Status.DOWN),
        (Tally(up=9_999, degraded=1), Status.DEGRADED),
        (Tally(up=9_999, maintenance=1), Status.MAINTENANCE),
        (Tally(up=1, unknown=9_999, paused=9_999), Status.UP),
        (Tally(unknown=1, paused=9_999), Status.UNKNOWN),
        (Tally(paused=1), Status.PAUSED),
        (Tally(), Status.UNKNOWN),
    ],
)
def test_a_cell_is_drawn_with_the_worst_in_it(inside: Tally, drawn: Status) -> None:
    assert worst(inside) is drawn


def test_a_cell_nobody_observed_stays_unobserved() -> None:
    segments = [Segment(0, HOUR, Status.UP), Segment(2 * HOUR, 3 * HOUR, Status.UP)]
    strip = cells(segments, 0, 4 * HOUR, 4)
    assert [cell.status for cell in strip] == [Status.UP, Status.UNKNOWN, Status.UP, Status.UNKNOWN]


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (None, "—"),
        (1.0, "100 %"),
        (0.0, "0 %"),
        (0.99999, "99.99 %"),
        (0.999999999999, "99.99 %"),
        (0.9740, "97.40 %"),
        (0.29, "29.00 %"),
        (0.5701, "57.01 %"),
        (0.000099, "0.01 %"),
        (1e-12, "0.01 %"),
    ],
)
def test_a_share_is_cut_and_never_rounded(share: float | None, text: str) -> None:
    assert percent(share) == text


@quickly
@given(st.integers(0, 10**11), st.integers(0, 10**11))
def test_the_text_never_flatters(up: int, down: int) -> None:
    if up + down == 0:
        return
    text = percent(Tally(up=up, down=down).availability)
    said, exact = Fraction(text.removesuffix(" %")), Fraction(100 * up, up + down)
    assert (text == "100 %") == (down == 0)
    assert (text == "0 %") == (up == 0)
    if exact >= Fraction(1, 100):
        assert said <= exact < said + Fraction(1, 100)
