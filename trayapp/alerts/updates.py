"""What is on the screen stays true: a recovery replaces its "down", a group is counted anew, what lasts is recalled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from trayapp.alerts import storm
from trayapp.alerts.board import Board, Member, Rules, Step, Thread
from trayapp.alerts.grouping import COMPANY
from trayapp.alerts.showing import show
from trayapp.core.words import Service

Remindable = Callable[[Service, int], bool]
"""Whether an incident of this service, by its id, is seen to be there still and may be told again."""


def changed(board: Board) -> Iterator[tuple[int, Thread]]:
    """Threads that do not show what is true, with when each is to be drawn; the longest untrue first.

    A group waits a little for the next recovery. While only critical services may ring, the others keep silent.
    """
    for thread in sorted(board.threads.values(), key=lambda thread: thread.changed or 0):
        if thread.changed is None or not thread.fresh or not _may_ring(board, thread.members.values()):
            continue
        group = len(thread.members) > 1 and not thread.again
        yield (max(thread.changed, thread.shown or 0) + COMPANY if group else thread.changed), thread


def tell(board: Board, now: int) -> Step:
    """Draw what is to be drawn by now, as far as there are places."""
    step = Step(board)
    for moment, thread in changed(board):
        if moment <= now and storm.others_may_show(step.board.shown, now, ring=thread.rung is None):
            step = step.then(show(step.board, thread, now, reminder=thread.again))
    return step


def reminders(board: Board, rules: Rules) -> Iterator[tuple[int, Thread]]:
    """Threads that remind of what they tell, with when."""
    if rules.reminder is None:
        return
    for thread in board.threads.values():
        last = thread.rung if thread.reminded is None else thread.reminded
        if last is None or thread.reminders >= rules.reminders_at_most or not thread.ongoing:
            continue
        if _may_ring(board, (member for member in thread.members.values() if not member.back)):
            yield last + rules.reminder, thread


def remind(board: Board, now: int, rules: Rules, remindable: Remindable) -> Step:
    """Remind of outages that nobody took note of. Those that may not be told now have their next turn."""
    step = Step(board)
    for moment, thread in reminders(board, rules):
        if moment > now:
            continue
        if not any(remindable(each.service, each.incident.id) for each in thread.open if _may_ring(board, [each])):
            step = step.on(step.board.with_thread(replace(thread, reminded=now)))
        elif storm.others_may_show(step.board.shown, now, ring=False):
            counted = replace(thread, reminded=now, reminders=thread.reminders + 1)
            step = step.then(show(step.board, counted, now, reminder=True))
    return step


def _may_ring(board: Board, members: Iterable[Member]) -> bool:
    return not board.holding or any(member.service.critical for member in members)
