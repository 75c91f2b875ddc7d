"""`watchbell pause [ID…] [WHEN]`: not checked at all for a while."""

from __future__ import annotations

import argparse

from trayapp.cli import exits, moments, show
from trayapp.cli.home import places_of
from trayapp.cli.moments import When
from trayapp.cli.resume import resume
from trayapp.cli.running import Running, title
from trayapp.cli.show import say
from trayapp.core.words import FOR_EVER
from trayapp.monitor.clock import SystemClock


def main(arguments: argparse.Namespace) -> int:
    now = SystemClock().now()
    try:
        ids, when = moments.split(arguments.words, now)
    except ValueError as fault:
        show.complain(str(fault))
        return exits.USAGE
    when = when or When(FOR_EVER)
    if when.back:
        show.complain(
            "what is paused is not checked, so nobody would see it come back; `watchbell snooze` is what you want"
        )
        return exits.USAGE
    running = Running(places_of(arguments))
    services = running.chosen(ids)
    if when.until is None:
        return resume(running, services)
    lasting = f"paused {moments.until(when.until, now)}"
    if not services:
        running.ask({"do": "pause", "until": when.until})
        say(f"Everything is {lasting}: nothing is checked and nothing told. `watchbell resume` goes on.")
        return 0
    running.ask({"do": "pause", "services": [service["id"] for service in services], "until": when.until})
    for service in services:
        say(f"{title(service)}: {lasting}; it is not checked. `watchbell resume {service['id']}` goes on.")
    return 0
