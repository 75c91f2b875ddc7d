"""A monitor that cannot see says so, and says when it sees again; so it does when it is unwell, or a service flaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from trayapp.alerts import sentences, storm
from trayapp.alerts.board import Board, Step, Unsteady
from trayapp.alerts.showing import remark
from trayapp.core import wording
from trayapp.core.news import Notes, Standing
from trayapp.core.words import Belief, Service, Sight

BLIND_AFTER = 300_000
"""Milliseconds without sight of a network after which that is told."""

DAY = 86_400_000
"""Milliseconds after which blindness is told again."""

NAMED = 3
"""Services that a notification of flapping names as they join it; more of them are a bad line, and known to be."""

WELL_AGAIN = 3_600_000
"""Milliseconds in which the same problem of ours is told once."""


def due(board: Board, now: int) -> int | None:
    """When there is something to tell of this, places aside; None: nothing that is known now."""
    if board.holding:
        return None
    moments = [sight.since + BLIND_AFTER for sight in _unseen(board) if sight.network not in board.blind]
    if board.blind_told is not None and any(sight.network in board.blind for sight in _unseen(board)):
        moments.append(board.blind_told + DAY)
    if _seen_again(board) or _new_problems(board, now):
        moments.append(now)
    return min(moments, default=None)


def tell(board: Board, now: int) -> Step:
    """Tell the difference between what we see and what was told of it, if it is time and there is a place."""
    step = _lift(board)
    for each in (_sight, _blind, _impaired):
        if not board.holding and storm.others_may_show(step.board.shown, now, ring=True):
            step = step.then(each(step.board, now))
    return step


def tell_of_flapping(board: Board, service: Service, belief: Belief, now: int) -> Step:
    """Tell once that it began to flap, and once that it ceased. May be called as often as one likes.

    A line that loses packets makes many services flap: those that begin within an hour of one that was told join its
    notification, and the end is told when the last of them has ceased.
    """
    known = service.id in board.flapping
    if belief.flapping is known or (board.holding and not service.critical):
        return Step(board)
    return _steady(board, service, belief, now) if known else _unsteady(board, service, belief, now)


def _unsteady(board: Board, service: Service, belief: Belief, now: int) -> Step:
    latest = max((each.told for each in board.flapping.values()), default=None)
    joins = latest is not None and 0 <= now - latest < storm.HOUR
    began = latest if joins and latest is not None else now
    together = [*(each.service for each in board.flapping.values() if each.told == began), service]
    step = Step(board)
    if storm.others_may_show(board.shown, now, ring=not joins):
        if not joins:
            step = remark(board, "flapping", (service.id,), *wording.flapping(service, belief.raw), now)
        elif len(together) <= NAMED:
            ids = tuple(each.id for each in together)
            step = remark(board, "flapping", ids, *sentences.flapping(together), now, ring=False)
    elif not joins:
        return step
    board = replace(step.board, flapping={**board.flapping, service.id: Unsteady(service, began)})
    return step.on(board, Notes(standing=(Standing("flapping", service.id, began),)))


def _steady(board: Board, service: Service, belief: Belief, now: int) -> Step:
    left = {id_: each for id_, each in board.flapping.items() if id_ != service.id}
    told = board.flapping[service.id].told
    if service.notify != "all" or any(each.told == told for each in left.values()):
        step = Step(board)
    elif storm.others_may_show(board.shown, now, ring=True):
        step = remark(board, "stable", (service.id,), *wording.stable(service, belief.status), now)
    else:
        return Step(board)
    return step.on(replace(step.board, flapping=left), Notes(lifted=(("flapping", service.id),)))


def _unseen(board: Board) -> list[Sight]:
    return [sight for sight in board.sights if sight.state != "online" and sight.network != "loopback"]


def _seen_again(board: Board) -> list[str]:
    online = {sight.network for sight in board.sights if sight.state == "online"}
    return [network for network in board.blind if network in online]


def _lift(board: Board) -> Step:
    """A network that no service needs any more is neither seen nor missed."""
    known = {sight.network for sight in board.sights}
    gone = [network for network in board.blind if known and network not in known]
    return _without_blindness(board, gone) if gone else Step(board)


def _without_blindness(board: Board, networks: Sequence[str]) -> Step:
    blind = {network: since for network, since in board.blind.items() if network not in networks}
    board = replace(board, blind=blind, blind_told=board.blind_told if blind else None)
    return Step(board, notes=Notes(lifted=tuple(("blind", network) for network in networks)))


def _sight(board: Board, now: int) -> Step:
    again = _seen_again(board)
    if not again:
        return Step(board)
    since = min(board.blind[network] for network in again)
    step = _without_blindness(board, again)
    return step.then(remark(step.board, "sight", (), *sentences.sight(again, since, now), now))


def _blind(board: Board, now: int) -> Step:
    unseen = [s for s in _unseen(board) if s.network in board.blind or now - s.since >= BLIND_AFTER]
    new = any(sight.network not in board.blind for sight in unseen)
    again = board.blind_told is not None and now - board.blind_told >= DAY
    if not unseen or not (new or again):
        return Step(board)
    # Told before a restart, its beginning is what was told.
    since: Mapping[str, int] = {s.network: min(s.since, board.blind.get(s.network, s.since)) for s in unseen}
    told = [replace(sight, since=since[sight.network]) for sight in unseen]
    board = replace(board, blind={**board.blind, **since}, blind_told=now)
    step = remark(board, "blind", (), *sentences.blind(told, now), now)
    return step.on(step.board, Notes(standing=tuple(Standing("blind", s.network, s.since) for s in told)))


def _new_problems(board: Board, now: int) -> list[str]:
    return [problem for problem in board.problems if now - board.troubles.get(problem, now - DAY) >= DAY]


def _impaired(board: Board, now: int) -> Step:
    new = _new_problems(board, now)
    if not new:
        return Step(board)
    kept = {p: at for p, at in board.troubles.items() if p in board.problems or now - at < WELL_AGAIN}
    board = replace(board, troubles={**kept, **dict.fromkeys(new, now)})
    return remark(board, "impaired", (), *sentences.impaired(new), now)
