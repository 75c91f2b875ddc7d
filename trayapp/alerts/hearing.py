"""What happens is taken down on the board: an item to tell, an incident that is void, what the user asked for.

Nothing is shown here; `telling.py` does that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from trayapp.alerts.board import Board, Member, Step, Thread, Waiting, without
from trayapp.alerts.grouping import ties
from trayapp.alerts.reconcile import Item
from trayapp.core.news import Notes, Owed, Said, Standing, Withheld
from trayapp.core.reasons import TURNED_AWAY
from trayapp.core.words import Incident, Sight

BRIEF = "over before it was told"


def hear(board: Board, item: Item, now: int) -> Step:
    """An item that reconciliation came to."""
    if item.withheld:
        return _withhold(board, item, now)
    return _down(board, item, now) if item.said is Said.DOWN else _back(board, item, now)


def forget(board: Board, incident: int, reason: str, now: int) -> Step:
    """The incident is void, because its service was edited or removed: nothing more is told of it."""
    waiting = board.waiting.get(incident) or board.held.get(incident)
    thread = board.thread_of(incident)
    if thread is not None:
        board = board.with_thread(thread.without(incident))
    if waiting is None:
        return Step(board, notes=Notes() if thread is None else Notes(settled=(incident,)))
    board = replace(board, waiting=without(board.waiting, incident), held=without(board.held, incident))
    withheld = (Withheld(incident, reason, now),) if waiting.owed.said is Said.DOWN else ()
    return Step(board, notes=Notes(settled=(incident,), withheld=withheld))


def take_back(board: Board, service: str, reason: str, now: int) -> tuple[Step, int | None]:
    """The user silenced the service while a first "down" of it waited: that is not told. Gives its incident as well."""
    step, taken = Step(board), None
    for incident, waiting in [*board.held.items(), *board.waiting.items()]:
        if waiting.service.id == service and waiting.owed.said is Said.DOWN:
            step, taken = step.then(forget(step.board, incident, reason, now)), incident
    return step, taken


def ask_when_back(board: Board, service: str, wanted: bool, now: int) -> Step:
    """The user wants to be told once when the service is back, or does not want it any more."""
    if wanted is (service in board.when_back):
        return Step(board)
    if wanted:
        return Step(
            replace(board, when_back=board.when_back | {service}),
            notes=Notes(standing=(Standing("when_back", service, now),)),
        )
    return Step(replace(board, when_back=board.when_back - {service}), notes=Notes(lifted=(("when_back", service),)))


def leave(board: Board, service: str) -> Step:
    """The service is watched no more: nothing stands of it."""
    stood = [("flapping", service)] if service in board.flapping else []
    stood += [("when_back", service)] if service in board.when_back else []
    stood += [(TURNED_AWAY, service)] if service in board.turned_away else []
    flapping = {id_: each for id_, each in board.flapping.items() if id_ != service}
    stumbling = {id_: tied for id_, tied in board.stumbling.items() if id_ != service}
    board = replace(board, flapping=flapping, stumbling=stumbling, when_back=board.when_back - {service})
    board = replace(board, turned_away=board.turned_away - {service})
    return Step(board, notes=Notes(lifted=tuple(stood)))


def hold(board: Board, *, quiet: bool | None = None, away: bool | None = None) -> Step:
    """Quiet hours begin or end; the user goes (locked the screen, put the machine to sleep) or comes."""
    quiet = board.quiet if quiet is None else quiet
    away = board.away if away is None else away
    return Step(replace(board, quiet=quiet, away=away, was_away=away or (board.was_away and bool(board.held))))


def see(board: Board, sights: Sequence[Sight]) -> Step:
    """What we can see of the networks now."""
    return Step(replace(board, sights=tuple(sights)))


def suffer(board: Board, problems: Sequence[str]) -> Step:
    """What is wrong with ourselves now, as sentences."""
    return Step(replace(board, problems=tuple(problems)))


def _withhold(board: Board, item: Item, now: int) -> Step:
    told = (item.incident.id, item.withheld)
    if board.withheld.get(item.service.id) == told:
        return Step(board)
    return Step(
        replace(board, withheld={**board.withheld, item.service.id: told}),
        notes=Notes(withheld=(Withheld(*told, now),)),
    )


def _down(board: Board, item: Item, now: int) -> Step:
    held = board.holding and not item.service.critical
    owed = Owed(item.incident, Said.DOWN, now, held)
    waiting = {item.incident.id: Waiting(item.service, owed)}
    if held:
        board = replace(board, held={**board.held, **waiting})
    else:
        board = replace(board, waiting={**board.waiting, **waiting})
    return Step(board, notes=Notes(owed=(owed,)))


def _back(board: Board, item: Item, now: int) -> Step:
    id_ = item.incident.id
    if id_ in board.waiting:
        return Step(
            replace(board, waiting=without(board.waiting, id_)),
            notes=Notes(settled=(id_,), withheld=(Withheld(id_, BRIEF, now),)),
        )
    if (kept := board.held.get(id_)) is not None:
        owed = replace(kept.owed, incident=_closed(item.incident, kept.owed.incident, now))
        board = replace(board, held={**board.held, id_: Waiting(item.service, owed)})
        return Step(board, notes=Notes(owed=(owed,)))
    thread = board.thread_of(id_)
    if thread is None:
        if item.silent:
            return Step(board)
        # Nothing on the screen tells of it: it gets a notification of its own, if only for its end.
        thread = Thread(id_, {id_: Member(item.service, item.incident, ties(item.service), Said.DOWN)})
    member = thread.members[id_]
    member = replace(member, incident=_closed(item.incident, member.incident, now))
    if item.silent:
        return Step(board.with_thread(thread.having(replace(member, said=Said.BACK))))
    held = board.holding and not item.service.critical
    owed = Owed(member.incident, Said.BACK, now, held)
    if held:
        board = replace(board, held={**board.held, id_: Waiting(item.service, owed)})
    elif thread.changed is None:
        thread = replace(thread, changed=now)
    return Step(board.with_thread(thread.having(member)), notes=Notes(owed=(owed,)))


def _closed(told: Incident, known: Incident, now: int) -> Incident:
    """The incident with its end: as told, or as far as it is known, its end having gone unseen."""
    if told.end is not None:
        return told
    return replace(known, end=max(now, known.confirmed), closing="recovered", end_uncertain=True)
