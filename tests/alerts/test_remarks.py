"""What is told that is about no incident, on boards made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.alerts.boards import board
from tests.alerts.world import DAY, HOUR, MINUTE, START, a_service
from trayapp.alerts import remarks, storm
from trayapp.alerts.board import Board, Step, Unsteady
from trayapp.core.news import Notes, Shown, Standing
from trayapp.core.words import Belief, Sight, Status

STEADY = Belief("s1", Status.UP, START, raw=(True, False) * 10)
FLAPS = replace(STEADY, flapping=True, flapping_since=START)
S1 = a_service("s1")


def flapping(**told: int) -> dict[str, Unsteady]:
    """Services that were told to flap, with when."""
    return {id_: Unsteady(a_service(id_), at) for id_, at in told.items()}


def unseen(network: str = "internet", since: int = START) -> Sight:
    return Sight(network, "offline", "You are offline", since)


def online(network: str = "internet", since: int = START) -> Sight:
    return Sight(network, "online", "", since)


def full(at: int, *, ring: bool, count: int) -> tuple[Shown, ...]:
    return tuple(Shown(at, ring) for _ in range(count))


# Flapping


def test_flapping_is_told_once_and_stands() -> None:
    step = remarks.tell_of_flapping(board(), S1, FLAPS, START)
    (said,) = step.notifications
    assert (said.id, said.at, said.kind, said.services, said.incident) == (50, START, "flapping", ("s1",), None)
    assert "10 of" in said.body
    assert step.notes == Notes(standing=(Standing("flapping", "s1", START),))
    rung = (Shown(START, ring=True),)
    assert step.board == replace(board(), next_id=51, shown=rung, flapping=flapping(s1=START))
    assert remarks.tell_of_flapping(step.board, S1, FLAPS, START) == Step(step.board)


def test_its_end_is_told_once_and_lifts_it() -> None:
    before = board(flapping=flapping(s1=START, s2=START - HOUR))
    step = remarks.tell_of_flapping(before, S1, STEADY, START)
    (said,) = step.notifications
    assert (said.id, said.kind, said.services, said.incident) == (50, "stable", ("s1",), None)
    assert step.notes == Notes(lifted=(("flapping", "s1"),))
    assert step.board.flapping == flapping(s2=START - HOUR)
    assert remarks.tell_of_flapping(step.board, S1, STEADY, START) == Step(step.board)


@pytest.mark.parametrize(("ago", "alone"), [(0, False), (HOUR - 1, False), (HOUR, True), (-1, True)])
def test_those_that_begin_within_an_hour_join_the_notification_of_the_first(ago: int, alone: bool) -> None:
    before = board(flapping=flapping(s2=START - ago - MINUTE, s3=START - ago))
    step = remarks.tell_of_flapping(before, S1, FLAPS, START)
    (said,) = step.notifications
    assert said.services == (("s1",) if alone else ("s3", "s1"))
    assert step.board.shown[-1].ring is alone
    began = START if alone else START - ago
    assert step.board.flapping == {**before.flapping, **flapping(s1=began)}
    assert step.notes == Notes(standing=(Standing("flapping", "s1", began),))


def test_after_three_everybody_knows_that_it_is_the_line() -> None:
    before = board(flapping=flapping(s2=START, s3=START))
    (third,) = remarks.tell_of_flapping(before, S1, FLAPS, START).notifications
    assert (third.title, third.body) == ("3 services keep failing and coming back", "S2, S3 and S1")
    before = board(flapping=flapping(s2=START, s3=START, s4=START))
    step = remarks.tell_of_flapping(before, S1, FLAPS, START)
    assert step.notifications == ()
    assert "s1" in step.board.flapping


def test_whoever_wants_to_hear_of_outages_only_hears_that_it_flaps_and_not_that_it_ceased() -> None:
    terse = a_service("s1", notify="down")
    step = remarks.tell_of_flapping(board(), terse, FLAPS, START)
    assert [said.kind for said in step.notifications] == ["flapping"]
    step = remarks.tell_of_flapping(replace(step.board, flapping={"s1": Unsteady(terse, START)}), terse, STEADY, START)
    assert (step.notifications, dict(step.board.flapping)) == ((), {})


def test_and_their_end_with_that_of_the_last_of_them() -> None:
    step = remarks.tell_of_flapping(board(flapping=flapping(s1=START, s2=START)), S1, STEADY, START + HOUR)
    assert step == Step(board(flapping=flapping(s2=START)), notes=Notes(lifted=(("flapping", "s1"),)))


@pytest.mark.parametrize("ring", [False, True])
def test_the_end_waits_for_a_place_as_well(ring: bool) -> None:
    shown = full(START - MINUTE, ring=True, count=storm.RINGS_OF_OTHERS) if ring else full(START, ring=False, count=3)
    before = board(flapping=flapping(s1=START), shown=shown)
    assert remarks.tell_of_flapping(before, S1, STEADY, START) == Step(before)


def test_in_quiet_hours_only_critical_services_are_said_to_flap() -> None:
    quiet = board(quiet=True)
    assert remarks.tell_of_flapping(quiet, S1, FLAPS, START) == Step(quiet)
    assert remarks.tell_of_flapping(quiet, a_service("s1", critical=True), FLAPS, START).notifications


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        (full(START, ring=False, count=storm.FOR_OTHERS), False),
        (full(START, ring=False, count=storm.FOR_OTHERS - 1), True),
        (full(START - MINUTE, ring=True, count=storm.RINGS_OF_OTHERS), False),
        (full(START - MINUTE, ring=False, count=storm.RINGS_OF_OTHERS), True),
    ],
)
def test_without_a_place_flapping_is_told_later(shown: tuple[Shown, ...], told: bool) -> None:
    assert bool(remarks.tell_of_flapping(board(shown=shown), S1, FLAPS, START).notifications) is told


# Blindness


@pytest.mark.parametrize(("after", "told"), [(5 * MINUTE - 1, False), (5 * MINUTE, True)])
def test_blindness_is_told_after_five_minutes(after: int, told: bool) -> None:
    before = board(sights=(unseen(), unseen("loopback"), online("lan")))
    assert remarks.due(before, START) == START + 5 * MINUTE
    step = remarks.tell(before, START + after)
    assert bool(step.notifications) is told
    if told:
        assert [(n.id, n.kind, n.services, n.incident) for n in step.notifications] == [(50, "blind", (), None)]
        assert step.notes == Notes(standing=(Standing("blind", "internet", START),))
        assert (step.board.blind, step.board.blind_told) == ({"internet": START}, START + after)
        assert remarks.due(step.board, START + after) == START + after + DAY


def test_it_is_told_again_a_day_later_with_all_that_is_blind_then() -> None:
    blind = board(sights=(unseen(since=START + 5),), blind={"internet": START}, blind_told=START + HOUR)
    assert remarks.tell(blind, START + HOUR + DAY - 1) == Step(blind)
    again = remarks.tell(blind, START + HOUR + DAY)
    assert again.board.blind_told == START + HOUR + DAY
    assert again.notes == Notes(standing=(Standing("blind", "internet", START),))


def test_another_network_that_goes_is_told_with_the_first() -> None:
    both = board(sights=(unseen(), unseen("lan", START + HOUR)), blind={"internet": START}, blind_told=START + 9)
    assert remarks.due(both, START + HOUR) == START + HOUR + 5 * MINUTE
    step = remarks.tell(both, START + HOUR + 5 * MINUTE)
    assert "the internet and the local network" in step.notifications[0].title
    assert step.board.blind == {"internet": START, "lan": START + HOUR}


def test_sight_that_returns_is_told_once() -> None:
    before = board(sights=(online(),), blind={"internet": START}, blind_told=START + 9)
    assert remarks.due(before, START + HOUR) == START + HOUR
    step = remarks.tell(before, START + HOUR)
    assert [(n.id, n.kind, n.services, n.incident) for n in step.notifications] == [(50, "sight", (), None)]
    assert step.notes == Notes(lifted=(("blind", "internet"),))
    assert (step.board.blind, step.board.blind_told) == ({}, None)
    assert remarks.tell(step.board, START + HOUR) == Step(step.board)


def test_while_another_network_stays_blind_its_day_goes_on() -> None:
    before = board(sights=(online(), unseen("lan")), blind={"internet": START, "lan": START}, blind_told=START + 9)
    step = remarks.tell(before, START + HOUR)
    assert [n.kind for n in step.notifications] == ["sight"]
    assert (step.board.blind, step.board.blind_told) == ({"lan": START}, START + 9)


def test_a_network_that_nobody_needs_is_lifted_in_silence_once_any_is_known() -> None:
    before = board(blind={"vpn:tun0": START}, blind_told=START + 9)
    assert remarks.tell(before, START + HOUR) == Step(before)
    seen = replace(before, sights=(online(),))
    step = remarks.tell(seen, START + HOUR)
    assert step == Step(replace(seen, blind={}, blind_told=None), notes=Notes(lifted=(("blind", "vpn:tun0"),)))


@pytest.mark.parametrize("hold", ["quiet", "away"])
def test_nothing_of_this_is_told_while_only_critical_services_may_ring(hold: str) -> None:
    before = board(sights=(unseen(),), problems=("Full.",), **{hold: True})
    assert remarks.due(before, START + HOUR) is None
    assert remarks.tell(before, START + HOUR) == Step(before)


def test_where_all_is_well_there_is_nothing_to_wait_for() -> None:
    assert remarks.due(Board(sights=(online(), online("lan"))), START) is None


# Troubles of our own


def test_a_problem_is_told_once_a_day_and_again_an_hour_after_it_was_gone() -> None:
    before = board(problems=("Full.", "Old."), troubles={"Old.": START - HOUR, "Gone.": START - HOUR + 1})
    assert remarks.due(before, START) == START
    step = remarks.tell(before, START)
    assert [(n.kind, n.services, n.incident, n.body) for n in step.notifications] == [("impaired", (), None, "Full")]
    assert step.board.troubles == {"Full.": START, "Old.": START - HOUR, "Gone.": START - HOUR + 1}
    assert remarks.tell(step.board, START + DAY - HOUR - 1) == Step(step.board)
    later = remarks.tell(step.board, START + DAY - HOUR)
    assert [n.body for n in later.notifications] == ["Old"]
    assert later.board.troubles == {"Full.": START, "Old.": START + DAY - HOUR}


def test_a_problem_without_a_place_waits() -> None:
    before = board(problems=("Full.",), shown=full(START, ring=False, count=storm.FOR_OTHERS))
    assert remarks.tell(before, START) == Step(before)
