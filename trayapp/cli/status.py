"""`watchbell status`: what is true now, from the running program, or else from history with its age."""

from __future__ import annotations

import argparse
from typing import Any

from trayapp import events
from trayapp.cli import exits, show
from trayapp.cli.home import chosen, configured, places_of
from trayapp.config.places import Places
from trayapp.core import timeline, wording
from trayapp.core.words import Belief, Service, ServiceView, Status, Telling
from trayapp.desktop.control import NoAnswer, Refused, ask
from trayapp.desktop.door import NotRunning
from trayapp.history.faults import HistoryUnavailable
from trayapp.history.queries import Reader
from trayapp.monitor.clock import SystemClock

DAY = 86_400_000
PATIENCE = 3.0
"""Seconds for the running program to answer."""


def main(arguments: argparse.Namespace) -> int:
    places = places_of(arguments)
    now = SystemClock().now()
    loaded = configured(places)
    assert loaded.settings is not None
    wanted = chosen(loaded.settings.services, arguments.ids, places) if arguments.ids else loaded.settings.services
    reader = Reader(places.history_db)
    running = _from_program(places)
    services = running["services"] if running else _from_history(reader, wanted, now)
    ids = {service.id for service in wanted}
    services = [service for service in services if service["id"] in ids]
    shares = _shares(reader, [service["id"] for service in services], now)
    for service in services:
        service["availability_24h"], service["coverage_24h"] = shares[service["id"]]
    if arguments.json:
        for service in services:
            print(events.line(service))
    else:
        _show(services, running)
    return exits.of_statuses(Status(service["status"]) for service in services)


def _show(services: list[dict[str, Any]], running: dict[str, Any] | None) -> None:
    console = show.console()
    if not services:
        console.print("Nothing is watched yet. `watchbell add https://example.com` adds a service.")
        return
    if running is None:
        console.print("Watchbell is not running; this is what it last knew.", style="yellow")
    for problem in running["problems"] if running else ():
        console.print(problem, style="yellow")
    if running and running["paused_until"]:
        console.print(f"Watching is paused until {running['paused_until']}.", style="blue")
    console.print(show.services_table(services))


def _from_program(places: Places) -> dict[str, Any] | None:
    try:
        return ask(places.socket, {"do": "status"}, PATIENCE)
    except NotRunning:
        return None
    except (NoAnswer, Refused) as fault:
        show.complain(f"{fault}; showing what history holds")
        return None


def _from_history(reader: Reader, services: tuple[Service, ...] | list[Service], now: int) -> list[dict[str, Any]]:
    """The objects of `status --json` for what was last known, each with the age of that in `age_ms`."""
    try:
        known = {latest.service: latest for latest in reader.latest(now)}
    except HistoryUnavailable as fault:
        show.complain(str(fault))
        known = {}
    objects = []
    for service in services:
        latest = known.get(service.id)
        belief, telling = Belief(service.id, Status.UNKNOWN, now, "new"), Telling(service.id)
        if latest is not None:
            belief = Belief(
                service.id, latest.status, latest.since, latest.reason, incident=latest.incident, last=latest.last
            )
            telling = latest.telling
        entry = events.service_object(ServiceView(service, belief, telling), now)
        entry["age_ms"] = now - belief.last.ended if belief.last else None
        if belief.last is not None:
            entry["why"] = f"{entry['why']} · {wording.duration(now - belief.last.ended)} ago"
        objects.append(entry)
    return objects


def _shares(reader: Reader, ids: list[str], now: int) -> dict[str, tuple[float | None, float | None]]:
    """Availability and coverage of the last 24 hours, from history, whoever runs."""
    try:
        timelines = reader.timelines(ids, now - DAY, now, now)
    except HistoryUnavailable:
        return dict.fromkeys(ids, (None, None))
    tallies = {id_: timeline.tally(segments, now - DAY, now) for id_, segments in timelines.items()}
    return {id_: (tally.availability, tally.coverage) for id_, tally in tallies.items()}
