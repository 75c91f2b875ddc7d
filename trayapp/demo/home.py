"""The demo world with a home of its own, so that nothing of it mixes with what the user really watches."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trayapp.config.places import Places
from trayapp.config.save import write_atomically
from trayapp.demo.world import World, services_toml
from trayapp.desktop.resources import resource


@contextmanager
def demo_home() -> Iterator[Places]:
    """A running demo world and the places from which it is watched; both are gone afterwards."""
    world = World(resource("demo", "post-office.pem"))
    with tempfile.TemporaryDirectory(prefix="watchbell-demo-") as folder:
        places = Places.under(Path(folder))
        places.prepare()
        ports = world.start()
        try:
            write_atomically(places.services_toml, services_toml(ports))
            yield places
        finally:
            world.stop()
