"""When the bakery is open, without waiting for it."""

from __future__ import annotations

from itertools import pairwise

from trayapp.demo.town import CLOSED, OPEN, OPEN_AT_FIRST, TOWN, bakery_is_open


def test_the_bakery_closes_within_seconds_and_then_about_once_a_minute() -> None:
    closings = [t for t in range(600) if bakery_is_open(t) and not bakery_is_open(t + 1)]
    assert closings[0] <= 15
    assert {later - earlier for earlier, later in pairwise(closings)} == {int(CLOSED + OPEN)}
    assert 45 <= CLOSED + OPEN <= 75


def test_the_bakery_stays_closed_long_enough_to_be_confirmed_down() -> None:
    assert not any(bakery_is_open(OPEN_AT_FIRST + t) for t in range(int(CLOSED)))
    assert bakery_is_open(OPEN_AT_FIRST + CLOSED)


def test_everybody_has_an_id_of_their_own() -> None:
    assert len({inhabitant.id for inhabitant in TOWN}) == len(TOWN)
