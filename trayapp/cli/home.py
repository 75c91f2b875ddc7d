"""What every command begins with: the places of this home, and the services that its file configures."""

from __future__ import annotations

import argparse
import os
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from trayapp.cli import exits
from trayapp.cli.show import complain
from trayapp.config.places import Places

if TYPE_CHECKING:
    from trayapp.config.load import Loaded
    from trayapp.core.words import Service


def places_of(arguments: argparse.Namespace) -> Places:
    """The places that --home or WATCHBELL_HOME name, else this system's own."""
    home: Path | None = arguments.home
    return Places.chosen(str(home) if home else None, os.environ).within_reach()


def configured(places: Places) -> tuple[tuple[Service, ...], Loaded]:
    """The services of services.toml, its faults told on standard error; exits with 78 when none of it can be used."""
    from trayapp.config.load import load_file  # noqa: PLC0415 - the tray program's icon does not wait for it

    loaded = load_file(places.services_toml)
    for fault in loaded.faults:
        complain(f"{'note: ' if fault.warning else ''}{fault}")
    if loaded.settings is None:
        raise SystemExit(exits.CONFIG)
    return loaded.settings.services, loaded


def chosen(services: Collection[Service], ids: list[str], left_out: Collection[str], places: Places) -> list[Service]:
    """The services that were asked for; exits with 78 where one of them is wrong, with 64 where there is none."""
    known = {service.id: service for service in services}
    unknown = [id_ for id_ in ids if id_ not in known]
    for id_ in unknown:
        if id_ in left_out:
            complain(f'"{id_}" has to be mended first')
        else:
            complain(f'there is no service "{id_}" in {places.services_toml}{meant(id_, [*known, *left_out])}')
    if unknown:
        raise SystemExit(exits.CONFIG if left_out and all(id_ in left_out for id_ in unknown) else exits.USAGE)
    return [known[id_] for id_ in ids]


def meant(word: str, known: Collection[str]) -> str:
    """ "; did you mean "web"?" or nothing."""
    from trayapp.config.faults import did_you_mean  # noqa: PLC0415 - needed for a misspelt word alone

    return did_you_mean(word, known)
