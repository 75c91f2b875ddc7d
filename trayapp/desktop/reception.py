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
from typing import TypeAlias

Visit: TypeAlias = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

AGAIN_AFTER = 1.0
"""Seconds to wait when nobody can be let in, which as a rule means too many open files."""

_logger = logging.getLogger(__name__)


async def receive(
    listening: socket.socket, visit: Visit, *, at_most: int, limit: int = 65_536, seal: ssl.SSLContext | None = None
) -> None:
    """Run `visit` for everybody who connects, `at_most` at once, until cancelled; more are turned away.

    `limit` bounds a line in bytes. With a `seal` the conversation is TLS. A visit's connection ends with it.
    """
    loop = asyncio.get_running_loop()
    listening.setblocking(False)
    visits: set[asyncio.Task[None]] = set()

    def enter(connection: socket.socket) -> None:
        task = loop.create_task(_visit(connection, visit, limit, seal))
        visits.add(task)
        task.add_done_callback(visits.discard)
        task.add_done_callback(lambda _done: connection.close())  # also of one that never began

    try:
        while True:
            try:
                connection, _address = await loop.sock_accept(listening)
            except OSError as error:
                _logger.warning("nobody can be let in: %s", error)
                await asyncio.sleep(AGAIN_AFTER)
                continue
            if len(visits) < at_most:
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
