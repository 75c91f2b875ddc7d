"""`watchbell probe TARGET`: any address once, without configuration."""

from __future__ import annotations

import argparse

from trayapp import events
from trayapp.cli import exits, show
from trayapp.cli.check import ask_all
from trayapp.cli.home import places_of
from trayapp.config.proposal import BadTarget, propose


def main(arguments: argparse.Namespace) -> int:
    try:
        service = propose(arguments.target, arguments.keys).service
    except BadTarget as fault:
        for sentence in fault.sentences:
            show.complain(sentence)
        return exits.USAGE
    (result,) = ask_all(places_of(arguments), [service], lambda result: None)
    if arguments.json:
        print(events.line(events.check_object(result)))
    else:
        console = show.console()
        console.print(show.checks_table([(service.probe.target, result)]))
        if detail := show.phases(result.finding):
            console.print(f"   {detail}", style="bright_black")
        if result.finding.address:
            console.print(f"   from {result.finding.address}", style="bright_black")
    return exits.of_outcomes([result.finding.outcome])
