"""`watchbell snooze ID… WHEN`: checked as ever, and nothing told of it for a while."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from trayapp.cli import exits, moments, show
from trayapp.cli.home import places_of
from trayapp.cli.moments import When
from trayapp.cli.running import Running, said_of, title
from trayapp.cli.show import say
from trayapp.monitor.clock import SystemClock

USAGE = "Write it like `watchbell snooze twitter 2h`; `watchbell snooze -h` tells more"


def main(arguments: argparse.Namespace) -> int:
    now = SystemClock().now()
    try:
        ids, when = moments.split(arguments.words, now)
    except ValueError as fault:
        show.complain(str(fault))
        return exits.USAGE
    if not ids or when is None:
        show.complain(f"{'until when' if ids else 'which services'}? {USAGE}")
        return exits.USAGE
    running = Running(places_of(arguments))
    services = running.chosen(ids)
    if when.back:
        return _until_back(running, services)
    named = [service["id"] for service in services]
    running.ask({"do": "snooze", "services": named, "until": when.until})
    if when.until is None:
        running.ask({"do": "when_back", "services": named, "wanted": False})
    for service in services:
        say(f"{title(service)}: {_said(service, when, now)}")
    return 0


def _until_back(running: Running, services: Sequence[Mapping[str, Any]]) -> int:
    """No word of this outage but that it is over."""
    down = [service for service in services if service["incident"] is not None]
    if down:
        ids = [service["id"] for service in down]
        running.ask({"do": "acknowledge", "services": ids})
        running.ask({"do": "when_back", "services": ids, "wanted": True})
    for service in services:
        if service in down:
            say(f"{title(service)}: no more reminders; you will be told once when it is back, whatever else is set.")
        else:
            say(f"{title(service)} is {said_of(service)}: there is nothing to wait for.")
    return 0


def _said(service: Mapping[str, Any], when: When, now: int) -> str:
    if when.until is None:
        if service["snoozed_until"] is None and not service["when_back"]:
            return "was not snoozed."
        return "snoozed no more; from its next check on you are told again what happens."
    sentence = f"snoozed {moments.until(when.until, now)}; it is checked as ever, and nothing is told of it."
    if service["incident"] is not None and not service["when_back"]:
        sentence += f" `watchbell snooze {service['id']} until back` would tell you when it is back."
    return sentence
