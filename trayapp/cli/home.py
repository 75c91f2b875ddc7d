"""What every command begins with: the places of this home, and the services that its file configures."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from trayapp.cli import exits
from trayapp.cli.show import complain
from trayapp.config.load import Loaded, load_file
from trayapp.config.places import Places
from trayapp.core.words import Service


def places_of(arguments: argparse.Namespace) -> Places:
    """The places that --home or WATCHBELL_HOME name, else this system's own."""
    home: Path | None = arguments.home
    return Places.chosen(str(home) if home else None, os.environ)


def configured(places: Places) -> Loaded:
    """services.toml with its faults told on standard error; exits with 78 when nothing of it can be used."""
    loaded = load_file(places.services_toml)
    for fault in loaded.faults:
        complain(str(fault))
    if loaded.settings is None:
        raise SystemExit(exits.CONFIG)
    return loaded


def chosen(services: tuple[Service, ...], ids: list[str], places: Places) -> list[Service]:
    """The services that were asked for; exits with 64 when one of them is not configured."""
    known = {service.id: service for service in services}
    unknown = [id_ for id_ in ids if id_ not in known]
    if unknown:
        from trayapp.config.faults import did_you_mean  # noqa: PLC0415 - only for this sentence

        for id_ in unknown:
            complain(f'there is no service "{id_}" in {places.services_toml}{did_you_mean(id_, known)}')
        raise SystemExit(exits.USAGE)
    return [known[id_] for id_ in ids] if ids else [service for service in services if service.enabled]
