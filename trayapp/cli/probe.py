"""`watchbell probe TARGET`: any address once, without configuration."""

from __future__ import annotations

import argparse

from trayapp import events
from trayapp.cli import exits, show
from trayapp.cli.check import ask_all
from trayapp.cli.home import places_of
from trayapp.cli.inhand import secrets_with
from trayapp.config.proposal import BadTarget, propose


def main(arguments: argparse.Namespace) -> int:
    try:
        proposal = propose(arguments.target, arguments.keys)
    except BadTarget as fault:
        for sentence in fault.sentences:
            show.complain(sentence)
        return exits.USAGE
    places = places_of(arguments)
    (result,) = ask_all(places, secrets_with(places, proposal), [proposal.service])
    if arguments.json:
        print(events.line(events.check_object(result)))
    else:
        console = show.console()
        console.print(show.checks_table([(proposal.service.probe.target, result)]))
        for line in filter(None, (show.phases(result.finding), show.details(result.finding))):
            console.print(f"   {line}", style="bright_black", markup=False, highlight=False)
        if result.finding.address:
            console.print(f"   at {result.finding.address}", style="bright_black")
    return exits.of_outcomes([result.finding.outcome])
