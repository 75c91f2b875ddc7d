"""What of a snapshot needs a person: the tray icon's shape and count, and the menu's list.

What somebody acknowledged or snoozed needs nobody: the icon shows it as an outline, uncounted, for it is still wrong.
Neither does what cannot be seen for want of a network: that is told by a ring, for it is ours. A service that cannot
be asked because of its configuration needs somebody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trayapp.core.wording import blinded, out_of_sight
from trayapp.core.words import Blame, ServiceView, Snapshot, Status
from trayapp.ui.standing import is_hushed

_WORST_FIRST = (Status.DOWN, Status.DEGRADED, Status.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Attention:
    """The worst status there is, how many services are down unacknowledged, and how we ourselves are.

    `impaired`: Watchbell has a problem of its own. `blind`: a network that services need is lost to us. `hollow`:
    somebody took note of all that has this status.
    """

    status: Status
    count: int = 0
    impaired: bool = False
    blind: bool = False
    hollow: bool = False


def needs_you(view: ServiceView, now: int) -> bool:
    """Whether a person should look at this service, at a time in ms UTC."""
    return _is_wrong(view) and not is_hushed(view, now)


def _is_wrong(view: ServiceView) -> bool:
    belief = view.belief
    if belief.status is Status.UNKNOWN:
        return belief.last is not None and belief.last.finding.blame is Blame.CONFIG
    return belief.status in (Status.DOWN, Status.DEGRADED)


def needing_you(snapshot: Snapshot) -> tuple[ServiceView, ...]:
    """The services that need a person, the worst first."""
    needing = [view for view in snapshot.services if needs_you(view, snapshot.at)]
    return tuple(sorted(needing, key=lambda view: _WORST_FIRST.index(view.belief.status)))


def hushed(snapshot: Snapshot) -> tuple[ServiceView, ...]:
    """The services that would need a person, had nobody taken note of them or wished to hear nothing of them."""
    return tuple(view for view in snapshot.services if is_hushed(view, snapshot.at) and _is_wrong(view))


def verdict(snapshot: Snapshot) -> Status:
    """The worst there is, whether or not somebody took note of it: what `core.wording.headline` is about."""
    if snapshot.paused_until is not None:
        return Status.PAUSED
    worst_first = (Status.DOWN, Status.DEGRADED, Status.UNKNOWN, Status.UP, Status.MAINTENANCE)
    worst = _first(worst_first, snapshot.services)
    return Status.UNKNOWN if worst is Status.DEGRADED and blinded(snapshot) else worst


def attention(snapshot: Snapshot) -> Attention:
    """What the tray icon says: the worst there is. It is never well while something is wrong or not known yet."""
    ourselves = bool(snapshot.problems), _misses_a_network(snapshot)
    if snapshot.paused_until is not None:
        return Attention(Status.PAUSED, 0, *ourselves)
    needing, noted = needing_you(snapshot), hushed(snapshot)
    if needing or noted:
        worst = _first(_WORST_FIRST, (*needing, *noted))
        hollow = worst not in {view.belief.status for view in needing}
        return Attention(worst, sum(view.belief.status is Status.DOWN for view in needing), *ourselves, hollow)
    if any(_waits_for_its_first_check(view) for view in snapshot.services):
        return Attention(Status.UNKNOWN, 0, *ourselves)
    return Attention(_first((Status.UP, Status.UNKNOWN, Status.MAINTENANCE), snapshot.services), 0, *ourselves)


def _waits_for_its_first_check(view: ServiceView) -> bool:
    """Since the program began; a network that is away may keep it from it, and that is told by the ring."""
    belief = view.belief
    return belief.status is Status.UNKNOWN and belief.last is None and not belief.reason.startswith("network")


def _misses_a_network(snapshot: Snapshot) -> bool:
    """A VPN that is not connected is often meant to be so: the window tells of it, the icon does not."""
    lost = (sight.network for sight in snapshot.sights if out_of_sight(sight))
    return bool(blinded(snapshot)) and not all(network.startswith("vpn:") for network in lost)


def _first(order: Sequence[Status], views: Sequence[ServiceView]) -> Status:
    held = {view.belief.status for view in views}
    if not held:
        return Status.UNKNOWN
    return next((status for status in order if status in held), Status.PAUSED)
