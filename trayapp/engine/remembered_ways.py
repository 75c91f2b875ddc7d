"""Where services were well, kept in a file: whoever starts his laptop away from home has no outage there.

The file may be lost or wrong at any time; then it is learnt anew.
"""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from trayapp.config.files import write_atomically
from trayapp.config.lane import Lane
from trayapp.monitor.reach import Whereabouts

log = logging.getLogger("trayapp.engine")

LARGEST = 4_000_000
"""Bytes: more is not ours."""


class RememberedWays:
    """Read once, in any thread; kept from the engine's loop, which never waits for it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lane = Lane("networks.json")
        self._read = False
        self.known = Whereabouts()

    def read(self) -> None:
        """Look at the file, the first time only."""
        if self._read:
            return
        self._read = True
        try:
            with self._path.open("rb") as file:
                self.known = msgspec.json.decode(file.read(LARGEST), type=Whereabouts)
        except FileNotFoundError:
            pass
        except (OSError, ValueError) as fault:
            log.warning("where services were well is forgotten: %s", fault)

    def keep(self, known: Whereabouts) -> None:
        """Write it down if it is news."""
        if known != self.known:
            self.known = known
            self._lane.submit(lambda: self._write(known))

    def _write(self, known: Whereabouts) -> None:
        try:
            write_atomically(self._path, msgspec.json.encode(known, order="sorted").decode())
        except OSError as fault:
            log.info("where services were well could not be written down: %s", fault)
