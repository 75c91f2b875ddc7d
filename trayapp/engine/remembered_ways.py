"""Where services were well, kept in a file: whoever starts his laptop away from home has no outage there.

The file may be lost or wrong at any time; then it is learnt anew.
"""

from __future__ import annotations

from pathlib import Path

from trayapp.engine.remembered import Remembered
from trayapp.monitor.reach import Whereabouts


class RememberedWays:
    """Read once, in any thread; kept from the engine's loop, which never waits for it."""

    def __init__(self, path: Path) -> None:
        self._file = Remembered(
            path,
            Whereabouts,
            largest=4_000_000,
            forgotten="where services were well is forgotten",
            unwritten="where services were well could not be written down",
        )
        self.known = Whereabouts()

    def read(self) -> None:
        """Look at the file, the first time only."""
        self.known = self._file.read() or self.known

    def keep(self, known: Whereabouts) -> None:
        """Write it down if it is news."""
        if known != self.known:
            self.known = known
            self._file.write(known)
