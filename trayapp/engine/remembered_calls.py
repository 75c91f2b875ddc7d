"""The last call of each heartbeat, kept in a file: a restart forgets no call, and no failure that one told of.

A caller is known by a keyed digest of what it calls, so that no token stands in the file. The file may be lost or wrong
at any time; then the next calls are waited for.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Iterable
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from trayapp.config.files import write_atomically
from trayapp.config.lane import Lane
from trayapp.probes.heartbeats import Last, Line

log = logging.getLogger("trayapp.engine")

MOST = 10_000
"""Callers that are remembered, those that called last."""

LARGEST = 16_000_000
"""Bytes: more is not ours."""


@dataclass(frozen=True)
class _Kept:
    salt: str = field(default_factory=lambda: secrets.token_hex(16))
    calls: dict[str, Last] = field(default_factory=dict)


class RememberedCalls:
    """Read once, in any thread; kept from the engine's loop, which never waits for it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lane = Lane("heartbeats.json")
        self._read = False
        self._kept = _Kept()
        self._writing: Future[None] | None = None

    def read(self) -> None:
        """Look at the file, the first time only."""
        if self._read:
            return
        self._read = True
        try:
            with self._path.open("rb") as file:
                self._kept = msgspec.json.decode(file.read(LARGEST), type=_Kept)
        except FileNotFoundError:
            return
        except (OSError, ValueError) as fault:
            log.warning("the last calls of heartbeats are forgotten: %s", fault)

    def of(self, line: Line) -> Last | None:
        """The last call that came over this line, as it was kept."""
        return self._kept.calls.get(self._name(line))

    def keep(self, known: Iterable[tuple[Line, Last]]) -> None:
        """Write it down if it is news. Who is not expected now is not forgotten: the file may be right again soon."""
        calls = self._kept.calls | {self._name(line): last for line, last in known}
        if calls != self._kept.calls:
            newest = sorted(calls, key=lambda name: calls[name].at or 0, reverse=True)[:MOST]
            self._kept = kept = _Kept(self._kept.salt, {name: calls[name] for name in newest})
            self._writing = self._lane.submit(lambda: self._write(kept))

    def close(self, known: Iterable[tuple[Line, Last]], patience: float) -> None:
        """The same for the last time, and wait so many seconds for the disk."""
        self.keep(known)
        if self._writing is not None:
            wait([self._writing], patience)

    def _name(self, line: Line) -> str:
        words = f"{line.place.host} {line.place.port} {line.token!r}".encode()
        return hashlib.blake2b(words, key=self._kept.salt.encode()[:64], digest_size=16).hexdigest()

    def _write(self, kept: _Kept) -> None:
        try:
            write_atomically(self._path, msgspec.json.encode(kept, order="sorted").decode())
        except OSError as fault:
            log.info("the last calls of heartbeats could not be written down: %s", fault)
