"""The kernel's locks on files: they end with the process that holds them, however that ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 30.0
"""Seconds for which a save waits for others; one of them takes milliseconds, or as long as the keyring does."""

_BETWEEN = 0.005


@contextmanager
def saving(path: Path) -> Iterator[Path]:
    """As long as this lasts nobody else, in this process or another, reads, changes and writes this file.

    Gives the file itself, where `path` is a symbolic link. The lock is a hidden file beside it that stays, for it may
    be held by somebody at any moment. Raises OSError: no lock can be had there, or others keep it for PATIENCE.
    """
    file = path.resolve()
    descriptor = os.open(file.with_name(f".{file.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        end = time.monotonic() + PATIENCE
        while not try_lock(descriptor):
            if time.monotonic() > end:
                raise TimeoutError(f"another program has been saving {file.name} for {PATIENCE:g} s")
            time.sleep(_BETWEEN)
        yield file
    finally:
        os.close(descriptor)


if sys.platform == "win32":
    import errno
    import msvcrt

    def try_lock(descriptor: int) -> bool:
        """Lock this file for as long as it is open; False: it is locked already."""
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EDEADLK):
                return False
            raise
        return True
else:
    import fcntl

    def try_lock(descriptor: int) -> bool:
        """Lock this file for as long as it is open; False: it is locked already."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
