"""`watchbell status`: what is true now, from the running program, or else from history with its age."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from trayapp import events
from trayapp.cli import circumstances, exits, show
from trayapp.cli.home import chosen, configured, places_of
from trayapp.cli.last_known import last_known
from trayapp.cli.running import chosen as chosen_here
from trayapp.cli.running import other_version
from trayapp.config.places import Places
from trayapp.core import timeline
from trayapp.core.words import Status
from trayapp.desktop.control import NoAnswer, Refused, ask
from trayapp.desktop.door import NotRunning
from trayapp.engine import agenda
from trayapp.history.faults import HistoryUnavailable
from trayapp.history.queries import Reader
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
    "snoozed_until",
    "maintenance_until",
    "paused_until",
    "when_back",
)
"""What `--json` prints of a service, in this order."""


def main(arguments: argparse.Namespace) -> int:
    places = places_of(arguments)
    now = SystemClock().now()
    reader = Reader(places.history_db)
    running = _from_program(places)
    right = True
    if running is not None:
        services = _asked_for(running, arguments.ids)
    else:
        all_, loaded = configured(places)
        right = loaded.right or bool(arguments.ids)
        wanted = chosen(all_, arguments.ids, loaded.left_out, places) if arguments.ids else all_
        planned = agenda.maintenance(loaded.settings) if loaded.settings is not None else {}
        services = last_known(reader, wanted, planned, now)
    shares = _shares(reader, [service["id"] for service in services], now)
    for service in services:
        service["availability_24h"], service["coverage_24h"] = shares[service["id"]]
    if arguments.json:
        for service in services:
            print(events.line({field: service[field] for field in FIELDS}))
    else:
        _show(services, running, now)
    return exits.of_statuses(Status(service["status"]) for service in services) if right else exits.CONFIG


def _show(services: list[dict[str, Any]], running: dict[str, Any] | None, now: int) -> None:
    console = show.console()
    if running is None and services:
        console.print("Watchbell is not running; this is what it knew last.", style="yellow")
    for line, style in circumstances.above(running, now) if running else ():
        console.print(line, style=style)
    if services:
        show.print_table(console, show.services_table(services, now, console.width))
    elif running is None or not running["faults"]:
        console.print("Nothing is watched yet. `watchbell add https://example.com` adds a service.")


def _from_program(places: Places) -> dict[str, Any] | None:
    try:
        said = ask(places.socket, {"do": "status"}, PATIENCE)
    except NotRunning:
        return None
    except (NoAnswer, Refused) as fault:
        sentence = str(fault)
    else:
        sentence = other_version(said)
        if not sentence:
            return said
    show.complain(f"{sentence}; this is what history holds")
    return None


def _asked_for(running: dict[str, Any], ids: list[str]) -> list[dict[str, Any]]:
    """What the running program says of these, of all where none is named; exits with 64 where it knows one not."""
    known = {service["id"]: service for service in running["services"]}
    return [{**service, "paused_until": _pause(service, running)} for service in chosen_here(known, ids or list(known))]


def _pause(service: Mapping[str, Any], running: Mapping[str, Any]) -> str | None:
    """Until when it is not checked, be it for its own pause or for that of everything: RFC 3339 sorts as text."""
    if service["reason"] == "disabled":
        return None
    return max(filter(None, (service["paused_until"], running["paused_until"])), default=None)


def _shares(reader: Reader, ids: list[str], now: int) -> dict[str, tuple[float | None, float | None]]:
    """Availability and coverage of the last 24 hours, from history, whoever runs."""
    try:
        timelines = reader.timelines(ids, now - DAY, now, now)
    except HistoryUnavailable:
        return dict.fromkeys(ids, (None, None))
    tallies = {id_: timeline.tally(segments, now - DAY, now) for id_, segments in timelines.items()}
    return {id_: (tally.availability, tally.coverage) for id_, tally in tallies.items()}
