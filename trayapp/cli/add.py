"""`watchbell add TARGET`: looks at an address, proposes the service, writes it."""

from __future__ import annotations

import argparse

from trayapp.adding import add, proposed
from trayapp.cli import exits, show
from trayapp.cli.check import ask_all
from trayapp.cli.home import places_of
from trayapp.cli.inhand import secrets_with
from trayapp.config.document import Unreadable
from trayapp.config.places import Places
from trayapp.config.proposal import BadTarget, Proposal, suited
from trayapp.config.save import CannotSave
from trayapp.config.secrets import Secrets
from trayapp.core.wording import duration
from trayapp.core.words import Finding, Outcome
from trayapp.desktop.control import NoAnswer, Refused, ask
from trayapp.desktop.door import NotRunning
from trayapp.probes.base import SecretUnavailable

PATIENCE = 3.0
"""Seconds for the running program to take the new service over."""


def main(arguments: argparse.Namespace) -> int:
    places = places_of(arguments)
    try:
        places.prepare()
        names = {"name": arguments.name or "", "group": arguments.group or ""}
        proposal = proposed(places.services_toml, arguments.target, arguments.keys, **names)
    except BadTarget as fault:
        for sentence in fault.sentences:
            show.complain(sentence)
        return exits.USAGE
    except (OSError, Unreadable) as fault:
        show.complain(f"{places.services_toml}: {fault}")
        return exits.CONFIG
    finding = _look(places, proposal)
    better = suited(proposal, finding)
    try:
        added = add(places.services_toml, better, Secrets(places.keyring_service))
    except SecretUnavailable as fault:
        show.complain(f"nothing was written, for the password in the address has no place to go: {fault.message}")
        return exits.CONFIG
    except OSError as fault:
        show.complain(f"nothing was written: {fault.strerror or fault}")
        return exits.NOT_WRITTEN
    except (CannotSave, Unreadable) as fault:
        show.complain(f"nothing was written: {fault}")
        return exits.CONFIG
    _say(places, added, good=finding.outcome is Outcome.OK)
    if better.service != proposal.service:
        print('Its page is very long, so the headers alone are read from now on (read = "headers").')
    return 0


def _look(places: Places, proposal: Proposal) -> Finding:
    (result,) = ask_all(places, secrets_with(places, proposal), [proposal.service])
    show.console().print(show.checks_table([(proposal.service.probe.target, result)]))
    finding: Finding = result.finding
    return finding


def _say(places: Places, proposal: Proposal, *, good: bool) -> None:
    service = proposal.service
    print(f'Added "{service.title}" as services.{service.id} to {places.services_toml},')
    print(f"to be checked every {duration(service.interval)}{'' if good else ', though it is not well now'}.")
    if advice := proposal.advice:
        print(advice)
    if proposal.secret:
        print(f'Its password is in the keyring, as "{proposal.secret}".')
    try:
        ask(places.socket, {"do": "reload"}, PATIENCE)
    except NotRunning:
        print("Watchbell is not running; `watchbell` starts it.")
    except (NoAnswer, Refused) as fault:
        show.complain(f"{fault}; it will notice by itself")
    else:
        print("The running Watchbell watches it from now on.")
