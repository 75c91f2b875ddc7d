"""What was held back in quiet hours or while the user was away is told at their end, once, in one notification."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from trayapp.alerts import sentences, storm
from trayapp.alerts.board import Board, Member, Step, Thread
from trayapp.alerts.grouping import ties
from trayapp.alerts.showing import show_as
from trayapp.core.news import Mention, Notes, Said


def wanted(board: Board) -> bool:
    """Whether something was held back and nothing holds it any more."""
    return bool(board.held) and not board.holding


def tell(board: Board, now: int) -> Step:
    """Tell all that was held, if it is time and there is a place."""
    if not wanted(board) or not storm.others_may_show(board.shown, now, ring=True):
        return Step(board)
    return show(board, now)


def show(board: Board, now: int) -> Step:
    """Tell all that was held.

    What is down, or was, makes a thread. What had been told to be down before is told to be back here, and its
    own thread is left to stand as it was, but for the first one if there is nothing but good news: that one goes.
    """
    held, was_away = tuple(board.held.values()), board.was_away
    board = replace(board, held={}, was_away=False)
    mentions: list[Mention] = []
    outages: dict[int, Member] = {}
    good: int | None = None
    for service, owed in ((waiting.service, waiting.owed) for waiting in held):
        id_ = owed.incident.id
        member = Member(service, owed.incident, ties(service))
        if owed.said is Said.DOWN:
            outages[id_] = member
            continue
        thread = board.thread_of(id_) or Thread(id_)
        board = board.with_thread(thread.having(replace(member, said=Said.BACK)))
        mentions.append(Mention(id_, Said.BACK, board.next_id))
        good = thread.key if good is None else good
    thread = board.threads[good] if good is not None and not outages else Thread(next(iter(outages)), outages)
    step = absorb(board, {member.service.id for member in outages.values()}, thread.key)
    title, body = sentences.summary(held, away=was_away)
    is_open = any(not member.back for member in outages.values())
    shown = show_as(step.board, thread, now, "summary", title, body, urgent=is_open)
    services = tuple(dict.fromkeys(waiting.service.id for waiting in held))
    notes = Notes(settled=tuple(waiting.owed.incident.id for waiting in held), mentions=tuple(mentions))
    notifications = tuple(replace(each, services=services) for each in shown.notifications)
    return step.on(step.board, notes).then(Step(shown.board, notifications, shown.notes))


def absorb(board: Board, services: Collection[str], key: int) -> Step:
    """What is about to be told of these services in the thread `key` tells as well that they had been back.

    Where an end still waits to be drawn in another thread it is told by that; nobody is told of a second
    outage before the end of the first.
    """
    step = Step(board)
    for thread in board.threads.values():
        late = [m for m in thread.members.values() if m.service.id in services and Said.BACK in m.unsaid]
        if thread.key == key or thread.changed is None or not late:
            continue
        told = thread.having(*(replace(member, said=Said.BACK) for member in late))
        incidents = tuple(member.incident.id for member in late)
        mentions = tuple(Mention(incident, Said.BACK, board.next_id) for incident in incidents)
        step = step.on(
            step.board.with_thread(replace(told, changed=thread.changed if told.fresh else None)),
            Notes(settled=incidents, mentions=mentions),
        )
    return step
