"""`watchbell secret`: passwords and tokens in the keyring. A value is asked for, never an argument."""

from __future__ import annotations

import argparse
import getpass
import sys

from trayapp.cli import exits, show
from trayapp.cli.home import configured, places_of
from trayapp.config.places import Places
from trayapp.config.secrets import Secrets
from trayapp.config.settings import references
from trayapp.core.words import Service
from trayapp.probes.base import SecretUnavailable


def main(arguments: argparse.Namespace) -> int:
    places = places_of(arguments)
    secrets = Secrets(places.keyring_service, folder=places.config)
    try:
        match arguments.action:
            case "set":
                return _set(places, secrets, arguments.name)
            case "delete":
                secrets.delete(arguments.name)
                print(f'"{arguments.name}" is forgotten.')
                return 0
            case _:
                return _list(places, secrets)
    except SecretUnavailable as fault:
        show.complain(fault.message)
        return exits.CONFIG
    except ValueError as fault:
        show.complain(str(fault))
        return exits.USAGE


def _set(places: Places, secrets: Secrets, name: str) -> int:
    users = _users(places).get(name, [])
    value = _asked(name)
    if not value:
        show.complain("nothing was entered, nothing is changed")
        return exits.USAGE
    secrets.set(name, value, *(service.probe.target for service in users))
    if users:
        print(f'"{name}" is in the keyring, for {" and ".join(service.title for service in users)}.')
    else:
        print(
            f'"{name}" is in the keyring. Refer to it as {{ secret = "{name}" }}; the first service that does binds it.'
        )
    return 0


def _asked(name: str) -> str:
    """The value, typed unseen; or the first line of what is piped in."""
    if sys.stdin.isatty():
        try:
            return getpass.getpass(f"Value of {name} (not shown): ")
        except EOFError:
            return ""
    return sys.stdin.readline().rstrip("\r\n")


def _list(places: Places, secrets: Secrets) -> int:
    """The names that services.toml uses: a keyring cannot be asked which names it has."""
    users = _users(places)
    if not users:
        print("services.toml refers to no secret.")
    for name, services in sorted(users.items()):
        try:
            kept = secrets.get(name)
            state = f"kept, for {' and '.join(kept.origins) or 'whoever asks first'}"
        except SecretUnavailable as fault:
            state = fault.message
        print(f"{name}  (used by {', '.join(service.id for service in services)}): {state}")
    return 0


def _users(places: Places) -> dict[str, list[Service]]:
    """The services that need each secret."""
    services, _ = configured(places)
    users: dict[str, list[Service]] = {}
    for service in services:
        for reference in references(service):
            if reference.source == "secret":
                users.setdefault(reference.name, []).append(service)
    return users
