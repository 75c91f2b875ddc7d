"""`watchbell add TARGET`: looks at an address, proposes the service, writes it."""

from __future__ import annotations

import argparse

from trayapp.adding import text_of
from trayapp.cli import exits, show
from trayapp.cli.check import ask_all
from trayapp.cli.home import places_of
from trayapp.cli.inhand import secrets_with
from trayapp.config.document import Unreadable
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

PATIENCE = 3.0
"""Seconds for the running program to take the new service over."""


def main(arguments: argparse.Namespace) -> int:
    places = places_of(arguments)
    try:
        places.prepare()
        basis = text_of(places.services_toml)
        loaded = parse(basis)
        if loaded.settings is None:
            show.complain(f"{places.services_toml} has to be mended first; `watchbell config check` says where")
            return exits.CONFIG
        taken = [*(service.id for service in loaded.settings.services), *loaded.left_out]
        names = {"name": arguments.name or "", "group": arguments.group or ""}
        proposal = propose(arguments.target, arguments.keys, taken, **names)
        text = add_service(basis, proposal.service.id, proposal.table)
    except BadTarget as fault:
        for sentence in fault.sentences:
            show.complain(sentence)
        return exits.USAGE
    except (CannotSave, OSError, Unreadable) as fault:
        show.complain(f"{places.services_toml}: {fault}")
        return exits.CONFIG
    good = _look(places, proposal)
    try:
        _write(places, proposal, text, basis)
    except SecretUnavailable as fault:
        show.complain(f"nothing was written, for the password in the address has no place to go: {fault.message}")
        return exits.CONFIG
    except (CannotSave, Conflict, OSError) as fault:
        show.complain(f"nothing was written: {fault}")
        return exits.CONFIG
    _say(places, proposal, good=good)
    return 0


def _look(places: Places, proposal: Proposal) -> bool:
    (result,) = ask_all(secrets_with(places, proposal), [proposal.service])
    show.console().print(show.checks_table([(proposal.service.probe.target, result)]))
    return result.finding.outcome is Outcome.OK


def _write(places: Places, proposal: Proposal, text: str, basis: str) -> None:
    """A password in the address goes to the keyring, bound to where it may be sent; the rest into the file."""
    secrets = Secrets(places.keyring_service)
    if proposal.credentials is not None:
        secrets.set(proposal.secret, proposal.credentials.authorization, proposal.service.probe.target)
    try:
        save(places.services_toml, text, basis)
    except BaseException:
        if proposal.credentials is not None:
            secrets.delete(proposal.secret)
        raise


def _say(places: Places, proposal: Proposal, *, good: bool) -> None:
    service = proposal.service
    print(f'Added "{service.title}" as services.{service.id} to {places.services_toml},')
    print(f"to be checked every {duration(service.interval)}{'' if good else ', though it is not well now'}.")
    if proposal.credentials is not None:
        print(f'Its password is in the keyring, as "{proposal.secret}".')
    try:
        ask(places.socket, {"do": "reload"}, PATIENCE)
    except NotRunning:
        print("Watchbell is not running; `watchbell` starts it.")
    except (NoAnswer, Refused) as fault:
        show.complain(f"{fault}; it will notice by itself")
    else:
        print("The running Watchbell watches it from now on.")
