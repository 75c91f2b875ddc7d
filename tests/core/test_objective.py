"""Error budgets and burn rates: what is left is never flattered, and too little history says nothing."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trayapp.core.objective import PACES, PERIOD, Budget, alarm, budget, budget_left, burns
from trayapp.core.timeline import Tally
from trayapp.core.words import Segment, Status

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

objectives = st.floats(0, 100, allow_nan=False).map(lambda percent: round(percent, 3))
lengths = st.integers(0, PERIOD)
quickly = settings(max_examples=200, deadline=None)


@quickly
@given(lengths, lengths, lengths, objectives)
def test_the_budget_is_overspent_exactly_where_the_objective_is_missed(
    up: int, down: int, unknown: int, objective: float
) -> None:
    inside = Tally(up=up, down=down, unknown=unknown)
    left = budget(inside, objective)
    if not up + down:
        assert left is None
        return
    assert left is not None
    assert left.overspent == (Fraction(100 * up, up + down) < Fraction(str(objective)))
    assert 0 <= left.left <= 1
    if left.overspent:
        assert left.left == 0


@quickly
@given(lengths, lengths, st.integers(1, PERIOD), objectives, st.sampled_from(["up", "degraded", "unknown"]))
def test_more_time_down_never_leaves_more(up: int, down: int, more: int, objective: float, instead: str) -> None:
    before = budget(Tally(up=up, down=down) + Tally(**{instead: more}), objective)
    after = budget(Tally(up=up, down=down + more), objective)
    assert after is not None
    if before is not None:
        assert after.left <= before.left
        assert after.spent > before.spent


def test_a_month_that_is_wholly_known_may_be_down_for_the_rest_of_the_objective() -> None:
    left = budget(Tally(up=PERIOD - 56 * MINUTE, down=56 * MINUTE), 99.5)
    assert left == Budget(99.5, 216 * MINUTE, 56 * MINUTE, float(Fraction(160, 216)))
    assert budget_left(left) == "2 h 40 min of 3 h 36 min left"


def test_what_nobody_saw_adds_nothing_to_the_budget() -> None:
    assert budget(Tally(up=PERIOD // 2, unknown=PERIOD // 2), 99.5) == Budget(99.5, 108 * MINUTE, 0, 1.0)


def test_an_overspent_budget_says_by_what() -> None:
    left = budget(Tally(up=PERIOD - 5 * HOUR, down=5 * HOUR), 99.5)
    assert left is not None
    assert budget_left(left) == "overspent: down 5 h, where 3 h 36 min are allowed"


@pytest.mark.parametrize(("down", "left"), [(0, 1.0), (1, 0.0)])
def test_an_objective_of_everything_leaves_all_or_nothing(down: int, left: float) -> None:
    assert budget(Tally(up=HOUR, down=down), 100) == Budget(100, 0, down, left)


def test_without_an_objective_or_anything_known_there_is_no_budget() -> None:
    assert budget(Tally(up=HOUR), None) is None
    assert budget(Tally(unknown=HOUR, maintenance=HOUR, paused=HOUR), 99.5) is None
    assert burns([Segment(0, DAY, Status.UP)], None, DAY) == ()
    assert burns([Segment(0, DAY, Status.DOWN)], 100, DAY) == ()


@pytest.mark.parametrize("objective", [90.0, 99.0, 99.5, 99.9, 99.99])
def test_spending_exactly_the_allowed_share_burns_at_one(objective: float) -> None:
    """One moment in every so many is down, however long one looks back."""
    slice_ = 30_000
    allowed = round(slice_ * (100 - objective) / 100)
    segments = []
    for start in range(0, 3 * DAY, slice_):
        segments += [
            Segment(start, start + allowed, Status.DOWN),
            Segment(start + allowed, start + slice_, Status.UP),
        ]
    for burn in burns(segments, objective, 3 * DAY):
        assert burn.long == pytest.approx(1)
        assert burn.short == pytest.approx(1)
        assert not burn.alarming or burn.pace.limit == 1


def test_an_outage_that_goes_on_alarms_at_the_fastest_pace_and_one_that_is_over_at_none_of_the_fast() -> None:
    now = 30 * DAY
    outage = [Segment(0, now - 10 * MINUTE, Status.UP), Segment(now - 10 * MINUTE, now, Status.DOWN)]
    first = burns(outage, 99.0, now)[0]
    assert (first.long, first.short, first.alarming) == (pytest.approx(100 / 6), 100.0, True)
    assert alarm(burns(outage, 99.0, now)) == "in the last 1 h it was spent so fast that all of it would last 1 d 19 h"
    over = [*outage, Segment(now, now + 6 * MINUTE, Status.UP)]
    first = burns(over, 99.0, now + 6 * MINUTE)[0]
    assert (first.long, first.short, first.alarming) == (pytest.approx(100 / 6), 0.0, False)


def test_a_window_of_which_less_than_half_is_known_says_nothing() -> None:
    now = 30 * DAY
    young = [Segment(now - 35 * MINUTE, now, Status.DOWN)]
    hour, quarter, day, three_days = burns(young, 99.5, now)
    assert (hour.long, hour.short, hour.alarming) == (pytest.approx(200), pytest.approx(200), True)
    assert (quarter.long, quarter.short, quarter.alarming) == (None, pytest.approx(200), False)
    assert (day.long, day.short) == (None, None)
    assert (three_days.long, three_days.short) == (None, None)
    assert alarm((quarter, day, three_days)) == ""


def test_half_of_a_window_is_enough() -> None:
    assert burns([Segment(0, HOUR // 2, Status.DOWN)], 99.5, HOUR)[0].long == pytest.approx(200)
    assert burns([Segment(0, HOUR // 2 - 1, Status.DOWN)], 99.5, HOUR)[0].long is None


def test_the_short_window_is_a_twelfth_of_the_long_one_and_slower_paces_look_further_back() -> None:
    assert all(pace.long == 12 * pace.short for pace in PACES)
    assert list(PACES) == sorted(PACES, key=lambda pace: (pace.long, -pace.limit))
