"""services.toml while the program runs: each change is read once, when whoever makes it has finished.

An editor may leave a file empty, or half written, for as long as a slow disk takes. A file that lost most of its
services is believed only when it has stayed so for a while: with a service goes its open outage, which would be told
again when the service comes back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from trayapp.config.faults import Fault
from trayapp.config.load import Loaded, load_file
from trayapp.probes.base import Kind

Look: TypeAlias = tuple[int, int, int, int] | None
"""What tells one content of a file from another: when changed, how long, which file. None: there is none."""


BELIEVED_AFTER = 10.0
"""Seconds for which a file must stay without most of its services."""

MOST = 0.5
"""Of the services, the share that may go at once without a doubt."""


class Watched:
    """Notices changes of the file. `poll` now and then, a second apart say, away from any event loop.

    `clock` gives monotonic seconds.
    """

    def __init__(
        self,
        path: Path,
        kinds: Mapping[str, type[Kind]] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._kinds = kinds
        self._clock = clock
        self._known: frozenset[str] = frozenset()
        self._doubted_since: float | None = None
        self._begun = False
        self._read: Look = None
        self._seen: Look = None

    def poll(self) -> Loaded | None:
        """What the file says: at the first call in any case, later since it changed, else None.

        A change is read at the second look that finds the file the same: many editors empty it
        first. A file that is gone for that long is told as a fault: nothing is forgotten for it. So is one without
        most of its services, until it has stayed so for BELIEVED_AFTER.
        """
        look = self._look()
        settled, self._seen = look == self._seen, look
        if not self._begun:
            self._begun, self._read = True, look
            return self._believed(load_file(self._path, self._kinds))
        if not settled:
            return None
        if look == self._read:
            return self._believed(load_file(self._path, self._kinds)) if self._doubt_is_over() else None
        self._read, self._doubted_since = look, None
        if look is None:
            sentence = "the file is gone; Watchbell goes on with what it said last"
            return Loaded(None, (Fault(str(self._path), None, sentence),))
        loaded = load_file(self._path, self._kinds)
        gone = len(self._known - _ids(loaded))
        if loaded.settings is None or gone <= MOST * len(self._known):
            return self._believed(loaded)
        self._doubted_since = self._clock()
        sentence = (
            f"{gone} of {len(self._known)} services are gone from the file; Watchbell goes on with them"
            f" unless they stay away for {BELIEVED_AFTER:g} s"
        )
        return Loaded(None, (Fault(str(self._path), None, sentence), *loaded.faults))

    @property
    def settling(self) -> bool:
        """The last look found a change that a later one will read, or believe, if it has come to rest by then."""
        return self._seen != self._read or self._doubted_since is not None

    def _doubt_is_over(self) -> bool:
        return self._doubted_since is not None and self._clock() - self._doubted_since >= BELIEVED_AFTER

    def _believed(self, loaded: Loaded) -> Loaded:
        self._doubted_since = None
        if loaded.settings is not None:
            self._known = _ids(loaded)
        return loaded

    def _look(self) -> Look:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino


def _ids(loaded: Loaded) -> frozenset[str]:
    services = loaded.settings.services if loaded.settings is not None else ()
    return frozenset(service.id for service in services) | frozenset(loaded.left_out)
