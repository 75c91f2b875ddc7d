"""One TCP conversation, encrypted or not: what is sent and read in it, within bounds, and where the time goes.

Closing never waits: a connection is cut, not shut down.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from trayapp.probes.base import Means
from trayapp.probes.causes import Misbehaved
from trayapp.probes.certificate import with_date
from trayapp.probes.dial import dial
from trayapp.probes.encryption import unverifying
from trayapp.probes.phases import Phases

READ = 16 * 1024
"""Bytes of one read: what may be looked through without giving way to other checks."""

MOST = 64 * 1024
"""Bytes of one line or one counted piece of an answer, at most."""


class Conversation:
    """What is said over one connection. Reading raises Misbehaved `protocol` for what ends early or is too long,
    and OSError for a connection that is cut.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, means: Means, phases: Phases, host: str
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._means = means
        self._phases = phases
        self._host = host
        self._heard = bytearray()

    @property
    def encryption(self) -> ssl.SSLObject | None:
        """The TLS of this connection; None while there is none."""
        encryption: ssl.SSLObject | None = self._writer.get_extra_info("ssl_object")
        return encryption

    def send(self, words: bytes) -> None:
        """Say this; from now on the answer is waited for."""
        self._writer.write(words)
        self._phases.enter("first_byte")

    async def line(self, most: int = MOST) -> bytes:
        """The next line without its end, which is LF or CRLF."""
        return (await self.until(b"\n", most)).removesuffix(b"\n").removesuffix(b"\r")

    async def until(self, end: bytes, most: int = MOST) -> bytes:
        """Everything up to and with these bytes."""
        searched = 0
        while (at := self._heard.find(end, searched)) < 0 and len(self._heard) <= most:
            searched = max(0, len(self._heard) - len(end) + 1)
            await self._more()
        if at < 0 or at + len(end) > most:
            raise Misbehaved("protocol", f"it sent more than {most} bytes where fewer belong")
        return self._take(at + len(end))

    async def exactly(self, count: int) -> bytes:
        """So many bytes."""
        if count > MOST:
            raise Misbehaved("protocol", f"it announced {count} bytes where {MOST} are the most")
        while len(self._heard) < count:
            await self._more()
        return self._take(count)

    async def some(self) -> bytes:
        """What there is; at least one byte."""
        if not self._heard:
            await self._more()
        return self._take(len(self._heard))

    async def encrypt(self, tls: ssl.SSLContext) -> None:
        """Go on encrypted, as after STARTTLS."""
        if self._heard:  # it would be taken for what comes encrypted (CVE-2011-0411)
            raise Misbehaved("protocol", "it went on talking before the encryption began")
        self._phases.enter("tls")
        try:
            await self._writer.start_tls(
                tls,
                server_hostname=self._host.removesuffix("."),
                ssl_handshake_timeout=self._means.timeout + 1,  # ours ends it before
            )
        finally:
            self._phases.leave()

    def close(self) -> None:
        """Cut it. What was not sent yet is lost."""
        self._writer.transport.abort()

    async def _more(self) -> None:
        received = await self._reader.read(READ)
        if not received:
            so_far = "in the middle of its answer" if self._heard or self._phases.answered else "without an answer"
            raise Misbehaved("protocol", f"the server closed the connection {so_far}")
        self._heard += received
        self._phases.answered = True
        if self._phases.doing == "first_byte":
            self._phases.enter("body", doing="answer")

    def _take(self, count: int) -> bytes:
        taken = bytes(self._heard[:count])
        del self._heard[:count]
        return taken


@asynccontextmanager
async def conversation(
    means: Means, phases: Phases, host: str, port: int, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Conversation]:
    """A connection to talk over, which is cut at the end. `host` is an address or a name in ASCII.

    `tls`: encrypted from its beginning. The first thing waited for is what the server says.
    """
    connection = await dial(means, phases, host, port)
    reader, writer = await speak(means, phases, connection, tls, host, port)
    talk = Conversation(reader, writer, means, phases, host)
    try:
        phases.enter("first_byte")
        yield talk
    finally:
        talk.close()


async def speak(
    means: Means, phases: Phases, connection: socket.socket, tls: ssl.SSLContext | None, host: str, port: int
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Streams over a connected socket, which are the socket's owner from now on; encrypted if `tls` is given.

    A refused certificate raises the error that says when it expired, where that is known.
    """
    if tls is None:
        return await asyncio.open_connection(sock=connection)
    phases.enter("tls")
    try:
        return await asyncio.open_connection(
            sock=connection,
            ssl=tls,
            server_hostname=host.removesuffix("."),
            ssl_handshake_timeout=means.timeout + 1,  # ours ends it before
        )
    except ssl.SSLCertVerificationError as error:
        phases.leave()
        left = means.timeout - phases.spent
        raise await with_date(error, phases.address or host, port, host, unverifying(), left / 2) from error
