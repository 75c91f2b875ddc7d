"""When what is on the screen is drawn anew, on boards made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.alerts.boards import board, member, thread
from tests.alerts.world import HOUR, MINUTE, SECOND, START, a_service
from trayapp.alerts import storm, updates
from trayapp.alerts.board import Rules, Step
from trayapp.alerts.grouping import COMPANY
from trayapp.core.news import Said, Shown

BACK = member(1, end=START)
RULES = Rules(reminder=HOUR, reminders_at_most=2)


def test_a_single_end_is_drawn_at_once_and_a_group_waits_for_company() -> None:
    single, group = thread(BACK, changed=START), thread(BACK, member(2), changed=START)
    assert list(updates.changed(board(single))) == [(START, single)]
    assert list(updates.changed(board(group))) == [(START + COMPANY, group)]
    lately = replace(group, shown=START + SECOND)
    assert list(updates.changed(board(lately))) == [(START + SECOND + COMPANY, lately)]
    again = replace(group, again=True)
    assert list(updates.changed(board(again))) == [(START, again)]


def test_what_shows_the_truth_is_not_drawn() -> None:
    assert list(updates.changed(board(thread(BACK)))) == []
    true = thread(member(1, said=Said.BACK, end=START), changed=START)
    assert list(updates.changed(board(true))) == []


@pytest.mark.parametrize(("critical", "drawn"), [(False, 0), (True, 1)])
def test_in_quiet_hours_only_what_is_critical_is_drawn(critical: bool, drawn: int) -> None:
    end = member(1, a_service("s1", critical=critical), end=START)
    assert len(list(updates.changed(board(thread(end, changed=START), quiet=True)))) == drawn


def test_what_is_to_be_drawn_later_is_drawn_later_and_without_a_place_as_well() -> None:
    before = board(thread(BACK, member(2), changed=START))
    assert updates.tell(before, START + COMPANY - 1) == Step(before)
    assert [n.kind for n in updates.tell(before, START + COMPANY).notifications] == ["group"]
    full = replace(before, shown=(Shown(START + COMPANY, ring=False),) * storm.FOR_OTHERS)
    assert updates.tell(full, START + COMPANY) == Step(full)


def test_a_reminder_is_an_update_that_a_full_hour_lets_through() -> None:
    rung = (Shown(START + HOUR - MINUTE, ring=True),) * storm.RINGS_OF_OTHERS
    before = board(thread(member(1), rung=START), shown=rung)
    step = updates.remind(before, START + HOUR, RULES, lambda service, incident: True)
    assert [n.kind for n in step.notifications] == ["reminder"]
    assert (step.board.threads[1].reminders, step.board.threads[1].reminded) == (1, START + HOUR)


@pytest.mark.parametrize(("critical", "reminded"), [(False, 0), (True, 1)])
def test_in_quiet_hours_only_critical_services_remind(critical: bool, reminded: int) -> None:
    open_one = thread(member(1, a_service("s1", critical=critical)), rung=START)
    step = updates.remind(board(open_one, quiet=True), START + HOUR, RULES, lambda service, incident: True)
    assert len(step.notifications) == reminded
