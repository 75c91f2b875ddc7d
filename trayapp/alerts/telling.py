"""What is to be shown now, and when to ask again: all the rules, in the order of what matters most."""

from __future__ import annotations

from dataclasses import replace

from trayapp.alerts import outages, remarks, storm, summary, updates
from trayapp.alerts.board import Board, Rules, Step
from trayapp.alerts.outages import Seen
from trayapp.alerts.updates import Remindable


def tell(board: Board, now: int, rules: Rules, seen: Seen, remindable: Remindable) -> Step:
    """Everything that is to be shown at this moment. Calling it again in the same moment shows nothing more."""
    step = outages.tell(_tidied(board, now), now, seen)
    step = step.then(updates.tell(step.board, now))
    step = step.then(summary.tell(step.board, now))
    step = step.then(updates.remind(step.board, now, rules, remindable))
    return step.then(remarks.tell(step.board, now))


def next_moment(board: Board, now: int, rules: Rules, seen: Seen) -> int | None:
    """When `tell` may have something to show though nothing happens until then; None: never."""
    moments: list[int] = []
    if (due := outages.due(board, seen)) is not None:
        moments.append(max(due, storm.next_place(board.shown, now, storm.MOST)))
    for moment, thread in updates.changed(board):
        moments.append(max(moment, _place(board, now, ring=thread.rung is None)))
    if summary.wanted(board):
        moments.append(_place(board, now, ring=True))
    moments += [max(moment, _place(board, now, ring=False)) for moment, _ in updates.reminders(board, rules)]
    if (due := remarks.due(board, now)) is not None:
        moments.append(max(due, _place(board, now, ring=True)))
    return min(moments, default=None)


def _place(board: Board, now: int, *, ring: bool) -> int:
    return storm.next_place(board.shown, now, storm.FOR_OTHERS, ring=ring)


def _tidied(board: Board, now: int) -> Board:
    """Without what can not matter any more: threads that are over, and notifications of more than an hour ago."""
    over = [
        key
        for key, thread in board.threads.items()
        if not thread.ongoing
        and thread.changed is None
        and now - (thread.shown or now) >= storm.HOUR
        and not any(id_ in board.held for id_ in thread.members)
    ]
    shown = storm.of_late(board.shown, now)
    if not over and len(shown) == len(board.shown):
        return board
    return replace(
        board, shown=shown, threads={key: thread for key, thread in board.threads.items() if key not in over}
    )
