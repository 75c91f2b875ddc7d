"""First "downs" that have waited long enough are told, in as few notifications as belong together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from trayapp.alerts import storm, summary
from trayapp.alerts.board import Board, Member, Step, Thread, Waiting, without
from trayapp.alerts.grouping import COMPANY, LATE, MANY, companies, ties
from trayapp.alerts.showing import show
from trayapp.core.news import Notes, Said
from trayapp.core.words import Service

Seen = Callable[[Service, int], bool]
"""Whether the service is seen to be down now, with this very incident."""


@dataclass(frozen=True, slots=True)
class Company:
    """Outages that are told together: in the thread with this key, or in a new one."""

    members: tuple[Member, ...]
    thread: int | None = None


def due(board: Board, seen: Seen) -> int | None:
    """When the first of those that wait has waited long enough; None: nobody waits whose outage is seen now."""
    first = next((each for each in board.waiting.values() if _is_seen(each, seen)), None)
    return None if first is None else first.owed.at + COMPANY


def tell(board: Board, now: int, seen: Seen) -> Step:
    """Tell all that wait, if the first of them has waited long enough and there is a place.

    An outage that went out of sight meanwhile, because the machine slept, waits for the next result.
    """
    moment = due(board, seen)
    # A first one of the future: the clock was set back.
    if moment is None or moment - COMPANY <= now < moment:
        return Step(board)
    unseen = {id_: each for id_, each in board.waiting.items() if not _is_seen(each, seen)}
    if not unseen:
        return _tell(board, now)
    step = _tell(replace(board, waiting=without(board.waiting, *unseen)), now)
    return step.on(replace(step.board, waiting={**unseen, **step.board.waiting}))


def _is_seen(waiting: Waiting, seen: Seen) -> bool:
    return seen(waiting.service, waiting.owed.incident.id)


def _tell(board: Board, now: int) -> Step:
    step = _hold(board)
    room = storm.places(step.board.shown, now)
    if not room or not step.board.waiting:
        return step
    if summary.wanted(step.board):
        # Older news of the same services may be among what was held: everything is told at once, in its order.
        step = step.then(_held(step.board, step.board.waiting))
        return step.then(summary.show(step.board, now))
    for company in _fitted(step.board, _sorted_out(step.board, now), room, now):
        step = step.then(_show(step.board, company, now))
    return step


def _hold(board: Board) -> Step:
    """Nothing but critical services rings in quiet hours that began meanwhile."""
    if not board.holding:
        return Step(board)
    return _held(board, {id_: w for id_, w in board.waiting.items() if not w.service.critical})


def _held(board: Board, some: Mapping[int, Waiting]) -> Step:
    """Some of those that wait for company wait for the summary now."""
    if not some:
        return Step(board)
    held = {id_: Waiting(w.service, replace(w.owed, held=True)) for id_, w in some.items()}
    board = replace(board, waiting=without(board.waiting, *held), held={**board.held, **held})
    return Step(board, notes=Notes(owed=tuple(w.owed for w in held.values())))


def _sorted_out(board: Board, now: int) -> list[Company]:
    """Who belongs to whom, and to what is on the screen."""
    members = {
        id_: Member(waiting.service, waiting.owed.incident, ties(waiting.service))
        for id_, waiting in board.waiting.items()
    }
    live = _live(board, now)
    surge = live[0].key if live and len(members) + sum(len(thread.open) for thread in live) >= MANY else None
    found: list[Company] = []
    for incidents in companies({id_: member.ties for id_, member in members.items()}):
        company = tuple(members[id_] for id_ in incidents)
        found.append(Company(company, _late(board, company) or _related(live, company) or surge))
    return found


def _live(board: Board, now: int) -> list[Thread]:
    """Threads that came of late and tell of something open: groups before single ones, then the newest first."""
    live = [t for t in board.threads.values() if t.rung is not None and t.open and 0 <= now - t.rung < LATE]
    return sorted(live, key=lambda thread: (len(thread.members) < MANY, -(thread.rung or 0)))


def _late(board: Board, company: Sequence[Member]) -> int | None:
    """The thread that has yet to tell the end of a former outage of one of them: one update tells both."""
    services = {member.service.id for member in company}
    return next(
        (
            thread.key
            for thread in board.threads.values()
            if thread.changed is not None
            and any(Said.BACK in member.unsaid and member.service.id in services for member in thread.members.values())
        ),
        None,
    )


def _related(live: Iterable[Thread], company: Sequence[Member]) -> int | None:
    """The thread with which this company shares a provider, a parent or a host."""
    own = frozenset[str]().union(*(member.ties for member in company))
    return next((t.key for t in live if any(member.ties & own for member in t.open)), None)


def _fitted(board: Board, found: Sequence[Company], room: int, now: int) -> list[Company]:
    """The same outages in as many notifications as there is room for, those for one thread in one."""
    newest = max(board.threads.values(), key=lambda t: t.rung or 0, default=None)
    rings = storm.rings_left(board.shown, now)
    fitted: list[Company] = []
    for company in found:
        thread = company.thread
        if thread is None and not rings and newest is not None:
            thread = newest.key
        rings -= thread is None and rings > 0
        same = next((each for each in fitted if thread is not None and each.thread == thread), None)
        if same is not None:
            fitted[fitted.index(same)] = Company((*same.members, *company.members), thread)
        else:
            fitted.append(Company(company.members, thread))
    kept, rest = fitted[: room - 1], fitted[room - 1 :]
    thread = next((each.thread for each in rest if each.thread is not None), None)
    return [*kept, Company(tuple(member for each in rest for member in each.members), thread)] if rest else kept


def _show(board: Board, company: Company, now: int) -> Step:
    known = None if company.thread is None else board.threads[company.thread]
    thread = known or Thread(company.members[0].incident.id)
    step = summary.absorb(board, {member.service.id for member in company.members}, thread.key)
    return step.then(show(step.board, thread.having(*company.members), now))
