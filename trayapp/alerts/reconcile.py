"""What was told against what is true: the one rule that decides that something is to be told.

Semantics, section 3: after a decisive result, unless telling is suppressed, a confirmed incident that was not
told is to be told, and a told one that is over is to be told to be over. Nothing else ever tells up or down.
When it is told, and in which company, the other files decide. "Told" here means: decided, and committed so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from trayapp.core import flapping
from trayapp.core.news import Said
from trayapp.core.words import Belief, Incident, Service, ServiceView, Status, Telling

SNOOZED, MUTE, FLAPPING, UNPROVEN = "snoozed", "notify is off", "flapping", "others fail as well"


@dataclass(frozen=True, slots=True)
class Item:
    """Something to be told of one service.

    `silent`: nobody wants to hear it, but what was told is no longer true. `withheld`: why an outage is not told.
    A BACK whose incident has no end is one of which nothing more is remembered.
    """

    service: Service
    incident: Incident
    said: Said
    silent: bool = False
    withheld: str = ""


def after(
    service: Service,
    belief: Belief,
    telling: Telling,
    decisive: bool,
    now: int,
    *,
    suppressed: str = "",
    asked: bool = False,
    unsteady: bool = False,
    restless: bool = False,
    ended: Incident | None = None,
) -> tuple[Telling, tuple[Item, ...]]:
    """What the user will have been told after a result, and the items that tell him.

    `decisive`: the result was anything but UNKNOWN. `suppressed` is why nothing may be told of the service now
    ("maintenance", "dependency"), else empty. `asked`: the user wants to be told when it is back, whatever else.
    `unsteady`: it was told to flap. `restless`: many others that have nothing in common fail now and then. `ended` is
    the incident of the service that was last closed, as far as it is remembered.
    """
    telling = lapsed(telling, belief, now)
    if not decisive:
        return telling, ()
    silence = suppressed or _silence(service, telling)
    is_back = asked and belief.incident is None and belief.status in {Status.UP, Status.DEGRADED}
    items: list[Item] = []
    incident, told = belief.incident, telling.told
    if told is not None and (incident is None or incident.id != told) and (is_back or not silence):
        items.append(_closing(service, told, ended, silent=service.notify != "all" and not is_back))
        telling = replace(telling, told=None)
    elif is_back and ended is not None:
        items.append(Item(service, ended, Said.BACK))
    if incident is not None and belief.status is Status.DOWN and incident.id != told:
        if not silence and unsteady and flapping.held_back(belief, now):
            silence = FLAPPING
        if not silence and restless and flapping.unproven(belief, service, now):
            silence = UNPROVEN
        items.append(Item(service, incident, Said.DOWN, withheld=silence))
        telling = telling if silence else replace(telling, told=incident.id)
    return telling, tuple(items)


def is_seen(view: ServiceView, incident: int) -> bool:
    """Whether the service is seen to be down now, with this very incident."""
    belief = view.belief
    return belief.status is Status.DOWN and belief.incident is not None and belief.incident.id == incident


def may_be_reminded(view: ServiceView, incident: int, now: int, suppressed: str = "") -> bool:
    """Whether this incident is still seen to be there, not taken note of, and may be told."""
    belief, telling = view.belief, view.telling
    if not is_seen(view, incident):
        return False
    return telling.acknowledged != incident and not (suppressed or _silence(view.service, lapsed(telling, belief, now)))


def may_remark(service: Service, telling: Telling, suppressed: str = "") -> bool:
    """Whether what is no outage may be told of it now: that it flaps, or its end taken note of; that it rebuffs us."""
    return not (suppressed or _silence(service, telling))


def lapsed(telling: Telling, belief: Belief, now: int) -> Telling:
    """The telling without what has run out by itself: a snooze that is over, a note of a closed incident."""
    if telling.snoozed_until is not None and now >= telling.snoozed_until:
        telling = replace(telling, snoozed_until=None)
    if telling.acknowledged is not None and (belief.incident is None or belief.incident.id != telling.acknowledged):
        telling = replace(telling, acknowledged=None)
    return telling


def _silence(service: Service, telling: Telling) -> str:
    if telling.snoozed_until is not None:
        return SNOOZED
    return MUTE if service.notify == "none" else ""


def _closing(service: Service, told: int, ended: Incident | None, *, silent: bool) -> Item:
    """How long it lasted is said only of the very incident that was told, never guessed from another."""
    known = ended if ended is not None and ended.id == told else Incident(told, service.id, 0, 0, "", "")
    return Item(service, known, Said.BACK, silent=silent)
