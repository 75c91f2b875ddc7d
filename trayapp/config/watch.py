"""services.toml while the program runs: each change is read once, when whoever makes it has finished."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from trayapp.config.faults import Fault
from trayapp.config.load import Loaded, load_file
from trayapp.probes.base import Kind

Look: TypeAlias = tuple[int, int, int, int] | None
"""What tells one content of a file from another: when changed, how long, which file. None: there is none."""


class Watched:
    """Notices changes of the file. `poll` now and then, a second apart say, away from any event loop."""

    def __init__(self, path: Path, kinds: Mapping[str, type[Kind]] | None = None) -> None:
        self._path = path
        self._kinds = kinds
        self._begun = False
        self._read: Look = None
        self._seen: Look = None

    def poll(self) -> Loaded | None:
        """What the file says: at the first call in any case, later since it changed, else None.

        A change is read at the second look that finds the file the same: many editors empty it
        first. A file that is gone for that long is told as a fault: nothing is forgotten for it.
        """
        look = self._look()
        settled, self._seen = look == self._seen, look
        if not self._begun:
            self._begun, self._read = True, look
            return load_file(self._path, self._kinds)
        if not settled or look == self._read:
            return None
        self._read = look
        if look is None:
            sentence = "the file is gone; Watchbell goes on with what it said last"
            return Loaded(None, (Fault(str(self._path), None, sentence),))
        return load_file(self._path, self._kinds)

    @property
    def settling(self) -> bool:
        """The last look found a change that the next one will read, if it has come to rest by then."""
        return self._seen != self._read

    def _look(self) -> Look:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino
