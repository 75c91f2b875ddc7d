"""`watchbell resume [ID…]`: what was paused is checked again."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from trayapp import events
from trayapp.cli import exits, moments
from trayapp.cli.home import places_of
from trayapp.cli.running import Running, title
from trayapp.cli.show import say
from trayapp.monitor.clock import SystemClock


def main(arguments: argparse.Namespace) -> int:
    running = Running(places_of(arguments))
    return resume(running, running.chosen(arguments.ids))


def resume(running: Running, services: Sequence[Mapping[str, Any]]) -> int:
    """Go on with these, or with everything where none are named."""
    return _resume_some(running, services) if services else _resume_all(running)


def _resume_all(running: Running) -> int:
    alone = [service for service in running.services.values() if service["paused_until"] is not None]
    if running.paused_until is not None:
        running.ask({"do": "pause", "until": None})
        say("Watching goes on.")
    elif not alone:
        say("Nothing is paused.")
    _go_on(running, alone, "it is checked again.")
    return 0


def _resume_some(running: Running, services: Sequence[Mapping[str, Any]]) -> int:
    paused = [service for service in services if service["paused_until"] is not None]
    rest = [service for service in services if service["paused_until"] is None]
    if running.paused_until is not None:
        _go_on(running, paused, "its own pause is over.")
        until = moments.until(events.moment(running.paused_until), SystemClock().now())
        say(f"Everything is paused {until}; `watchbell resume` without a name ends that.")
        return 0
    _go_on(running, paused, "it is checked again.")
    off = [service for service in rest if service["reason"] == "disabled"]
    for service in rest:
        how = "switched off in services.toml (enabled = false); switch it on there" if service in off else "not paused"
        say(f"{title(service)} is {how}.")
    return exits.CONFIG if off else 0


def _go_on(running: Running, services: Sequence[Mapping[str, Any]], sentence: str) -> None:
    if services:
        running.ask({"do": "pause", "services": [service["id"] for service in services], "until": None})
    for service in services:
        say(f"{title(service)}: {sentence}")
