"""The board as it was before a restart, and what a crash kept from being shown.

A notification whose delivery was not attempted was seen by nobody: what it told is told anew, and an outage of
which that was the first word ends untold if it is over. One whose delivery was attempted may have been seen:
what is still down in it is told as a reminder, never as new.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from trayapp.alerts.board import Board, Member, Step, Thread, Unsteady, Waiting
from trayapp.alerts.grouping import ties
from trayapp.alerts.hearing import BRIEF
from trayapp.core.news import Mentioned, Notes, Owed, Recalled, Said, Told, Withheld
from trayapp.core.reasons import TURNED_AWAY
from trayapp.core.words import Incident, Notification, Service

_OF_SERVICES = frozenset({"flapping", TURNED_AWAY})
ServiceOf = Callable[[str], Service | None]


def resume(recalled: Recalled, service_of: ServiceOf, now: int) -> Step:
    """What to go on from. Nothing is shown yet: that is left to the first `telling.tell`."""
    lost = {notification.id for notification, attempted in recalled.undelivered if not attempted}
    maybe_seen = {notification.incident for notification, attempted in recalled.undelivered if attempted}
    standing = {(each.what, each.about): each.at for each in recalled.standing}
    unsaid = _untold_remarks(recalled, standing)
    unsaid += [key for key in standing if key[0] in _OF_SERVICES and key not in unsaid and service_of(key[1]) is None]
    for key in unsaid:
        del standing[key]
    board = Board(
        next_id=recalled.next_id,
        shown=recalled.shown,
        flapping={
            about: Unsteady(service, at)
            for (what, about), at in standing.items()
            if what == "flapping" and (service := service_of(about)) is not None
        },
        when_back=frozenset(about for what, about in standing if what == "when_back"),
        turned_away=frozenset(about for what, about in standing if what == TURNED_AWAY),
        blind={about: at for (what, about), at in standing.items() if what == "blind"},
    )
    if board.blind:
        board = replace(board, blind_told=now)
    notes = Notes(lifted=tuple(unsaid), dropped=tuple(notification.id for notification, _ in recalled.undelivered))
    owed = (*_owed_again(recalled, lost, now), *recalled.owed)
    step = _owed(Step(board, notes=notes), owed, _ends_decided(recalled), service_of, now)
    news = {each.incident.id: each.said for each in owed}
    # A summary may have told the end of what another thread told the beginning of: it stays with that one.
    homes = {
        each.incident.id: each.thread for each in sorted(recalled.mentioned, key=lambda each: each.said is Said.DOWN)
    }
    for told in recalled.threads:
        mentioned = [each for each in recalled.mentioned if homes[each.incident.id] == told.thread]
        step = _thread(step, told, _members(mentioned, news, service_of), told.thread in maybe_seen, now)
    return _endings(step, owed, service_of, now)


def _owed_again(recalled: Recalled, lost: Collection[int], now: int) -> Iterator[Owed]:
    """What was told by notifications that nobody can have seen is owed as before."""
    owed = {each.incident.id for each in recalled.owed}
    unheard = {each.incident.id for each in recalled.mentioned if each.said is Said.DOWN and each.notification in lost}
    for each in recalled.mentioned:
        if each.notification not in lost or each.incident.id in owed:
            continue
        if each.said is Said.DOWN or each.incident.id not in unheard:
            yield Owed(each.incident, each.said, now)


def _ends_decided(recalled: Recalled) -> frozenset[int]:
    """Incidents whose end was already to be told."""
    told = [each.incident.id for each in recalled.mentioned if each.said is Said.BACK]
    return frozenset(told + [each.incident.id for each in recalled.owed if each.said is Said.BACK])


def _owed(step: Step, owed: Iterable[Owed], decided: Collection[int], service_of: ServiceOf, now: int) -> Step:
    """What waited goes on waiting, but for incidents that are void because their service was edited meanwhile.

    An outage that is over ends untold: now, if its end was decided to be told, and else when that is decided. Until
    then its service is remembered as told to be down, and its end would be told to somebody who heard of nothing.
    """
    board, notes = step.board, Notes()
    for each in owed:
        incident, service = each.incident, service_of(each.incident.service)
        silent = service is not None and service.notify != "all"  # of its end nothing is left behind
        over = each.said is Said.DOWN and incident.end is not None and not each.held
        over = over and (silent or incident.id in decided)
        if service is None or over or _is_void(incident):
            reason = "removed" if service is None else incident.closing if _is_void(incident) else BRIEF
            withheld = (Withheld(incident.id, reason, now),) if each.said is Said.DOWN else ()
            notes += Notes(settled=(incident.id,), withheld=withheld)
            continue
        notes += Notes(owed=(each,))
        if each.held:
            board = replace(board, held={**board.held, incident.id: Waiting(service, each)})
        elif each.said is Said.DOWN:
            board = replace(board, waiting={**board.waiting, incident.id: Waiting(service, each)})
    return step.on(board, notes)


def _members(mentioned: Iterable[Mentioned], owed: Mapping[int, Said], service_of: ServiceOf) -> dict[int, Member]:
    """What a thread told of that somebody may have seen."""
    members: dict[int, Member] = {}
    for incident in {each.incident.id: each.incident for each in mentioned}.values():
        service = service_of(incident.service)
        news = owed.get(incident.id)
        if service is None or news is Said.DOWN or _is_void(incident):
            continue
        told_back = any(each.incident.id == incident.id and each.said is Said.BACK for each in mentioned)
        if (news is None and told_back) or (incident.end is not None and service.notify == "down"):
            member = Member(service, incident, ties(service), Said.BACK)
        elif news is Said.BACK:
            member = Member(service, incident, ties(service), Said.DOWN)
        else:
            # Its end, if it has one, was not decided to be told (it is snoozed, say): the board does not know it yet.
            member = Member(service, replace(incident, end=None, closing=""), ties(service), Said.DOWN)
        members[incident.id] = member
    return members


def _thread(step: Step, told: Told, members: Mapping[int, Member], maybe_seen: bool, now: int) -> Step:
    """The thread with its members; a notification of which nobody saw anything is none."""
    if not members:
        return step
    thread = Thread(told.thread, members, told.rung, told.shown, reminded=told.reminded, reminders=told.reminders)
    thread = replace(thread, again=maybe_seen and bool(thread.open))
    untold = any(member.unsaid and id_ not in step.board.held for id_, member in members.items())
    return step.on(step.board.with_thread(replace(thread, changed=now if untold or thread.again else None)))


def _endings(step: Step, owed: Iterable[Owed], service_of: ServiceOf, now: int) -> Step:
    """Ends that are owed of outages of which no notification is left."""
    gone = frozenset(step.notes.settled)
    for each in owed:
        id_, service = each.incident.id, service_of(each.incident.service)
        if each.said is Said.BACK and service is not None and id_ not in gone and step.board.thread_of(id_) is None:
            thread = Thread(id_, {id_: Member(service, each.incident, ties(service), Said.DOWN)})
            step = step.on(step.board.with_thread(replace(thread, changed=None if each.held else now)))
    return step


def _untold_remarks(recalled: Recalled, standing: Mapping[tuple[str, str], int]) -> list[tuple[str, str]]:
    """What stands as told though its notification was never attempted: it is to be told again."""
    lost = [notification for notification, attempted in recalled.undelivered if not attempted]
    return [key for key in standing if any(_tells(notification, *key) for notification in lost)]


def _tells(notification: Notification, what: str, about: str) -> bool:
    return notification.kind == what and (what == "blind" or about in notification.services)


def _is_void(incident: Incident) -> bool:
    return incident.closing in {"changed", "removed"}
