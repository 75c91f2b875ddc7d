"""Asks a probe as the monitor would, and sees that nothing of the check is left behind."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Self

from trayapp.core.keys import Text
from trayapp.core.words import Finding
from trayapp.probes.base import AddrInfo, Kind, Means, SecretUnavailable
from trayapp.probes.encryption import verifying

GRACE = 0.5
"""Seconds past the timeout by which a result must be there."""

Resolve = Callable[[str, int], Awaitable[Sequence[AddrInfo]]]


async def as_loopback(_host: str, port: int) -> Sequence[AddrInfo]:
    """Every name is this machine."""
    return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", port))]


async def literally(text: Text) -> str:
    """Reveals plain strings and no references."""
    if isinstance(text, str):
        return text
    raise SecretUnavailable("config.secret_missing", f"no secret is called {text.name}")


def means(timeout: float = 5.0, resolve: Resolve = as_loopback, tls: ssl.SSLContext | None = None) -> Means:
    return Means(timeout, literally, resolve, tls or verifying())


def ask(
    probe: Kind, timeout: float = 5.0, resolve: Resolve = as_loopback, tls: ssl.SSLContext | None = None
) -> Finding:
    """One check in a loop of its own. Fails if it is late, or leaves a task or a descriptor."""

    async def check() -> Finding:
        before = descriptors()
        given = means(timeout, resolve, tls)
        with in_time(timeout):
            finding = await probe.check(given)
        await nothing_is_left(before)
        return finding

    return asyncio.run(check())


@contextlib.contextmanager
def in_time(timeout: float) -> Iterator[None]:
    """Fails where what is done meanwhile is not done by the deadline of a check, but for what others kept it."""
    loop = asyncio.get_running_loop()
    with Interruptions(loop) as interruptions:
        started = loop.time()
        yield
        took = loop.time() - started
    assert took - interruptions.seconds <= timeout + GRACE


class Interruptions:
    """Time that a busy machine took from this thread while it wanted to work: nobody's lateness."""

    BEAT = 0.02

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.seconds = 0.0

    def __enter__(self) -> Self:
        self._last = self._loop.time(), time.thread_time()
        self._timer = self._loop.call_later(self.BEAT, self._beat)
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._note()

    def _beat(self) -> None:
        self._note()
        self._timer = self._loop.call_later(self.BEAT, self._beat)

    def _note(self) -> None:
        now = self._loop.time(), time.thread_time()
        passed, worked = now[0] - self._last[0], now[1] - self._last[1]
        self.seconds += max(0.0, passed - self.BEAT - worked)
        self._last = now


async def nothing_is_left(before: set[str]) -> None:
    """Waits until the descriptors are those of before: the test's own server closes its side a little later."""
    end = asyncio.get_running_loop().time() + 5
    while (left := descriptors() - before) or len(asyncio.all_tasks()) > 1:
        assert asyncio.get_running_loop().time() < end, (left, asyncio.all_tasks())
        await asyncio.sleep(0.005)


def descriptors() -> set[str]:
    """The open descriptors of this process, with what they are."""
    found = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # the one that lists them
            found.add(f"{descriptor.name} {descriptor.readlink()}")
    return found
