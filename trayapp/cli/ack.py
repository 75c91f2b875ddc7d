"""`watchbell ack [ID…]`: somebody knows of an outage, and needs no reminders of it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from trayapp import events
from trayapp.cli import moments
from trayapp.cli.home import places_of
from trayapp.cli.running import Running, said_of, title
from trayapp.cli.show import say
from trayapp.monitor.clock import SystemClock


def main(arguments: argparse.Namespace) -> int:
    running = Running(places_of(arguments))
    asked_for = running.chosen(arguments.ids or list(running.services))
    down = [service for service in asked_for if service["incident"] is not None]
    if not arguments.ids and not down:
        say("Nothing is down, so there is nothing to acknowledge.")
        return 0
    ids = [service["id"] for service in down] if arguments.ids else None
    done = running.ask({"do": "acknowledge", "services": ids})["acknowledged"]
    for service in asked_for if arguments.ids else [running.services[id_] for id_ in done if id_ in running.services]:
        if service["id"] in done:
            what = "was acknowledged before" if service["acknowledged"] else "acknowledged"
            say(f"{title(service)}: {what}; no more reminders. {_recovery(service)}")
        else:
            say(f"{title(service)} is {said_of(service)}: there is nothing to acknowledge.")
    return 0


def _recovery(service: Mapping[str, Any]) -> str:
    """What will be heard of its end."""
    if service["when_back"]:
        return "Its recovery will be told, whatever else is set."
    if service["notify"] != "all":
        hint = f"`watchbell snooze {service['id']} until back` has it told."
        return f'Its recovery will not be told, as notify = "{service["notify"]}" says; {hint}'
    if service["snoozed_until"] is not None:
        until = events.moment(service["snoozed_until"])
        return f"It is snoozed {moments.until(until, SystemClock().now())}; its recovery will be told after that."
    return "Its recovery will still be told."
