"""Boards made by hand, and what is on them."""

from __future__ import annotations

from typing import Any

from tests.alerts.world import MINUTE, SECOND, START, a_service
from trayapp.alerts.board import Board, Member, Step, Thread, Waiting
from trayapp.alerts.grouping import ties
from trayapp.core.news import Owed, Said
from trayapp.core.words import Incident, Service


def incident(number: int, service: str = "", end: int | None = None) -> Incident:
    """One of the service "s<number>", unless another is named."""
    closing = "" if end is None else "recovered"
    return Incident(number, service or f"s{number}", START - MINUTE, START - MINUTE, "refused", "no", end, closing)


def waiting(*numbers: int, at: int = START, held: bool = False, **keys: Any) -> dict[int, Waiting]:
    """First "downs" of services s1, s2, … with these keys."""
    return {n: Waiting(a_service(f"s{n}", **keys), Owed(incident(n), Said.DOWN, at, held)) for n in numbers}


def member(
    number: int, service: Service | None = None, said: Said | None = Said.DOWN, end: int | None = None
) -> Member:
    service = service or a_service(f"s{number}")
    return Member(service, incident(number, service.id, end), ties(service), said)


def thread(*members: Member, rung: int | None = START - SECOND, changed: int | None = None, **keys: Any) -> Thread:
    key = members[0].incident.id
    return Thread(key, {m.incident.id: m for m in members}, rung, rung, changed, **keys)


def board(*threads: Thread, of: dict[int, Waiting] | None = None, **keys: Any) -> Board:
    """`of` are those that wait."""
    return Board(next_id=50, waiting=of or {}, threads={t.key: t for t in threads}, **keys)


def told(step: Step) -> list[tuple[int | None, tuple[str, ...]]]:
    """Of each notification: its thread, and the services it tells for the first time to be down."""
    found = []
    for notification in step.notifications:
        mentions = [m for m in step.notes.mentions if m.notification == notification.id and m.said is Said.DOWN]
        found.append((notification.incident, tuple(f"s{m.incident}" for m in mentions)))
    return found
