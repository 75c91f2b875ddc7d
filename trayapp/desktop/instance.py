"""One owner per home: who holds the lock runs, everybody else asks the owner.

The lock is the kernel's, so it ends with the process however that ends. There is no pid file to go stale.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from trayapp.config.locks import try_lock
from trayapp.desktop.door import Door

if TYPE_CHECKING:
    from trayapp.desktop.conversation import Answer

CONVERSATIONS = 64
"""At once; more are turned away."""


def acquire(lock: Path, socket: Path) -> Owner | None:
    """Become the owner of this home, already reachable at `socket`; None: another process is.

    OSError: the lock cannot be tried at all (no such folder, no permission, a file system without locks).
    """
    descriptor = _lock(lock)
    if descriptor is None:
        return None
    try:
        return Owner(descriptor, Door(socket))
    except OSError:
        os.close(descriptor)
        raise


class Owner:
    """The lock and the door of the running program. Who calls before `serve` runs waits until it does."""

    def __init__(self, lock: int, door: Door) -> None:
        self._descriptor = lock
        self._door = door

    async def serve(self, answer: Answer) -> None:
        """Answer whoever asks, until cancelled. One request and its replies make one conversation."""
        from trayapp.desktop.conversation import LONGEST_REQUEST, converse  # noqa: PLC0415 - asyncio is slow to load,
        from trayapp.desktop.reception import receive  # noqa: PLC0415 - and the lock stands before the icon

        visit = partial(converse, answer=answer, token=self._door.token)
        await receive(self._door.listening, visit, at_most=CONVERSATIONS, limit=LONGEST_REQUEST)

    def release(self) -> None:
        """Give the home up. The door goes first: who finds it gone may take the lock a moment later."""
        self._door.close()
        os.close(self._descriptor)


def _lock(path: Path) -> int | None:
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if not try_lock(descriptor):
                os.close(descriptor)
                return None
        except OSError:
            os.close(descriptor)
            raise
        if _stands_at(descriptor, path):
            return descriptor
        os.close(descriptor)  # the file was removed between opening and locking: its lock means nothing


def _stands_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
