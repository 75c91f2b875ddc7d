"""A thread becomes a notification, on boards made by hand."""

from __future__ import annotations

from dataclasses import replace

from tests.alerts.boards import board, member, thread, waiting
from tests.alerts.world import START, a_service
from trayapp.alerts.board import Member
from trayapp.alerts.showing import remark, show, show_as
from trayapp.alerts.summary import absorb
from trayapp.core.news import Mention, Notes, Said, Shown
from trayapp.core.words import Notification

NOW = START + 7


def test_what_is_shown_is_true_told_and_waits_no_more() -> None:
    untrue = thread(member(1), member(2, said=None), changed=START, again=True)
    step = show_as(board(untrue, of=waiting(2, 3), held=waiting(4, 2)), untrue, NOW, "group", "T", "B", urgent=True)
    assert step.notifications == (Notification(50, NOW, "group", ("s1", "s2"), 1, "T", "B", True),)
    true = replace(thread(member(1), member(2)), shown=NOW)
    rung = (Shown(NOW, ring=False),)
    assert step.board == replace(board(true, of=waiting(3), held=waiting(4)), next_id=51, shown=rung)
    assert step.notes == Notes(settled=(2,), mentions=(Mention(2, Said.DOWN, 50),))


def test_what_was_not_shown_before_rings() -> None:
    new = thread(member(1, said=None), rung=None)
    step = show(board(new), new, NOW)
    assert step.board.shown == (Shown(NOW, ring=True),)
    assert (step.board.threads[1].rung, step.board.threads[1].shown) == (NOW, NOW)


def test_only_news_of_something_down_and_reminders_of_it_are_urgent() -> None:
    def urgent(*members: Member, reminder: bool = False) -> tuple[str, bool]:
        of = thread(*members)
        (shown,) = show(board(of), of, NOW, reminder=reminder).notifications
        return shown.kind, shown.urgent

    back = member(2, end=START)
    assert urgent(member(1, said=None)) == ("down", True)
    assert urgent(member(1, said=None), member(3)) == ("group", True)
    assert urgent(member(1), back) == ("group", False)
    assert urgent(member(1), back, reminder=True) == ("reminder", True)
    assert urgent(back) == ("recovered", False)
    assert urgent(back, reminder=True) == ("recovered", False)
    assert urgent(member(2, said=None, end=START)) == ("recovered", False)


def test_a_remark_is_about_no_incident_and_takes_a_place() -> None:
    step = remark(board(), "blind", ("s1",), "T", "B", NOW)
    assert step.notifications == (Notification(50, NOW, "blind", ("s1",), None, "T", "B"),)
    assert step.board == replace(board(), next_id=51, shown=(Shown(NOW, ring=True),))
    assert step.notes == Notes()


def test_ends_are_looked_for_in_all_other_threads() -> None:
    s1 = a_service("s1")
    own = thread(member(1, s1, end=START), changed=START)
    late = thread(member(8, s1, end=START), changed=START)
    step = absorb(board(own, late), {"s1"}, 1)
    assert step.notes.settled == (8,)
    assert step.board.threads[1] == own
