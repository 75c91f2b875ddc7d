"""Which engine runs: that of the user's home or, until a first service is added, that of the demo's."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack
from typing import TypeAlias

from trayapp.config.places import Places
from trayapp.config.watch import Watched
from trayapp.desktop.instance import Owner, acquire
from trayapp.engine.engine import Engine

log = logging.getLogger("trayapp.app")

Build: TypeAlias = Callable[[Places, Owner | None, bool], Engine]
"""Makes an engine for a home; the last argument says whether it is the demo's."""


class Watching:
    """One engine at a time. Belongs to one thread.

    `owner` is given up at the end; None: another program owns these places, and this is only a demo beside it.
    """

    def __init__(self, places: Places, owner: Owner | None, build: Build) -> None:
        self._home = places
        self._owner = owner
        self._build = build
        self._world = ExitStack()
        self._changes = Watched(places.services_toml)
        self._engine: Engine | None = None
        self.places = places
        """The home that is shown: the user's, or that of the demo."""
        self.demo = False

    @property
    def engine(self) -> Engine:
        """The engine that runs, or in the end the one that ran last: it hears what it is asked, and does nothing."""
        assert self._engine is not None, "nothing was begun"
        return self._engine

    def begin(self) -> None:
        """Watch what the user wants watched."""
        self._run(self._home, demo=False)

    def begin_demo(self) -> None:
        """Watch a small world on loopback instead. OSError: this machine has no place for one; nothing changed."""
        from trayapp.demo.home import demo_home  # noqa: PLC0415 - the demo is the exception

        places = self._world.enter_context(demo_home())
        self._changes = Watched(self._home.services_toml)
        self._changes.poll()
        self._run(places, demo=True)

    def end_demo(self) -> bool:
        """From the demo to what is really watched; False: another program does that already."""
        self._stop("the demo is over")
        self._world.close()
        self._owner = self._owner or acquire(self._home.lock, self._home.socket)
        if self._owner is None:
            return False
        self._run(self._home, demo=False)
        return True

    def outgrown(self) -> bool:
        """Whether the user's own file changed during the demo and there is something to watch in it now."""
        loaded = self._changes.poll() if self.demo else None
        return loaded is not None and loaded.settings is not None and bool(loaded.settings.services)

    def end(self) -> None:
        """Stop what runs; harmless a second time."""
        self._stop("quit")
        self._world.close()
        if self._owner is not None:
            self._owner.release()
            self._owner = None

    def _run(self, places: Places, *, demo: bool) -> None:
        self._stop("another home is watched now")
        self.places, self.demo = places, demo
        self._engine = self._build(places, self._owner, demo)
        self._engine.start()

    def _stop(self, reason: str) -> None:
        if self._engine is not None and not self._engine.stop(reason):
            log.warning("the engine did not end in time")
