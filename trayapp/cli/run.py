"""`watchbell run`: the tray program; without a display, one line that says so and the terminal instead."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from typing import Any

from trayapp.cli import exits, show
from trayapp.cli.alone import Silent, own_or_ask
from trayapp.cli.home import places_of
from trayapp.config.places import Places
from trayapp.desktop.display import has_display
from trayapp.desktop.instance import Owner


def main(arguments: argparse.Namespace) -> int:
    places = places_of(arguments)
    if not has_display():
        show.complain("there is no display, so this is `watchbell watch`; Ctrl+C ends it")
        return _in_terminal(places, demo=arguments.demo_if_empty and is_empty(places))
    try:
        limits = places.prepare_what_can_be()
        if limits:
            show.complain(limits)
        owner = own_or_ask(places, {"do": "show", "activation": _activation_token()})
    except OSError as fault:
        show.complain(f"cannot use {places.run}: {fault}")
        return exits.NOT_RUNNING
    except Silent as fault:
        show.complain(f"Watchbell is running already, but does not answer: {fault}")
        return exits.NOT_RUNNING
    if not isinstance(owner, Owner):
        return _raised(owner)
    demo = arguments.demo_if_empty and is_empty(places)
    return run_here(places, owner, window=arguments.window, hidden=arguments.hidden, demo=demo)


def run_here(places: Places, owner: Owner | None, *, window: bool, hidden: bool, demo: bool) -> int:
    """The tray program in this process; without Qt's system libraries, the line that installs them.

    `owner` may be None for a demo beside a program that is running.
    """
    try:
        from trayapp.ui.application import Application  # noqa: PLC0415 - Qt is loaded for this command alone
        from trayapp.ui.beginning import begin  # noqa: PLC0415
    except ImportError as fault:
        from trayapp.desktop.libraries import missing_libraries  # noqa: PLC0415 - needed where Qt is not

        show.complain(missing_libraries(fault))
        if owner is not None:
            owner.release()
        return exits.NOT_RUNNING
    application = Application()
    beginning = begin(application)
    from trayapp import app  # noqa: PLC0415 - while the icon is there already

    return app.run(application, beginning, places, owner, window=window, hidden=hidden, demo=demo)


def is_empty(places: Places) -> bool:
    """Nothing is configured, and the file is not merely broken."""
    from trayapp.config.load import load_file  # noqa: PLC0415 - the icon does not wait for it

    settings = load_file(places.services_toml).settings
    return settings is not None and not settings.services


def _raised(answer: Mapping[str, Any]) -> int:
    """What the running program has said of its window."""
    if not answer["shown"]:
        show.complain("Watchbell is running already, in a terminal (`watchbell watch`)")
        return exits.NOT_RUNNING
    return 0


def _activation_token() -> str | None:
    """The leave to take the focus that the desktop gave to whoever started us."""
    return os.environ.get("XDG_ACTIVATION_TOKEN") or os.environ.get("DESKTOP_STARTUP_ID")


def _in_terminal(places: Places, *, demo: bool) -> int:
    if demo:
        from trayapp.cli.demo import demo_in_terminal  # noqa: PLC0415 - the demo is the exception

        show.complain("nothing is configured, so this is a demo; `watchbell add https://example.com` adds a service")
        return demo_in_terminal(json=False)
    from trayapp.cli.watch import watch  # noqa: PLC0415 - not needed where there is a display

    return watch(places, json=False, seconds=None, notify=False)
