"""A value that outlives the program in a file of its own, and may be lost or wrong at any time: then it begins anew."""

from __future__ import annotations

import logging
from concurrent.futures import Future
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from trayapp.config.files import write_atomically
from trayapp.config.lane import Lane

T = TypeVar("T")
log = logging.getLogger("trayapp.engine")


class Remembered(Generic[T]):
    """Read once, in any thread; written from the engine's loop, which never waits for it.

    `kind` is the value's type and `largest` the most bytes that are read: more is not ours. `forgotten` and `unwritten`
    are what the log says where the file cannot be read or written.
    """

    def __init__(self, path: Path, kind: type[T], *, largest: int, forgotten: str, unwritten: str) -> None:
        self._path = path
        self._kind = kind
        self._largest = largest
        self._forgotten = forgotten
        self._unwritten = unwritten
        self._lane = Lane(path.name)
        self._read = False

    def read(self) -> T | None:
        """What the file holds, the first time only; None: nothing, or nothing that makes sense."""
        if self._read:
            return None
        self._read = True
        try:
            with self._path.open("rb") as file:
                return msgspec.json.decode(file.read(self._largest), type=self._kind)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as fault:
            log.warning("%s: %s", self._forgotten, fault)
            return None

    def write(self, value: T) -> Future[None]:
        """Put this in its place, as soon as the disk takes it."""
        return self._lane.submit(lambda: self._write(value))

    def _write(self, value: T) -> None:
        try:
            write_atomically(self._path, msgspec.json.encode(value, order="sorted").decode())
        except OSError as fault:
            log.info("%s: %s", self._unwritten, fault)
