"""What of a snapshot needs a person: the tray icon's shape and count, and the menu's list.

What somebody acknowledged, snoozed or paused needs nobody, and neither does what cannot be seen
for want of a network. A service that cannot be asked because of its configuration does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trayapp.core.words import Blame, ServiceView, Snapshot, Status

_WORST_FIRST = (Status.DOWN, Status.DEGRADED, Status.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Attention:
    """The worst status that needs a person, how many services are down unacknowledged, and whether we are unwell."""

    status: Status
    count: int = 0
    impaired: bool = False


def needs_you(view: ServiceView, now: int) -> bool:
    """Whether a person should look at this service, at a time in ms UTC."""
    belief, telling = view.belief, view.telling
    if telling.snoozed_until is not None and telling.snoozed_until > now:
        return False
    if belief.status is Status.DOWN:
        return belief.incident is None or telling.acknowledged != belief.incident.id
    if belief.status is Status.UNKNOWN:
        return belief.last is not None and belief.last.finding.blame is Blame.CONFIG
    return belief.status is Status.DEGRADED


def needing_you(snapshot: Snapshot) -> tuple[ServiceView, ...]:
    """The services that need a person, the worst first."""
    needing = [view for view in snapshot.services if needs_you(view, snapshot.at)]
    return tuple(sorted(needing, key=lambda view: _WORST_FIRST.index(view.belief.status)))


def verdict(snapshot: Snapshot) -> Status:
    """The worst there is, whether or not somebody took note of it: what `core.wording.headline` is about."""
    if snapshot.paused_until is not None:
        return Status.PAUSED
    return _first((Status.DOWN, Status.DEGRADED, Status.UNKNOWN, Status.UP, Status.MAINTENANCE), snapshot.services)


def attention(snapshot: Snapshot) -> Attention:
    """What the tray icon says. Trouble that somebody took note of is not shown beside what is well."""
    impaired = bool(snapshot.problems)
    if snapshot.paused_until is not None:
        return Attention(Status.PAUSED, 0, impaired)
    needing = needing_you(snapshot)
    if needing:
        down = sum(view.belief.status is Status.DOWN for view in needing)
        return Attention(needing[0].belief.status, down, impaired)
    calm = (Status.UP, Status.DEGRADED, Status.DOWN, Status.UNKNOWN, Status.MAINTENANCE)
    return Attention(_first(calm, snapshot.services), 0, impaired)


def _first(order: Sequence[Status], views: Sequence[ServiceView]) -> Status:
    held = {view.belief.status for view in views}
    if not held:
        return Status.UNKNOWN
    return next((status for status in order if status in held), Status.PAUSED)
