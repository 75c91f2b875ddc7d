"""What is taken down on a board made by hand, and what of it is to be remembered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.alerts.boards import board, incident, member, thread, waiting
from tests.alerts.world import MINUTE, START, a_service
from trayapp.alerts.board import Board, Step, Thread, Waiting
from trayapp.alerts.hearing import BRIEF, ask_when_back, forget, hear, hold, see, suffer, take_back
from trayapp.alerts.reconcile import Item
from trayapp.core.news import Notes, Owed, Said, Standing, Withheld
from trayapp.core.words import Incident, Service, Sight

NOW = START + MINUTE
S1 = a_service("s1")
CRITICAL = a_service("s1", critical=True)


def back(end: int | None = START, *, silent: bool = False, service: Service = S1) -> Item:
    known = incident(1, end=end) if end is not None else Incident(1, "s1", 0, 0, "", "")
    return Item(service, known, Said.BACK, silent=silent)


# A "down"


def test_a_first_down_waits() -> None:
    owed = Owed(incident(1), Said.DOWN, NOW)
    step = hear(board(of=waiting(2)), Item(S1, incident(1), Said.DOWN), NOW)
    assert step == Step(board(of={**waiting(2), 1: Waiting(S1, owed)}), notes=Notes(owed=(owed,)))


@pytest.mark.parametrize("away", [False, True])
def test_while_only_critical_services_may_ring_the_others_are_held(away: bool) -> None:
    quiet = board(held=waiting(2, held=True), quiet=not away, away=away)
    owed = Owed(incident(1), Said.DOWN, NOW, held=True)
    step = hear(quiet, Item(S1, incident(1), Said.DOWN), NOW)
    assert step == Step(replace(quiet, held={**quiet.held, 1: Waiting(S1, owed)}), notes=Notes(owed=(owed,)))
    step = hear(quiet, Item(CRITICAL, incident(1), Said.DOWN), NOW)
    assert (list(step.board.waiting), list(step.board.held)) == ([1], [2])
    assert step.notes.owed == (Owed(incident(1), Said.DOWN, NOW),)


def test_an_outage_that_may_not_be_told_is_noted_once_for_each_reason() -> None:
    item = Item(S1, incident(1), Said.DOWN, withheld="snoozed")
    step = hear(board(), item, NOW)
    assert step == Step(board(withheld={"s1": (1, "snoozed")}), notes=Notes(withheld=(Withheld(1, "snoozed", NOW),)))
    assert hear(step.board, item, NOW + 1) == Step(step.board)
    other = hear(step.board, replace(item, withheld="maintenance"), NOW + 2)
    assert other.notes == Notes(withheld=(Withheld(1, "maintenance", NOW + 2),))


# An end


def test_what_is_over_before_it_was_told_is_told_no_more() -> None:
    step = hear(board(of=waiting(1, 2)), back(), NOW)
    assert step == Step(board(of=waiting(2)), notes=Notes(settled=(1,), withheld=(Withheld(1, BRIEF, NOW),)))


@pytest.mark.parametrize("silent", [False, True])
def test_what_is_over_while_it_was_held_stays_one_item(silent: bool) -> None:
    before = board(held=waiting(1, 2, held=True), quiet=True)
    owed = Owed(incident(1, end=START), Said.DOWN, START, held=True)
    step = hear(before, back(silent=silent), NOW)
    assert step == Step(replace(before, held={**before.held, 1: Waiting(S1, owed)}), notes=Notes(owed=(owed,)))


def test_the_end_of_what_is_on_the_screen_is_drawn_from_now_on() -> None:
    step = hear(board(thread(member(1), member(2))), back(), NOW)
    owed = Owed(incident(1, end=START), Said.BACK, NOW)
    changed = thread(member(1, end=START), member(2), changed=NOW)
    assert step == Step(board(changed), notes=Notes(owed=(owed,)))


def test_a_thread_is_untrue_since_the_first_end() -> None:
    step = hear(board(thread(member(1), member(2, end=START), changed=START + 5)), back(), NOW)
    assert step.board.threads[1].changed == START + 5


def test_an_end_in_quiet_hours_is_held_and_its_thread_left_as_it_is() -> None:
    step = hear(board(thread(member(1)), quiet=True), back(), NOW)
    owed = Owed(incident(1, end=START), Said.BACK, NOW, held=True)
    left = thread(member(1, end=START))
    assert step == Step(board(left, held={1: Waiting(S1, owed)}, quiet=True), notes=Notes(owed=(owed,)))


def test_the_end_of_a_critical_one_is_drawn_in_quiet_hours_too() -> None:
    step = hear(board(thread(member(1, CRITICAL)), quiet=True), back(service=CRITICAL), NOW)
    assert step.board.held == {}
    assert step.board.threads[1].changed == NOW


def test_an_end_that_nobody_wants_to_hear_counts_as_told() -> None:
    step = hear(board(thread(member(1))), back(silent=True), NOW)
    assert step == Step(board(thread(member(1, said=Said.BACK, end=START))))


def test_an_end_without_a_thread_gets_one_unless_nobody_wants_to_hear_it() -> None:
    step = hear(board(), back(), NOW)
    own = Thread(1, {1: member(1, end=START)}, changed=NOW)
    assert step == Step(board(own), notes=Notes(owed=(Owed(incident(1, end=START), Said.BACK, NOW),)))
    assert hear(board(), back(silent=True), NOW) == Step(board())


@pytest.mark.parametrize(("now", "end"), [(NOW, NOW), (START - 2 * MINUTE, START - MINUTE)])
def test_an_end_that_nobody_remembers_is_no_later_than_now_and_uncertain(now: int, end: int) -> None:
    step = hear(board(thread(member(1))), back(None), now)
    known = replace(incident(1), end=end, closing="recovered", end_uncertain=True)
    assert step.board.threads[1].members[1].incident == known
    assert step.notes.owed[0].incident == known


# What is void, and what is silenced


def test_a_void_incident_is_told_no_more_wherever_it_is() -> None:
    assert forget(board(), 1, "changed", NOW) == Step(board())
    both = thread(member(1), member(2))
    assert forget(board(both), 1, "changed", NOW) == Step(board(both.without(1)), notes=Notes(settled=(1,)))
    untold = Notes(settled=(1,), withheld=(Withheld(1, "changed", NOW),))
    assert forget(board(of=waiting(1, 2)), 1, "changed", NOW) == Step(board(of=waiting(2)), notes=untold)
    assert forget(board(held=waiting(1, 2)), 1, "changed", NOW) == Step(board(held=waiting(2)), notes=untold)


def test_a_void_end_leaves_no_reason_for_the_beginning_was_told() -> None:
    held = {1: Waiting(S1, Owed(incident(1, end=START), Said.BACK, START, held=True))}
    step = forget(board(thread(member(1, end=START), member(2)), held=held), 1, "removed", NOW)
    assert step.notes == Notes(settled=(1,))
    assert (list(step.board.held), list(step.board.threads[1].members)) == ([], [2])


def test_a_silenced_service_has_its_first_downs_taken_back_and_no_end() -> None:
    ends = {3: Waiting(S1, Owed(incident(3, "s1", START), Said.BACK, START, held=True))}
    again = {4: Waiting(S1, Owed(incident(4, "s1"), Said.DOWN, START, held=True))}
    before = board(of=waiting(1, 2), held={**ends, **again})
    step, taken = take_back(before, "s1", "snoozed", NOW)
    assert taken == 1
    assert step.board == board(of=waiting(2), held=ends)
    assert step.notes == Notes(settled=(4, 1), withheld=(Withheld(4, "snoozed", NOW), Withheld(1, "snoozed", NOW)))
    assert take_back(step.board, "s1", "snoozed", NOW) == (Step(step.board), None)


# What the user asked for, where he is, what we see


def test_a_wish_to_be_told_stands_until_it_is_lifted() -> None:
    asked = ask_when_back(board(), "s1", True, NOW)
    assert asked == Step(board(when_back=frozenset({"s1"})), notes=Notes(standing=(Standing("when_back", "s1", NOW),)))
    assert ask_when_back(asked.board, "s1", True, NOW) == Step(asked.board)
    assert ask_when_back(asked.board, "s1", False, NOW) == Step(board(), notes=Notes(lifted=(("when_back", "s1"),)))
    assert ask_when_back(board(), "s1", False, NOW) == Step(board())


def test_quiet_hours_and_absence_are_told_apart() -> None:
    quiet = hold(Board(), quiet=True).board
    assert (quiet.quiet, quiet.away, quiet.was_away, quiet.holding) == (True, False, False, True)
    both = hold(quiet, away=True).board
    assert (both.quiet, both.away, both.was_away) == (True, True, True)
    assert hold(both).board == both


def test_who_was_away_while_nothing_was_held_was_not_away() -> None:
    away = hold(Board(), away=True).board
    assert hold(away, away=False).board == Board()
    held = replace(away, held=waiting(1, held=True))
    assert hold(held, away=False).board == replace(held, away=False)
    assert hold(hold(held, away=False).board, quiet=True).board.was_away


def test_what_we_see_and_suffer_is_as_was_last_said() -> None:
    sight = Sight("internet", "online", "", START)
    assert see(board(), [sight]) == Step(board(sights=(sight,)))
    assert suffer(board(problems=("old",)), ["The disk is full"]) == Step(board(problems=("The disk is full",)))
