"""`watchbell status`: what is true now, from the running program, or else from history with its age."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from trayapp import events
from trayapp.cli import exits, show
from trayapp.cli.home import chosen, configured, meant, places_of
from trayapp.config.places import Places
from trayapp.core import timeline, wording
from trayapp.core.words import Belief, Service, ServiceView, Status, Telling
from trayapp.desktop.control import NoAnswer, Refused, ask
from trayapp.desktop.door import NotRunning
from trayapp.history.faults import HistoryUnavailable
from trayapp.history.queries import Latest, Reader
from trayapp.monitor.clock import SystemClock

DAY = 86_400_000
PATIENCE = 3.0
"""Seconds for the running program to answer."""

FIELDS = (
    "id",
    "name",
    "group",
    "status",
    "reason",
    "since",
    "suspect",
    "flapping",
    "acknowledged",
    "maintenance",
    "last_check",
    "availability_24h",
    "coverage_24h",
    "incident",
)
"""What `--json` prints of a service, in this order."""


_SEEN = frozenset({Status.UP, Status.DEGRADED, Status.DOWN})


def main(arguments: argparse.Namespace) -> int:
    places = places_of(arguments)
    now = SystemClock().now()
    reader = Reader(places.history_db)
    running = _from_program(places)
    right = True
    if running is not None:
        services = _asked_for(running["services"], arguments.ids)
    else:
        all_, loaded = configured(places)
        right = loaded.right or bool(arguments.ids)
        wanted = chosen(all_, arguments.ids, loaded.left_out, places) if arguments.ids else all_
        services = _from_history(reader, wanted, now)
    shares = _shares(reader, [service["id"] for service in services], now)
    for service in services:
        service["availability_24h"], service["coverage_24h"] = shares[service["id"]]
    if arguments.json:
        for service in services:
            print(events.line({field: service[field] for field in FIELDS}))
    else:
        _show(services, running)
    return exits.of_statuses(Status(service["status"]) for service in services) if right else exits.CONFIG


def _show(services: list[dict[str, Any]], running: dict[str, Any] | None) -> None:
    console = show.console()
    if running is None and services:
        console.print("Watchbell is not running; this is what it knew last.", style="yellow")
    for sentence in (*running["problems"], *running["faults"]) if running else ():
        console.print(wording.plain(sentence, 500), style="yellow")
    if running and running["paused_until"]:
        console.print(f"Watching is paused until {running['paused_until']}.", style="blue")
    if services:
        console.print(show.services_table(services))
    elif running is None or not running["faults"]:
        console.print("Nothing is watched yet. `watchbell add https://example.com` adds a service.")


def _from_program(places: Places) -> dict[str, Any] | None:
    try:
        return ask(places.socket, {"do": "status"}, PATIENCE)
    except NotRunning:
        return None
    except (NoAnswer, Refused) as fault:
        show.complain(f"{fault}; this is what history holds")
        return None


def _asked_for(services: list[dict[str, Any]], ids: list[str]) -> list[dict[str, Any]]:
    """What the running program says of these, of all where none is named; exits with 64 where it knows one not."""
    known = {service["id"]: service for service in services}
    unknown = [id_ for id_ in ids if id_ not in known]
    for id_ in unknown:
        show.complain(f'the running Watchbell watches no "{id_}"{meant(id_, known)}')
    if unknown:
        raise SystemExit(exits.USAGE)
    return [known[id_] for id_ in ids] if ids else services


def _from_history(reader: Reader, services: Sequence[Service], now: int) -> list[dict[str, Any]]:
    """The same objects for what was known last, with its age in the sentence."""
    try:
        known = {latest.service: latest for latest in reader.latest(now)}
    except HistoryUnavailable as fault:
        show.complain(str(fault))
        known = {}
    return [_known_last(service, known.get(service.id), now) for service in services]


def _known_last(service: Service, latest: Latest | None, now: int) -> dict[str, Any]:
    if latest is None:
        view = ServiceView(service, Belief(service.id, Status.UNKNOWN, now, "new"), Telling(service.id))
        return events.service_object(view, now)
    belief = Belief(service.id, latest.status, latest.since, latest.reason, incident=latest.incident, last=latest.last)
    ended = latest.last.ended if latest.last is not None else latest.since
    age = f"checked {wording.duration(now - ended)} ago" if now - ended >= 1_000 else "checked just now"
    if latest.lost_sight is None or latest.status not in _SEEN:
        entry = events.service_object(ServiceView(service, belief, latest.telling), now)
        said = show.said(latest.last.finding) if latest.reason == "new" and latest.last is not None else entry["why"]
        return {**entry, "why": f"{said} · {age}"}
    unseen = replace(belief, status=Status.UNKNOWN, since=latest.lost_sight, reason="not running")
    entry = events.service_object(ServiceView(service, unseen, latest.telling), now)
    return {**entry, "why": f"was {latest.status}, {age}"}


def _shares(reader: Reader, ids: list[str], now: int) -> dict[str, tuple[float | None, float | None]]:
    """Availability and coverage of the last 24 hours, from history, whoever runs."""
    try:
        timelines = reader.timelines(ids, now - DAY, now, now)
    except HistoryUnavailable:
        return dict.fromkeys(ids, (None, None))
    tallies = {id_: timeline.tally(segments, now - DAY, now) for id_, segments in timelines.items()}
    return {id_: (tally.availability, tally.coverage) for id_, tally in tallies.items()}
