"""`watchbell config`: the configuration file, looked at by itself."""

from __future__ import annotations

import argparse
import json

from trayapp.cli import exits
from trayapp.cli.home import configured, places_of
from trayapp.cli.show import counted
from trayapp.config.places import Places


def main(arguments: argparse.Namespace) -> int:
    places = places_of(arguments)
    match arguments.action:
        case "path":
            print(places.services_toml)
        case "schema":
            from trayapp.config.schema import json_schema  # noqa: PLC0415 - needed by this action alone

            print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
        case _:
            return _check(places)
    return 0


def _check(places: Places) -> int:
    services, loaded = configured(places)
    if not loaded.right:
        return exits.CONFIG
    if not places.services_toml.exists():
        print(f"{places.services_toml} does not exist yet; `watchbell add https://example.com` makes it")
    else:
        verdict = counted(len(loaded.faults), "note") if loaded.faults else "nothing wrong"
        print(f"{places.services_toml}: {counted(len(services), 'service')}, {verdict}")
    return 0
