"""When to ring. One variable per service says what the user was told; the difference to what is true is told.

Pure, and the only place that decides about notifications. The rule (semantics, section 3): after a
decisive result, unless telling is suppressed, a confirmed incident that was not told is told, and a
told incident that is over is told to be over. Nothing else tells up or down. Hence one "down" and one
closing for each incident, none for one that began and ended unseen, none repeated when a snooze ends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from trayapp.core import wording
from trayapp.core.words import Belief, Incident, Notification, Service, ServiceView, Status, Telling


def after(
    service: Service,
    belief: Belief,
    telling: Telling,
    decisive: bool,
    now: int,
    next_id: int,
    ended: Incident | None = None,
) -> tuple[Telling, tuple[Notification, ...]]:
    """What the user will have been told after a result, and the notifications that tell him.

    `decisive` says whether the result was anything but UNKNOWN. Ids are given from `next_id` on.
    `ended` is the incident that `telling.told` names, once it is over and as far as it is remembered:
    its closing is worded from it.
    """
    telling = _lapsed(telling, belief, now)
    if not decisive or telling.snoozed_until is not None or service.notify == "none":
        return telling, ()
    notifications: list[Notification] = []
    incident = belief.incident
    told = telling.told
    if told is not None and (incident is None or incident.id != told):
        if service.notify == "all":
            notifications.append(_closing(service, told, ended, now, next_id))
        telling = replace(telling, told=None)
    if incident is not None and belief.status is Status.DOWN and incident.id != told:
        notifications.append(_opening(service, incident, now, next_id + len(notifications)))
        telling = replace(telling, told=incident.id)
    return telling, tuple(notifications)


def forget(telling: Telling) -> Telling:
    """The told incident was closed because its service changed or went: nobody is told, nothing is owed."""
    return replace(telling, told=None, acknowledged=None)


def acknowledge(telling: Telling, incident: int) -> Telling:
    """The user knows of this incident: no more reminders of it; its recovery is still told."""
    return replace(telling, acknowledged=incident)


def snooze(telling: Telling, until: int | None) -> Telling:
    """Tell nothing of the service until then; None: go on telling with the next decisive result."""
    return replace(telling, snoozed_until=until)


def after_restart(
    undelivered: Sequence[tuple[Notification, bool]], view_of: Callable[[str], ServiceView | None], now: int
) -> tuple[tuple[Notification, ...], tuple[int, ...]]:
    """What still has to be told of that which a crash kept from being delivered, and the ids of the rest.

    Each notification comes with whether its delivery was attempted. One that was not is told as it is if
    it is still true. One that was may have been seen: while its incident is open it is told as a reminder,
    under its own id, and never as new. An outage whose "down" went out to nobody ends untold.
    """
    to_tell: list[Notification] = []
    dropped: list[int] = []
    unknown_to_all = {n.incident for n, attempted in undelivered if n.kind == "down" and not attempted}
    for notification, attempted in undelivered:
        view = view_of(notification.services[0]) if notification.services else None
        is_open = _open_incident(view, notification.incident) is not None
        if attempted:
            again = _reminder(notification, view, now)
        elif notification.kind == "down":
            again = notification if is_open else None
        else:
            again = None if notification.incident in unknown_to_all else notification
        if again is None:
            dropped.append(notification.id)
        else:
            to_tell.append(again)
    return tuple(to_tell), tuple(dropped)


def _lapsed(telling: Telling, belief: Belief, now: int) -> Telling:
    """The telling without what has run out by itself: a snooze that is over, a note of a closed incident."""
    if telling.snoozed_until is not None and now >= telling.snoozed_until:
        telling = replace(telling, snoozed_until=None)
    if telling.acknowledged is not None and (belief.incident is None or belief.incident.id != telling.acknowledged):
        telling = replace(telling, acknowledged=None)
    return telling


def _opening(service: Service, incident: Incident, now: int, id_: int) -> Notification:
    title, body = wording.down(service, incident, now)
    return Notification(id_, now, "down", (service.id,), incident.id, title, body, urgent=True)


def _closing(service: Service, told: int, ended: Incident | None, now: int, id_: int) -> Notification:
    """How long it lasted is said only of the very incident that was told, never guessed from another."""
    if ended is not None and ended.id == told:
        title, body = wording.recovered(service, ended, now)
    else:
        title, body = wording.recovered(service, Incident(told, service.id, now, now, "", ""), now)[0], ""
    return Notification(id_, now, "recovered", (service.id,), told, title, body)


def _reminder(notification: Notification, view: ServiceView | None, now: int) -> Notification | None:
    incident = _open_incident(view, notification.incident)
    if view is None or incident is None:
        return None
    title, body = wording.still_down(view.service, incident, now)
    return replace(notification, at=now, kind="reminder", title=title, body=body, urgent=True)


def _open_incident(view: ServiceView | None, id_: int | None) -> Incident | None:
    """The incident of this id, if it is the one that is open."""
    incident = view.belief.incident if view is not None else None
    return incident if incident is not None and incident.id == id_ else None
