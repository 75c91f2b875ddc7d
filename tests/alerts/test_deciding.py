"""What one result leads to on a board made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.alerts.boards import board, incident
from tests.alerts.world import START, a_service
from trayapp.alerts.deciding import after_result
from trayapp.core.news import Owed, Said
from trayapp.core.words import Belief, Status, Telling

SERVICE = a_service("s1")
UP = Belief("s1", Status.UP, START)
DOWN = Belief("s1", Status.DOWN, START, incident=incident(1))
FLAPS = replace(UP, flapping=True, raw=(True, False) * 10)
ASKED = board(when_back=frozenset({"s1"}))


def test_an_outage_is_taken_down_and_counts_as_told() -> None:
    told, step = after_result(board(), SERVICE, DOWN, Telling("s1"), True, START)
    assert told == Telling("s1", told=1)
    assert step.notes.owed == (Owed(incident(1), Said.DOWN, START),)


def test_what_may_not_be_told_is_not_and_a_result_that_decides_nothing_tells_nothing() -> None:
    told, step = after_result(board(), SERVICE, DOWN, Telling("s1"), True, START, suppressed="maintenance")
    assert told == Telling("s1")
    assert [each.reason for each in step.notes.withheld] == ["maintenance"]
    told, step = after_result(ASKED, SERVICE, UP, Telling("s1", told=1), False, START)
    assert (told, step.board, bool(step.notes)) == (Telling("s1", told=1), ASKED, False)


def test_a_wish_to_be_told_is_fulfilled_by_its_end_and_not_before() -> None:
    _, step = after_result(ASKED, SERVICE, DOWN, Telling("s1", told=1), True, START)
    assert step.board.when_back == {"s1"}
    _, step = after_result(ASKED, SERVICE, UP, Telling("s1", told=1), True, START, ended=incident(1, end=START))
    assert step.board.when_back == frozenset()
    assert step.notes.lifted == (("when_back", "s1"),)
    _, step = after_result(board(), SERVICE, UP, Telling("s1"), True, START)
    assert step.notes.lifted == ()


@pytest.mark.parametrize(
    ("decisive", "suppressed", "told"), [(True, "", True), (True, "maintenance", False), (False, "", False)]
)
def test_flapping_is_told_of_what_may_be_told(decisive: bool, suppressed: str, told: bool) -> None:
    _, step = after_result(board(), SERVICE, FLAPS, Telling("s1"), decisive, START, suppressed=suppressed)
    assert [n.kind for n in step.notifications] == ["flapping"] * told
