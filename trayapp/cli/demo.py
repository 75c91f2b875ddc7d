"""`watchbell demo`: a small world on loopback that lives through an outage, and Watchbell watching it."""

from __future__ import annotations

import argparse

from trayapp.cli.home import places_of
from trayapp.cli.run import has_display, run_here
from trayapp.demo.home import demo_home


def main(arguments: argparse.Namespace) -> int:
    if arguments.terminal or arguments.json or not has_display():
        return demo_in_terminal(json=arguments.json)
    places = places_of(arguments)
    places.prepare()
    return run_here(places, None, window=True, hidden=False, demo=True)


def demo_in_terminal(*, json: bool, seconds: float | None = None) -> int:
    """The demo world, watched as `watchbell watch` does it."""
    from trayapp.cli.watch import watch  # noqa: PLC0415 - needed in a terminal alone

    with demo_home() as places:
        return watch(places, json=json, seconds=seconds, notify=False, demo=True)
