"""`watchbell markers`: the changes that somebody made."""

from __future__ import annotations

import argparse

from trayapp import events
from trayapp.cli import show, windows
from trayapp.cli.home import places_of
from trayapp.cli.known import Known
from trayapp.cli.reading import reads_history
from trayapp.core.wording import listed, plain
from trayapp.history.queries import Reader
from trayapp.monitor.clock import SystemClock


@reads_history
def main(arguments: argparse.Namespace) -> int:
    places = places_of(arguments)
    stretch = windows.chosen(arguments, "30d", SystemClock().now())
    reader = Reader(places.history_db)
    known = Known(places, reader)
    found = reader.markers(stretch.since, stretch.until + (stretch.until == stretch.now))  # one made this very moment
    if arguments.json:
        for marker in found:
            print(events.line(events.marker_object(marker)))
        return 0
    if not found:
        show.say(f"No change was marked {stretch.within}.")
        return 0
    console = show.console()
    rows = []
    for marker in found:
        of = listed([known.name(id_) for id_ in marker.services]) or "all services"
        when = windows.stamp(marker.at, stretch.now)
        rows.append((show.text(when), show.text(plain(of, 40), "bold"), show.text(plain(marker.text))))
    show.print_lines(console, show.aligned(rows, numbers={0}))
    return 0
