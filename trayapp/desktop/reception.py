"""Letting in whoever connects, and leaving nothing open at the end.

asyncio's own servers do leave something: a connection they accepted and did not hand over yet belongs to nobody when
they close, and a task that is cancelled before its first step closes nothing either.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

Visit: TypeAlias = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

AGAIN_AFTER = 1.0
"""Seconds to wait when nobody can be let in, which as a rule means too many open files."""

_logger = logging.getLogger(__name__)


BRIEF = 1.0
"""Seconds in which whoever connects to say something has begun to."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """How places are given when there are too many: `heard` are visits that said something worth a place, and keep it;
    `turned_away` is told whenever somebody may have gone who had something to say.
    """

    turned_away: Callable[[], None]
    heard: set[asyncio.Task[None]] = field(default_factory=set)


async def receive(
    listening: socket.socket,
    visit: Visit,
    *,
    at_most: int,
    limit: int = 65_536,
    seal: ssl.SSLContext | None = None,
    crowd: Crowd | None = None,
) -> None:
    """Run `visit` for everybody who connects, `at_most` at once, until cancelled; more are turned away. With a `crowd`
    whoever has said nothing for the longest time goes instead, so that silence keeps nobody out.

    `limit` bounds a line in bytes. With a `seal` the conversation is TLS. A visit's connection ends with it.
    """
    loop = asyncio.get_running_loop()
    listening.setblocking(False)
    visits: dict[asyncio.Task[None], float] = {}

    def enter(connection: socket.socket) -> None:
        task = loop.create_task(_visit(connection, visit, limit, seal))
        visits[task] = loop.time()
        task.add_done_callback(lambda done: visits.pop(done, None))
        task.add_done_callback(lambda _done: connection.close())  # also of one that never began

    def make_room(crowd: Crowd) -> bool:
        silent = next((visit for visit in visits if visit not in crowd.heard), None)
        if silent is None or loop.time() - visits[silent] < BRIEF:
            crowd.turned_away()
        if silent is not None:
            del visits[silent]
            silent.cancel()
        return silent is not None

    try:
        while True:
            try:
                connection, _address = await loop.sock_accept(listening)
            except OSError as error:
                _logger.warning("nobody can be let in: %s", error)
                if crowd is not None:
                    crowd.turned_away()
                await asyncio.sleep(AGAIN_AFTER)
                continue
            if len(visits) < at_most or (crowd is not None and make_room(crowd)):
                enter(connection)
            else:
                connection.close()
    finally:
        for task in visits:
            task.cancel()
        await asyncio.gather(*visits, return_exceptions=True)


async def _visit(connection: socket.socket, visit: Visit, limit: int, seal: ssl.SSLContext | None) -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit, loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    try:
        transport, _protocol = await loop.connect_accepted_socket(lambda: protocol, connection, ssl=seal)
        try:
            writer = asyncio.StreamWriter(transport, protocol, reader, loop)
            await visit(reader, writer)
            writer.close()
            await writer.wait_closed()
        except BaseException:  # broken off, or told to stop; what closed in order has nothing left to abort
            transport.abort()
            raise
    except (OSError, EOFError, asyncio.LimitOverrunError) as error:
        _logger.debug("a visit broke off: %r", error)
