"""The demo world with a home of its own, so that nothing of it mixes with what the user really watches."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trayapp.config.load import parse
from trayapp.config.places import Places
from trayapp.config.save import write_atomically
from trayapp.demo.past import WEEK, week_before
from trayapp.demo.world import World, services_toml
from trayapp.desktop.resources import resource
from trayapp.history.writer import History
from trayapp.monitor.clock import SystemClock

PATIENCE = 3.0
"""Seconds for the past to be written."""

log = logging.getLogger("trayapp.demo")


@contextmanager
def demo_home() -> Iterator[Places]:
    """A running demo world and the places from which it is watched; both are gone afterwards."""
    world = World(resource("demo", "post-office.pem"))
    with tempfile.TemporaryDirectory(prefix="watchbell-demo-") as folder:
        places = Places.under(Path(folder))
        places.prepare()
        ports = world.start()
        try:
            text = services_toml(ports)
            write_atomically(places.services_toml, text)
            _remember(places, text)
            yield places
        finally:
            world.stop()


def _remember(places: Places, text: str) -> None:
    """Give the world a past. One that cannot be written is no reason to have no demo."""
    settings = parse(text).settings
    assert settings is not None  # our own text
    now = SystemClock().now()
    history = History(
        places.history_db,
        on_fault=lambda fault: log.warning("the demo has no past: %s", fault),
        watching=False,
    )
    history.register(settings.services, now - WEEK)
    history.commit(week_before(settings.services, now))
    history.close(PATIENCE)
