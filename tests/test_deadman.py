"""Signs of life, missing and not."""

from __future__ import annotations

from trayapp.deadman import DeadMan


def test_a_sign_now_and_then_is_life() -> None:
    watch = DeadMan(4.0, 5.0)
    assert not any(watch.stands_still(float(now // 4 * 4), float(now)) for now in range(0, 1000, 5))


def test_three_missing_signs_are_none() -> None:
    watch = DeadMan(4.0, 5.0)
    assert [watch.stands_still(1.0, now) for now in (1.0, 6.0, 11.0, 16.0, 21.0)] == [False, False, False, True, True]
    assert not watch.stands_still(22.0, 26.0)


def test_time_in_which_we_were_stopped_ourselves_does_not_count() -> None:
    watch = DeadMan(4.0, 5.0)
    assert [watch.stands_still(1.0, now) for now in (1.0, 3_600.0)] == [False, False]
    assert not watch.stands_still(3_600.5, 3_605.0)
