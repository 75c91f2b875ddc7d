"""Segments add up to wall time, shares are never flattered, and strips hide nothing."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trayapp.core.timeline import Figures, Tally, cells, figures, percent, tally, worst
from trayapp.core.words import Incident, Segment, Status

HOUR = 3_600_000
MINUTE = 60_000
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


@st.composite
def pasts(draw: st.DrawFn) -> tuple[list[Segment], list[Incident]]:
    """A timeline and its incidents: every DOWN millisecond in exactly one, some of them unseen for a while (I4)."""
    segments: list[Segment] = []
    incidents: list[Incident] = []
    moment = draw(st.integers(0, 50))

    def spend(statuses: st.SearchStrategy[Status]) -> None:
        nonlocal moment
        length = draw(st.integers(1, 60))
        segments.append(Segment(moment, moment + length, draw(statuses)))
        moment += length

    for number in range(draw(st.integers(0, 5))):
        spend(st.sampled_from([status for status in Status if status is not Status.DOWN]))
        start = moment
        spend(st.just(Status.DOWN))
        for _ in range(draw(st.integers(0, 2))):
            spend(st.sampled_from([Status.DOWN, Status.UNKNOWN, Status.MAINTENANCE]))
        closing = draw(st.sampled_from(["recovered", "changed"]))
        uncertain = draw(st.booleans())
        incidents.append(Incident(number, "web", start, start, "refused", "", moment, closing, uncertain))
    if incidents and draw(st.booleans()):
        last = incidents.pop()
        incidents.append(Incident(last.id, "web", last.start, last.start, "refused", ""))
    return segments, draw(st.permutations(incidents))


def held_by(incident: Incident, moment: int) -> bool:
    return incident.start <= moment and (incident.end is None or moment < incident.end)


@quickly
@given(pasts(), windows)
def test_figures_are_those_of_counting_every_millisecond(
    past: tuple[list[Segment], list[Incident]], window: tuple[int, int]
) -> None:
    segments, incidents = past
    since, until = window
    down = [moment for moment in range(since, until) if status_at(segments, moment) is Status.DOWN]
    lasted = {each: sum(held_by(each, moment) for moment in down) for each in incidents}
    seen = [each for each in incidents if lasted[each]]
    ends = [
        each.end - each.start
        for each in seen
        if each.end is not None and since < each.end <= until and each.closing == "recovered" and not each.end_uncertain
    ]
    begun = [each for each in seen if since <= each.start < until]
    inside = tally(segments, since, until)
    assert figures(segments, incidents, since, until) == Figures(
        inside,
        incidents=len(seen),
        longest_outage=max(lasted.values(), default=0),
        mean_time_to_recovery=sum(ends) // len(ends) if ends else None,
        mean_time_between_failures=(inside.up + inside.degraded) // len(begun) if len(begun) > 1 else None,
    )
    assert sum(lasted.values()) == inside.down


@quickly
@given(timelines(), windows, st.lists(st.booleans(), min_size=13, max_size=13))
def test_the_bounds_hold_every_availability_that_it_may_have_had(
    segments: list[Segment], window: tuple[int, int], guesses: list[bool]
) -> None:
    inside = tally(segments, *window)
    supposed = [
        Segment(s.start, s.end, (Status.UP if guess else Status.DOWN) if s.status is Status.UNKNOWN else s.status)
        for s, guess in zip(segments, guesses, strict=False)
    ]
    told = tally(supposed, *window)
    for guess in (Tally(up=told.unknown), Tally(down=told.unknown)):
        possible = (told + guess + Tally(unknown=-told.unknown)).availability
        assert (possible is None) == (inside.least is None) == (inside.most is None)
        if possible is not None and inside.least is not None and inside.most is not None:
            assert inside.least <= possible <= inside.most
    if inside.availability is not None and inside.least is not None and inside.most is not None:
        assert inside.least <= inside.availability <= inside.most
    if not inside.unknown:
        assert inside.least == inside.availability == inside.most


@quickly
@given(st.integers(0, 10**11), st.integers(0, 10**11), st.integers(0, 10**11))
def test_no_bound_says_all_or_nothing_of_what_is_less(up: int, down: int, unknown: int) -> None:
    inside = Tally(up=up, down=down, unknown=unknown)
    assert (percent(inside.most) == "100 %") == (down == 0 and up + unknown > 0)
    assert (percent(inside.least) == "0 %") == (up == 0 and down + unknown > 0)


def test_an_outage_that_began_before_the_window_counts_with_what_of_it_lies_inside() -> None:
    segments = [Segment(0, HOUR, Status.DOWN), Segment(HOUR, 2 * HOUR, Status.UP)]
    told = figures(segments, [Incident(1, "web", 0, 0, "refused", "", HOUR, "recovered")], 40 * MINUTE, 2 * HOUR)
    assert (told.incidents, told.longest_outage) == (1, 20 * MINUTE)
    assert told.mean_time_to_recovery == HOUR
    assert told.mean_time_between_failures is None


def test_what_was_out_of_sight_neither_lengthens_an_outage_nor_divides_it() -> None:
    segments = [
        Segment(0, MINUTE, Status.DOWN),
        Segment(MINUTE, HOUR, Status.UNKNOWN, "asleep"),
        Segment(HOUR, HOUR + MINUTE, Status.DOWN),
    ]
    told = figures(segments, [Incident(1, "web", 0, 0, "refused", "")], 0, 2 * HOUR)
    assert (told.incidents, told.longest_outage) == (1, 2 * MINUTE)


def test_an_incident_without_down_time_in_the_window_is_none_of_its_outages() -> None:
    told = figures(
        [Segment(0, HOUR, Status.UP, "corrected")], [Incident(1, "web", 0, 0, "", "", HOUR, "recovered")], 0, HOUR
    )
    assert (told.incidents, told.longest_outage, told.mean_time_to_recovery) == (0, 0, None)
