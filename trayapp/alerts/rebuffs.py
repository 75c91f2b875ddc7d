"""A service that turns this computer away cannot be judged from here: told once, when it lasts."""

from __future__ import annotations

from dataclasses import replace

from trayapp.alerts import storm
from trayapp.alerts.board import Board, Step
from trayapp.alerts.showing import remark
from trayapp.core import wording
from trayapp.core.news import Notes, Standing
from trayapp.core.reasons import TURNED_AWAY
from trayapp.core.words import Belief, Service, Status

LASTING = 1_800_000
"""Milliseconds for which it must have turned us away. Limits are of minutes; bot checks are for ever."""


def tell(board: Board, service: Service, belief: Belief, now: int) -> Step:
    """Tell it, if it is time and there is a place. May be called as often as one likes."""
    turned_away = belief.status is Status.UNKNOWN and belief.reason == TURNED_AWAY
    if not turned_away or service.id in board.turned_away or now - belief.since < LASTING:
        return Step(board)
    if (board.holding and not service.critical) or not storm.others_may_show(board.shown, now, ring=True):
        return Step(board)
    step = remark(board, TURNED_AWAY, (service.id,), *wording.turned_away(service, belief, now), now)
    told = replace(step.board, turned_away=step.board.turned_away | {service.id})
    return step.on(told, Notes(standing=(Standing(TURNED_AWAY, service.id, now),)))


def lift(board: Board, service: Service) -> Step:
    """It answers as to everybody: nothing of it stands any more, and the next time is told anew."""
    if service.id not in board.turned_away:
        return Step(board)
    left = replace(board, turned_away=board.turned_away - {service.id})
    return Step(left, notes=Notes(lifted=((TURNED_AWAY, service.id),)))
