"""Asks a probe as the monitor would, and sees that nothing of the check is left behind."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

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
        loop = asyncio.get_running_loop()
        before = descriptors()
        given = means(timeout, resolve, tls)
        started = loop.time()
        finding = await probe.check(given)
        assert loop.time() - started <= timeout + GRACE
        await nothing_is_left(before)
        return finding

    return asyncio.run(check())


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
