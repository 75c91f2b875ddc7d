"""`watchbell mark TEXT`: somebody changed something, so that what happened since can be told from what was before."""

from __future__ import annotations

import argparse

from trayapp import events
from trayapp.cli import exits, moments, show, windows
from trayapp.cli.home import chosen, configured, places_of
from trayapp.cli.reading import reads_history
from trayapp.cli.recording import record
from trayapp.core.wording import listed, plain
from trayapp.monitor.clock import SystemClock

LONGEST = 1_000
"""Characters of what somebody says of a change."""


@reads_history
def main(arguments: argparse.Namespace) -> int:
    places = places_of(arguments)
    now = SystemClock().now()
    text = plain(" ".join(arguments.words), LONGEST)
    if not text:
        show.complain('what was changed? Write it like `watchbell mark "new memcached deployed"`')
        return exits.USAGE
    try:
        at = now if arguments.at is None else windows.moment(arguments.at, now)
        if at > now:
            raise ValueError(f'"{plain(arguments.at, 60)}" has not come yet; a marker is for what was changed')
    except ValueError as fault:
        show.complain(str(fault))
        return exits.USAGE
    names: list[str] = []
    ids = list(dict.fromkeys(arguments.service))
    if ids:
        all_, loaded = configured(places)
        names = [plain(service.title, 60) for service in chosen(all_, ids, loaded.left_out, places)]
    request = {"do": "mark", "text": text, "services": ids, "at": at}
    marker = record(places, request, lambda history: history.mark(text, ids, at), events.marked)["marker"]
    show.say(f"Marked {moments.clock(events.moment(marker['at']), now)} for {listed(names) or 'all services'}: {text}")
    return 0
