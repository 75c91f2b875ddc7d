"""A thread becomes a notification: drawn as it is now, with what it tells for the first time noted."""

from __future__ import annotations

from dataclasses import replace

from trayapp.alerts import sentences
from trayapp.alerts.board import Board, Member, Step, Thread, without
from trayapp.core.news import Mention, Notes, Said, Shown
from trayapp.core.words import Notification


def show(board: Board, thread: Thread, now: int, *, reminder: bool = False) -> Step:
    """Show the thread as it is now, in place of what it showed before."""
    title, body = sentences.of_thread(thread, now, reminder=reminder)
    urgent = bool(thread.open) and (reminder or any(Said.DOWN in member.unsaid for member in thread.members.values()))
    return show_as(board, thread, now, _kind(thread, reminder=reminder), title, body, urgent=urgent)


def show_as(board: Board, thread: Thread, now: int, kind: str, title: str, body: str, *, urgent: bool) -> Step:
    """Show the thread in these words, which name or count every member of it."""
    services = tuple(dict.fromkeys(member.service.id for member in thread.members.values()))
    notification = Notification(board.next_id, now, kind, services, thread.key, title, body, urgent)
    mentions = tuple(
        Mention(id_, said, notification.id) for id_, member in thread.members.items() for said in member.unsaid
    )
    told = replace(
        thread,
        members={id_: _said(member) for id_, member in thread.members.items()},
        rung=now if thread.rung is None else thread.rung,
        shown=now,
        changed=None,
        again=False,
    )
    settled = tuple(dict.fromkeys(mention.incident for mention in mentions))
    board = replace(
        board,
        next_id=board.next_id + 1,
        waiting=without(board.waiting, *settled),
        held=without(board.held, *settled),
        shown=(*board.shown, Shown(now, ring=thread.rung is None)),
    )
    return Step(board.with_thread(told), (notification,), Notes(settled=settled, mentions=mentions))


def remark(
    board: Board, kind: str, services: tuple[str, ...], title: str, body: str, now: int, *, ring: bool = True
) -> Step:
    """Show something that is about no incident. `ring`: it takes the place of nothing that is on the screen."""
    notification = Notification(board.next_id, now, kind, services, None, title, body)
    board = replace(board, next_id=board.next_id + 1, shown=(*board.shown, Shown(now, ring)))
    return Step(board, (notification,))


def _said(member: Member) -> Member:
    return replace(member, said=Said.BACK if member.back else Said.DOWN)


def _kind(thread: Thread, *, reminder: bool) -> str:
    if not thread.open:
        return "recovered"
    if reminder:
        return "reminder"
    return "down" if len(thread.members) == 1 else "group"
