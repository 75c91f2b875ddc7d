"""A real WebSocket server: the asyncio one of the library `websockets`, in a thread of its own."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Self

from websockets.asyncio.server import ServerConnection, serve

Talk = Callable[[ServerConnection], Awaitable[None]]


async def echo(connection: ServerConnection) -> None:
    """Says again whatever it hears."""
    async for message in connection:
        await connection.send(message)


class WebsocketServer:
    """Listens on `port` of 127.0.0.1. `keys` are those of `websockets.asyncio.server.serve`.

    `ended` are the close codes with which conversations ended.
    """

    def __init__(self, talk: Talk = echo, tls: ssl.SSLContext | None = None, **keys: Any) -> None:
        self.port = 0
        self.ended: list[int | None] = []
        self._talk = talk
        self._tls = tls
        self._keys = keys
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._loop: asyncio.AbstractEventLoop
        self._over: asyncio.Event

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()

        async def talk(connection: ServerConnection) -> None:
            try:
                await self._talk(connection)
            finally:
                await connection.wait_closed()
                self.ended.append(connection.close_code)

        async with serve(talk, "127.0.0.1", 0, ssl=self._tls, **self._keys) as server:
            self.port = next(iter(server.sockets)).getsockname()[1]
            self._ready.set()
            await self._over.wait()

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(20)
        assert not self._thread.is_alive()
