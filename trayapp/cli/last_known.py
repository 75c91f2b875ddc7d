"""What history knows of services while nobody watches them: the objects of `status`, with their age."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from trayapp import events
from trayapp.cli import show
from trayapp.cli.running import in_words
from trayapp.core import wording
from trayapp.core.calendar import Rule, Window, active
from trayapp.core.words import Belief, Service, ServiceView, Status, Telling
from trayapp.history.faults import HistoryUnavailable
from trayapp.history.queries import Latest, Reader

_SEEN = frozenset({Status.UP, Status.DEGRADED, Status.DOWN})


def last_known(
    reader: Reader, services: Sequence[Service], planned: Mapping[str, Sequence[Rule]], now: int
) -> list[dict[str, Any]]:
    """The same objects for what was known last, with its age; a planned maintenance needs nobody to see it."""
    if not services:
        return []
    try:
        known = {latest.service: latest for latest in reader.latest(now)}
    except HistoryUnavailable as fault:
        show.complain(str(fault))
        known = {}
    return [_known_last(service, known.get(service.id), active(planned[service.id], now), now) for service in services]


def _known_last(service: Service, latest: Latest | None, maintenance: Window | None, now: int) -> dict[str, Any]:
    belief = Belief(service.id, Status.UNKNOWN, now, "new")
    if latest is not None:
        last, incident = latest.last, latest.incident
        belief = Belief(service.id, latest.status, latest.since, latest.reason, incident=incident, last=last)
        belief = replace(belief, flapping=latest.flapping_since is not None, flapping_since=latest.flapping_since)
    view = ServiceView(service, belief, latest.telling if latest is not None else Telling(service.id))
    if maintenance is not None and belief.status is not Status.PAUSED:
        planned = replace(belief, status=Status.MAINTENANCE, since=maintenance.start, reason="maintenance")
        view = replace(view, belief=planned, maintenance_until=maintenance.end)
    elif (lost_sight := _lost_sight(latest)) is not None:
        view = replace(view, belief=replace(belief, status=Status.UNKNOWN, since=lost_sight, reason="not running"))
    entry = events.service_object(view, now)
    if latest is None:
        return entry
    if view.belief.reason == "not running":
        entry["why"] = f"was {in_words(latest.status)}"
    elif latest.reason == "new" and latest.last is not None:
        entry["why"] = show.said(latest.last.finding)
    age = now - (latest.last.ended if latest.last is not None else latest.since)
    return {**entry, "age": f"checked {wording.duration(age)} ago" if age >= 1_000 else "checked just now"}


def _lost_sight(latest: Latest | None) -> int | None:
    """Since when what history holds is only a memory; None: it holds still."""
    if latest is None:
        return None
    if latest.status is Status.MAINTENANCE:
        return latest.lost_sight or latest.since  # no maintenance is planned now: that one is over
    return latest.lost_sight if latest.status in _SEEN else None
