"""What one result leads to: the told/want rule, and what comes of it on the board."""

from __future__ import annotations

from trayapp.alerts import hearing, reconcile, remarks
from trayapp.alerts.board import Board, Step
from trayapp.alerts.grouping import ties, unrelated
from trayapp.core.words import Belief, Incident, Service, Telling

RESTLESS = 3
"""Services with nothing in common that flap at the same time: from then on it may well be the line."""


def after_result(
    board: Board,
    service: Service,
    belief: Belief,
    told: Telling,
    decisive: bool,
    now: int,
    *,
    suppressed: str = "",
    ended: Incident | None = None,
) -> tuple[Telling, Step]:
    """What the user will have been told of the service, and the step that takes it down. For the arguments see
    `reconcile.after`; what is to be shown at once is up to `telling.tell`.
    """
    asked = service.id in board.when_back
    step = Step(board)
    if decisive and reconcile.may_tell_of_flapping(service, reconcile.lapsed(told, belief, now), suppressed):
        step = step.then(remarks.tell_of_flapping(board, service, belief, now))
    others = {id_: ties(each.service) for id_, each in step.board.flapping.items() if id_ != service.id}
    told, items = reconcile.after(
        service,
        belief,
        told,
        decisive,
        now,
        suppressed=suppressed,
        asked=asked,
        unsteady=service.id in step.board.flapping,
        restless=len(others) >= RESTLESS and unrelated(others) >= RESTLESS,
        ended=ended,
    )
    if not decisive:
        return told, step
    for item in items:
        step = step.then(hearing.hear(step.board, item, now))
    if asked and belief.incident is None:
        step = step.then(hearing.ask_when_back(step.board, service.id, False, now))
    return told, step
