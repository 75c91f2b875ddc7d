"""The last call of each heartbeat, kept in a file: a restart forgets no call, and no failure that one told of.

A caller is known by a keyed digest of what it calls, so that no token stands in the file. The file may be lost or wrong
at any time; then the next calls are waited for.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from pathlib import Path

from trayapp.engine.remembered import Remembered
from trayapp.probes.heartbeats import Last, Line

MOST = 10_000
"""Callers that are remembered, those that called last."""


@dataclass(frozen=True)
class _Kept:
    salt: str = field(default_factory=lambda: secrets.token_hex(16))
    calls: dict[str, Last] = field(default_factory=dict)


class RememberedCalls:
    """Read once, in any thread; kept from the engine's loop, which never waits for it."""

    def __init__(self, path: Path) -> None:
        self._file = Remembered(
            path,
            _Kept,
            largest=16_000_000,
            forgotten="the last calls of heartbeats are forgotten",
            unwritten="the last calls of heartbeats could not be written down",
        )
        self._kept = _Kept()
        self._writing: Future[None] | None = None

    def read(self) -> None:
        """Look at the file, the first time only."""
        self._kept = self._file.read() or self._kept

    def of(self, line: Line) -> Last | None:
        """The last call that came over this line, as it was kept."""
        return self._kept.calls.get(self._name(line))

    def keep(self, known: Iterable[tuple[Line, Last]]) -> None:
        """Write it down if it is news. Who is not expected now is not forgotten: the file may be right again soon."""
        calls = self._kept.calls | {self._name(line): last for line, last in known}
        if calls != self._kept.calls:
            newest = sorted(calls, key=lambda name: calls[name].at or 0, reverse=True)[:MOST]
            self._kept = kept = _Kept(self._kept.salt, {name: calls[name] for name in newest})
            self._writing = self._file.write(kept)

    def close(self, known: Iterable[tuple[Line, Last]], patience: float) -> None:
        """The same for the last time, and wait so many seconds for the disk."""
        self.keep(known)
        if self._writing is not None:
            wait([self._writing], patience)

    def _name(self, line: Line) -> str:
        words = f"{line.place.host} {line.place.port} {line.token!r}".encode()
        return hashlib.blake2b(words, key=self._kept.salt.encode()[:64], digest_size=16).hexdigest()
