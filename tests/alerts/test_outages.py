"""First "downs" on a board made by hand: which notification each of them goes into."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.alerts.boards import board, incident, member, thread, told, waiting
from tests.alerts.world import MINUTE, SECOND, START, a_service
from trayapp.alerts import outages, storm
from trayapp.alerts.board import Step, Waiting
from trayapp.alerts.grouping import COMPANY, LATE
from trayapp.core.news import Mention, Owed, Said, Shown
from trayapp.core.words import Service

DUE = START + COMPANY


def always(service: Service, incident: int) -> bool:
    return True


# When


def test_nobody_who_waits_is_nothing_to_wait_for() -> None:
    assert outages.due(board(of={}), always) is None


def test_the_first_who_is_seen_says_when() -> None:
    both = waiting(1) | waiting(2, at=START + 7)
    assert outages.due(board(of=both), always) == DUE
    assert outages.due(board(of=both), lambda service, incident: incident == 2) == DUE + 7
    assert outages.due(board(of=both), lambda service, incident: service.id == "s3") is None


@pytest.mark.parametrize(
    ("now", "rings"), [(DUE - 1, False), (DUE, True), (START, False), (START - 1, True), (DUE + MINUTE, True)]
)
def test_it_waits_five_seconds_unless_the_clock_was_set_back(now: int, rings: bool) -> None:
    assert bool(outages.tell(board(of=waiting(1)), now, always).notifications) is rings


def test_what_went_out_of_sight_waits_and_the_others_are_told() -> None:
    step = outages.tell(board(of=waiting(1, 2)), DUE, lambda service, incident: incident == 2)
    assert told(step) == [(2, ("s2",))]
    assert list(step.board.waiting) == [1]
    assert step.notes.settled == (2,)


def test_without_a_place_all_wait() -> None:
    full = tuple(Shown(DUE - 1, ring=False) for _ in range(storm.MOST))
    before = board(of=waiting(1), shown=full)
    step = outages.tell(before, DUE, always)
    assert step == Step(before)


# In quiet hours that began meanwhile


@pytest.mark.parametrize("hold", ["quiet", "away"])
def test_what_waits_is_held_and_noted_so_but_for_what_is_critical(hold: str) -> None:
    both = waiting(1) | waiting(2, critical=True)
    older = {9: Waiting(a_service("s9"), Owed(incident(9), Said.DOWN, START - MINUTE, held=True))}
    step = outages.tell(board(of=both, held=older, **{hold: True}), DUE, always)
    assert told(step) == [(2, ("s2",))]
    assert list(step.board.held) == [9, 1]
    assert step.board.held[1].owed == Owed(incident(1), Said.DOWN, START, held=True)
    assert step.board.waiting == {}
    assert step.notes.owed == (Owed(incident(1), Said.DOWN, START, held=True),)


def test_with_nothing_but_critical_ones_nothing_is_held() -> None:
    before = board(of=waiting(1, critical=True), quiet=True)
    assert outages.tell(before, DUE, always).notes.owed == ()


def test_what_was_held_is_told_with_what_waits_in_one_summary() -> None:
    older = {9: Waiting(a_service("s9"), Owed(incident(9), Said.DOWN, START - MINUTE, held=True))}
    step = outages.tell(board(of=waiting(1), held=older), DUE, always)
    assert [n.kind for n in step.notifications] == ["summary"]
    assert told(step) == [(9, ("s9", "s1"))]
    assert (step.board.waiting, step.board.held) == ({}, {})


# With whom


def test_strangers_are_told_one_by_one_and_four_together() -> None:
    assert told(outages.tell(board(of=waiting(1, 2, 3)), DUE, always)) == [(1, ("s1",)), (2, ("s2",)), (3, ("s3",))]
    assert told(outages.tell(board(of=waiting(1, 2, 3, 4)), DUE, always)) == [(1, ("s1", "s2", "s3", "s4"))]


def test_a_late_relative_joins_the_thread_of_its_provider() -> None:
    relative = member(9, a_service("s9", provider="Acme"))
    stranger = member(8)
    step = outages.tell(board(thread(stranger), thread(relative), of=waiting(1, provider="Acme")), DUE, always)
    assert told(step) == [(9, ("s1",))]
    assert list(step.board.threads[9].members) == [9, 1]


def test_relatives_that_are_back_draw_nobody_in() -> None:
    back = member(9, a_service("s9", provider="Acme"), Said.BACK, end=START)
    step = outages.tell(board(thread(back, member(8)), of=waiting(1, provider="Acme")), DUE, always)
    assert told(step) == [(1, ("s1",))]


@pytest.mark.parametrize(
    ("rung", "joins"),
    [(DUE, True), (DUE - 1, True), (DUE - LATE + 1, True), (DUE - LATE, False), (DUE + 1, False), (None, False)],
)
def test_company_comes_late_for_two_minutes(rung: int | None, joins: bool) -> None:
    relative = member(9, a_service("s9", provider="Acme"))
    step = outages.tell(board(thread(relative, rung=rung), of=waiting(1, provider="Acme")), DUE, always)
    assert told(step) == [(9 if joins else 1, ("s1",))]


def test_the_fourth_stranger_of_two_minutes_joins_the_newest_of_them() -> None:
    three = [thread(member(n), rung=START - n) for n in (8, 7, 9)]
    assert told(outages.tell(board(*three, of=waiting(1)), DUE, always)) == [(7, ("s1",))]
    assert told(outages.tell(board(*three[:2], of=waiting(1)), DUE, always)) == [(1, ("s1",))]


def test_a_group_is_joined_before_a_single_one_however_new() -> None:
    group = thread(*(member(n) for n in (6, 7, 8, 9)), rung=START - MINUTE)
    single = thread(member(5), rung=START)
    assert told(outages.tell(board(single, group, of=waiting(1)), DUE, always)) == [(6, ("s1",))]
    of_three = thread(*(member(n) for n in (6, 7, 8)), rung=START - MINUTE)
    assert told(outages.tell(board(of_three, single, of=waiting(1)), DUE, always)) == [(5, ("s1",))]


def test_threads_that_are_over_count_for_no_surge() -> None:
    over = thread(*(member(n, said=Said.BACK, end=START) for n in (6, 7, 8, 9)))
    assert told(outages.tell(board(over, of=waiting(1)), DUE, always)) == [(1, ("s1",))]


def test_a_second_outage_is_told_with_the_end_of_the_first_where_that_was_not_told_yet() -> None:
    again = a_service("s1", provider="Acme")
    ended = member(8, again, Said.DOWN, end=START)
    relative = member(9, a_service("s9", provider="Acme"))
    late = thread(ended, rung=START - 2 * LATE, changed=START)
    both = board(thread(relative), late, of=waiting(1, provider="Acme"))
    step = outages.tell(both, DUE, always)
    assert told(step) == [(8, ("s1",))]
    assert Mention(8, Said.BACK, 50) in step.notes.mentions


@pytest.mark.parametrize(
    ("said", "changed", "of"), [(Said.BACK, START, "s1"), (Said.DOWN, None, "s1"), (Said.DOWN, START, "s7")]
)
def test_and_not_where_it_was_told_is_silent_or_is_of_another(said: Said, changed: int | None, of: str) -> None:
    ended = member(8, a_service(of), said, end=START)
    other = member(6, said=Said.DOWN, end=START)  # keeps a thread that is changed worth drawing
    late = thread(ended, other, rung=START - 2 * LATE, changed=changed)
    step = outages.tell(board(late, of=waiting(1)), DUE, always)
    assert told(step) == [(1, ("s1",))]


# As far as there is room


def test_three_places_take_three_and_what_is_beyond_them_shares_the_last() -> None:
    shown = (Shown(DUE - SECOND, ring=False), Shown(DUE - SECOND, ring=False))
    step = outages.tell(board(of=waiting(1, 2, 3), shown=shown), DUE, always)
    assert told(step) == [(1, ("s1",)), (2, ("s2", "s3"))]


def test_the_last_place_is_an_update_where_one_of_those_that_share_it_has_a_thread() -> None:
    relative = member(9, a_service("s9", provider="Acme"))
    shown = tuple(Shown(DUE - SECOND, ring=False) for _ in range(3))
    both = waiting(1) | waiting(2, provider="Acme")
    step = outages.tell(board(thread(relative), of=both, shown=shown), DUE, always)
    assert told(step) == [(9, ("s1", "s2"))]


def test_an_hour_full_of_notifications_has_the_rest_update_the_newest() -> None:
    rung = tuple(Shown(START - 10 * MINUTE, ring=True) for _ in range(storm.MOST_IN_HOUR - 1))
    old = thread(member(8), rung=START - 11 * MINUTE)
    newest = thread(member(9), rung=START - 10 * MINUTE)
    never = replace(thread(member(7)), rung=None)
    before = board(newest, old, never, of=waiting(1, 2), shown=rung)
    assert told(outages.tell(before, DUE, always)) == [(1, ("s1",)), (9, ("s2",))]


def test_those_for_one_thread_make_one_notification() -> None:
    rung = tuple(Shown(START - 10 * MINUTE, ring=True) for _ in range(storm.MOST_IN_HOUR))
    newest = thread(member(9), rung=START - 10 * MINUTE)
    step = outages.tell(board(newest, of=waiting(1, 2), shown=rung), DUE, always)
    assert told(step) == [(9, ("s1", "s2"))]


def test_an_update_of_a_thread_takes_none_of_the_hour() -> None:
    rung = tuple(Shown(START - 10 * MINUTE, ring=True) for _ in range(storm.MOST_IN_HOUR - 1))
    relative = member(9, a_service("s9", provider="Acme"))
    newest = thread(member(8), rung=START - 3 * MINUTE)
    both = waiting(1, provider="Acme") | waiting(2)
    step = outages.tell(board(thread(relative), newest, of=both, shown=rung), DUE, always)
    assert told(step) == [(9, ("s1",)), (2, ("s2",))]


def test_in_a_full_hour_without_any_thread_they_ring_all_the_same() -> None:
    rung = tuple(Shown(START - 10 * MINUTE, ring=True) for _ in range(storm.MOST_IN_HOUR))
    assert told(outages.tell(board(of=waiting(1), shown=rung), DUE, always)) == [(1, ("s1",))]
