"""How a service stands, in one line: what the user asked for, and why it is as it is, with times of day.

The first thing said is what makes it differ from a service in the same condition: a line may be cut at its end.
"""

from __future__ import annotations

from trayapp.core.dependence import DEPENDENCY
from trayapp.core.wording import TO_AND_FRO, acknowledged, condition
from trayapp.core.words import ServiceView, Status
from trayapp.ui.times import lasting

_UNSEEN = {
    "network.offline": "not judged while offline",
    "network.portal": "not judged until you log in",
    "network.dns": "not judged: no name server",
}
"""What the window's card explains for all of them, said of one in short."""


def standing(view: ServiceView, now: int) -> str:
    """The line below its name."""
    parts = [_condition(view, now)]
    if view.belief.flapping:
        parts.insert(0, TO_AND_FRO)
    if acknowledged(view):
        parts.insert(0, "acknowledged")
    if is_snoozed(view, now):
        parts.insert(0, f"snoozed {lasting(view.telling.snoozed_until or now, now)}")
    return " · ".join(parts)


def awaited(view: ServiceView) -> str:
    """What the bell beside its name means; empty where there is none."""
    return "you will be told when it is back" if view.when_back else ""


def is_snoozed(view: ServiceView, now: int) -> bool:
    """Whether a snooze is on."""
    return view.telling.snoozed_until is not None and view.telling.snoozed_until > now


def is_hushed(view: ServiceView, now: int) -> bool:
    """Whether its trouble needs nobody, because somebody took note of it or wants to hear nothing."""
    return acknowledged(view) or is_snoozed(view, now)


def is_beyond_a_network(view: ServiceView) -> bool:
    """Whether it is not judged because of a network that cannot be seen."""
    return view.belief.status is Status.UNKNOWN and view.belief.reason.startswith("network")


def is_out_of_sight(view: ServiceView) -> bool:
    """Whether it is not judged for a reason that is not its own: a network, or a service that it needs."""
    needs_another = view.belief.status is Status.UNKNOWN and view.belief.reason == DEPENDENCY
    return needs_another or is_beyond_a_network(view)


def _condition(view: ServiceView, now: int) -> str:
    belief = view.belief
    match belief.status:
        case Status.PAUSED if view.paused_until is not None:
            return f"paused {lasting(view.paused_until, now)}"
        case Status.MAINTENANCE if view.maintenance_until is not None:
            return f"in maintenance {lasting(view.maintenance_until, now)}"
        case Status.UNKNOWN if belief.reason in _UNSEEN and not belief.suspect:
            return f"{_UNSEEN[belief.reason]}{' · was down' if belief.incident is not None else ''}"
    return condition(view, now)
