"""One owner per home: who holds the lock runs, everybody else asks the owner.

The lock is the kernel's, so it ends with the process however that ends. There is no pid file to go stale.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from trayapp.desktop.conversation import LONGEST_REQUEST, Answer, converse
from trayapp.desktop.door import Door

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
        self._conversations: set[asyncio.Task[None]] = set()

    async def serve(self, answer: Answer) -> None:
        """Answer whoever asks, until cancelled; once only. One request and its replies make one conversation."""

        def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if len(self._conversations) >= CONVERSATIONS:
                writer.transport.abort()
                return
            conversation = asyncio.create_task(converse(reader, writer, answer, self._door.token))
            self._conversations.add(conversation)
            conversation.add_done_callback(self._conversations.discard)

        start = asyncio.start_server if self._door.token else asyncio.start_unix_server
        server = await start(met, sock=self._door.listening, limit=LONGEST_REQUEST)
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            server.close()
            for conversation in self._conversations:
                conversation.cancel()
            await asyncio.gather(*self._conversations, return_exceptions=True)

    def release(self) -> None:
        """Give the home up. The door goes first: who finds it gone may take the lock a moment later."""
        self._door.close()
        os.close(self._descriptor)


def _lock(path: Path) -> int | None:
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if not _try_lock(descriptor):
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


if sys.platform == "win32":
    import errno
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EDEADLK):
                return False
            raise
        return True
else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
