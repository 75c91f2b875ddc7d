"""`watchbell demo`: a small world on loopback that lives through an outage, and Watchbell watching it."""

from __future__ import annotations

import argparse

from trayapp.cli import exits, show
from trayapp.cli.home import places_of
from trayapp.cli.run import run_here
from trayapp.demo.home import demo_home
from trayapp.desktop.display import has_display


def main(arguments: argparse.Namespace) -> int:
    if arguments.terminal or arguments.json or not has_display():
        return demo_in_terminal(json=arguments.json)
    places = places_of(arguments)
    try:
        places.prepare()
    except OSError as fault:
        show.complain(f"cannot use {places.run}: {fault}")
        return exits.NOT_RUNNING
    return run_here(places, None, window=True, hidden=False, demo=True)


def demo_in_terminal(*, json: bool, seconds: float | None = None) -> int:
    """The demo world, watched as `watchbell watch` does it."""
    from trayapp.cli.watch import watch  # noqa: PLC0415 - needed in a terminal alone

    with demo_home() as places:
        return watch(places, json=json, seconds=seconds, notify=False, demo=True)
