"""`watchbell add TARGET`: looks at an address, proposes the service, writes it."""

from __future__ import annotations

import argparse

from trayapp.cli import exits, show
from trayapp.cli.check import ask_all
from trayapp.cli.home import places_of
from trayapp.config.document import Unreadable, read_document
from trayapp.config.load import parse
from trayapp.config.places import Places
from trayapp.config.proposal import BadTarget, Proposal, propose
from trayapp.config.save import CannotSave, Conflict, add_service, save
from trayapp.config.secrets import Secrets
from trayapp.core.wording import duration
from trayapp.core.words import Outcome
from trayapp.desktop.control import NoAnswer, Refused, ask
from trayapp.desktop.door import NotRunning
from trayapp.probes.base import SecretUnavailable


def main(arguments: argparse.Namespace) -> int:
    places = places_of(arguments)
    try:
        places.prepare()
        basis = _basis(places)
        settings = parse(basis).settings
        if settings is None:
            show.complain(f"{places.services_toml} has to be mended first; `watchbell config check` says where")
            return exits.CONFIG
        taken = [service.id for service in settings.services]
        names = {"name": arguments.name or "", "group": arguments.group or ""}
        proposal = propose(arguments.target, arguments.keys, taken, **names)
    except BadTarget as fault:
        for sentence in fault.sentences:
            show.complain(sentence)
        return exits.USAGE
    except (OSError, Unreadable) as fault:
        show.complain(f"{places.services_toml}: {fault}")
        return exits.CONFIG
    try:
        _keep_secret(places, proposal)
        text = add_service(basis, proposal.service.id, proposal.table)
        _look(places, proposal)
        save(places.services_toml, text, basis)
    except (CannotSave, Conflict, SecretUnavailable, OSError) as fault:
        show.complain(f"nothing was written: {fault}")
        return exits.CONFIG
    _say(places, proposal)
    return 0


def _basis(places: Places) -> str:
    """The text that the file holds now; empty where there is none yet."""
    try:
        return read_document(places.services_toml).text
    except FileNotFoundError:
        return ""


def _keep_secret(places: Places, proposal: Proposal) -> None:
    """A password in the address goes to the keyring, bound to where it may be sent."""
    if proposal.credentials is not None:
        secrets = Secrets(places.keyring_service)
        secrets.set(proposal.secret, proposal.credentials.authorization, proposal.service.probe.target)
        print(f'The password is in the keyring now, as "{proposal.secret}".')


def _look(places: Places, proposal: Proposal) -> None:
    (result,) = ask_all(places, [proposal.service], lambda result: None)
    show.console().print(show.checks_table([(proposal.service.probe.target, result)]))
    if result.finding.outcome is not Outcome.OK:
        print("It is added all the same: that is what Watchbell is there to tell.")


def _say(places: Places, proposal: Proposal) -> None:
    service = proposal.service
    print(f'"{service.title}" is watched every {duration(service.interval)}, as services.{service.id}')
    print(f"in {places.services_toml}.")
    try:
        ask(places.socket, {"do": "reload"}, 3.0)
    except NotRunning:
        print("Watchbell is not running now; `watchbell` starts it.")
    except (NoAnswer, Refused) as fault:
        show.complain(f"the running Watchbell will notice by itself: {fault}")
