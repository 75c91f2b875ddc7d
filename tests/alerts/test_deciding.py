"""What one result leads to on a board made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.alerts.boards import board, incident
from tests.alerts.world import START, a_service
from trayapp.alerts.deciding import after_result
from trayapp.alerts.hearing import leave
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


STUMBLED = (False, True, False, False)
"""Raw results of a service that failed once and was well again."""


def after_stumbles(stumbles: int, watched: int, provider: str = "") -> Telling:
    """What is told of an outage of "s1" that three failures confirmed, when so many others have stumbled."""
    then = board()
    for n in range(stumbles):
        other = replace(a_service(f"other{n}"), provider=provider)
        then = after_result(then, other, Belief(other.id, Status.UP, START, raw=STUMBLED), Telling(""), True, START)[
            1
        ].board
    failed = replace(DOWN, raw=(False, True, True, True))
    return after_result(then, SERVICE, failed, Telling("s1"), True, START, watched=watched)[0]


@pytest.mark.parametrize(
    ("stumbles", "watched", "provider", "told"),
    [(4, 20, "", None), (3, 20, "", 1), (4, 21, "", 1), (5, 25, "", None), (4, 20, "Joyent", 1), (20, 100, "", None)],
)
def test_an_outage_waits_for_proof_where_a_fifth_of_all_that_have_nothing_in_common_stumble(
    stumbles: int, watched: int, provider: str, told: int | None
) -> None:
    assert after_stumbles(stumbles, watched, provider).told == told


def test_who_stumbled_is_forgotten_when_it_has_been_well_for_long_or_was_down() -> None:
    def stumbling(*raw: bool) -> bool:
        return bool(after_result(board(), SERVICE, replace(UP, raw=raw), Telling("s1"), True, START)[1].board.stumbling)

    assert stumbling(*STUMBLED)
    assert stumbling(*STUMBLED, True)
    assert not stumbling(False, True), "it fails now; whether that is an outage is to be seen"
    assert not stumbling(False, True, True, True, False), "it was an outage"
    stumbled = after_result(board(), SERVICE, replace(UP, raw=STUMBLED), Telling("s1"), True, START)[1].board
    assert not after_result(stumbled, SERVICE, replace(UP, raw=(False,) * 4), Telling("s1"), True, START)[
        1
    ].board.stumbling
    assert not leave(stumbled, "s1").board.stumbling
