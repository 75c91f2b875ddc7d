"""`watchbell config`: the configuration file, looked at by itself."""

from __future__ import annotations

import argparse
import json

from trayapp.cli import exits, show
from trayapp.cli.home import places_of
from trayapp.config.load import load_file


def main(arguments: argparse.Namespace) -> int:
    places = places_of(arguments)
    match arguments.action:
        case "path":
            print(places.services_toml)
        case "schema":
            from trayapp.config.schema import json_schema  # noqa: PLC0415 - needed by this action alone

            print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
        case _:
            return _check(arguments)
    return 0


def _check(arguments: argparse.Namespace) -> int:
    places = places_of(arguments)
    loaded = load_file(places.services_toml)
    for fault in loaded.faults:
        show.complain(f"{'note: ' if fault.warning else ''}{fault}")
    count = len(loaded.settings.services) if loaded.settings is not None else 0
    if not loaded.right:
        return exits.CONFIG
    if not places.services_toml.exists():
        print(f"{places.services_toml} does not exist yet; `watchbell add https://example.com` makes it")
    else:
        print(f"{places.services_toml}: {count} service{'' if count == 1 else 's'}, nothing wrong")
    return 0
