"""A server that follows a script, for the protocols in which one side speaks after the other."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import Iterator
from types import EllipsisType


class Dialogue:
    """What a RawServer does: it says the bytes in order, listens at every `...`, and goes on encrypted at a context.

    After its last word it listens until the other side has left. `heard` is everything that was said to it.
    """

    def __init__(self, *steps: bytes | EllipsisType | ssl.SSLContext) -> None:
        self._steps = steps
        self.heard: list[bytes] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            for step in self._steps:
                if isinstance(step, ssl.SSLContext):
                    reader, writer = await encrypted(writer, step)
                elif isinstance(step, bytes):
                    writer.write(step)
                    await writer.drain()
                else:
                    self.heard.append(await reader.read(65536))
            while said := await reader.read(65536):
                self.heard.append(said)
        finally:
            writer.transport.abort()


async def encrypted(
    writer: asyncio.StreamWriter, tls: ssl.SSLContext
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """The server's side of STARTTLS. ConnectionError: a handshake that the other side did not like."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    try:
        transport = await loop.start_tls(writer.transport, protocol, tls, server_side=True)
    except OSError as error:
        raise ConnectionError from error
    assert transport is not None
    protocol.connection_made(transport)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


@contextlib.contextmanager
def occupying(port: int, greeting: bytes) -> Iterator[None]:
    """Takes the one place there is on a server that greets like this, once nobody else has it any more."""
    end = time.monotonic() + 10
    while True:
        with socket.create_connection(("127.0.0.1", port), 10) as taken:
            if (said := taken.recv(len(greeting))) == greeting:
                yield
                return
        assert time.monotonic() < end, said
        time.sleep(0.02)
