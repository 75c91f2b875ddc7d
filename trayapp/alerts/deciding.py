"""What one result leads to: the told/want rule, and what comes of it on the board."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from trayapp.alerts import hearing, rebuffs, reconcile, remarks
from trayapp.alerts.board import Board, Step
from trayapp.alerts.grouping import ties, unrelated
from trayapp.core import flapping
from trayapp.core.words import Belief, Incident, Service, Telling

RESTLESS = 4
"""Services with nothing in common that fail now and then: from so many on, if they are a fifth of all, it may well be
the line. Chance alone, one check in a thousand, makes one in fifty do so.
"""

_LOOKED_AT = 64


def after_result(
    board: Board,
    service: Service,
    belief: Belief,
    told: Telling,
    decisive: bool,
    now: int,
    *,
    watched: int = 0,
    suppressed: str = "",
    ended: Incident | None = None,
) -> tuple[Telling, Step]:
    """What the user will have been told of the service, and the step that takes it down. For the arguments see
    `reconcile.after`; `watched` is how many services there are. What is to be shown at once is up to `telling.tell`.
    """
    asked = service.id in board.when_back
    step = Step(_with_stumbling(board, service, belief) if decisive else board)
    board = step.board
    if decisive:
        step = step.then(rebuffs.lift(step.board, service))
    if reconcile.may_remark(service, reconcile.lapsed(told, belief, now), suppressed):
        tell = remarks.tell_of_flapping if decisive else rebuffs.tell
        step = step.then(tell(step.board, service, belief, now))
    told, items = reconcile.after(
        service,
        belief,
        told,
        decisive,
        now,
        suppressed=suppressed,
        asked=asked,
        unsteady=service.id in step.board.flapping,
        restless=belief.incident is not None and _restless(board, service, watched),
        ended=ended,
    )
    if not decisive:
        return told, step
    for item in items:
        step = step.then(hearing.hear(step.board, item, now))
    if asked and belief.incident is None:
        step = step.then(hearing.ask_when_back(step.board, service.id, False, now))
    return told, step


def _with_stumbling(board: Board, service: Service, belief: Belief) -> Board:
    stumbles = flapping.stumbled(belief.raw, service)
    if stumbles is (service.id in board.stumbling):
        return board
    others = {id_: tied for id_, tied in board.stumbling.items() if id_ != service.id}
    return replace(board, stumbling={**others, service.id: ties(service)} if stumbles else others)


def _restless(board: Board, service: Service, watched: int) -> bool:
    """Whether everything fails now and then, whatever it is of."""
    if len(board.stumbling) < max(RESTLESS, watched / 5):
        return False
    others = ((id_, tied) for id_, tied in board.stumbling.items() if id_ != service.id)
    return unrelated(dict(islice(others, _LOOKED_AT))) >= RESTLESS
