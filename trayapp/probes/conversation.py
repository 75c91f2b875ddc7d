"""One TCP conversation, encrypted or not: what is sent and read in it, within bounds, and where the time goes.

Closing never waits: a connection is cut, not shut down.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeAlias

from trayapp.core.wording import plain
from trayapp.probes.base import Means
from trayapp.probes.causes import Misbehaved
from trayapp.probes.certificate import dated, with_date
from trayapp.probes.connection import READ, Connection
from trayapp.probes.dial import dial
from trayapp.probes.encryption import unverifying
from trayapp.probes.exhibits import Said
from trayapp.probes.phases import Phases

MOST = 64 * 1024
"""Bytes of one line or one counted piece of an answer, at most."""

_QUOTED = 80


def shown(words: bytes, limit: int = _QUOTED) -> str:
    """What a server said, as one short line: cut, without anything invisible, and with what is no text escaped."""
    return plain(words[: limit * 4].decode("utf-8", "backslashreplace"), limit)


class Closed(Misbehaved):
    """The other side ended the connection in order, before it had said what was waited for."""


class Conversation:
    """What is said over one connection. Reading raises Misbehaved `protocol` for what ends early (as Closed) or is
    too long, and OSError for a connection that is cut.
    """

    def __init__(self, connection: Connection, means: Means, phases: Phases, host: str, port: int) -> None:
        self._connection = connection
        self._means = means
        self._phases = phases
        self._host = host
        self._port = port
        self._heard = bytearray()
        self._more_waits = False
        self._said = phases.heard = Said()
        self._said.encryption = connection.encryption

    @property
    def encryption(self) -> ssl.SSLObject | None:
        """The TLS of this connection; None while there is none."""
        return self._connection.encryption

    @property
    def host(self) -> str:
        """The name or address that was dialled, as it was given."""
        return self._host

    @property
    def own_address(self) -> str:
        """The address of this machine that the connection comes from; empty where the connection is gone already."""
        return self._connection.own_address

    def send(self, words: bytes) -> None:
        """Say this; from now on the answer is waited for."""
        self._connection.send(words)
        self._phases.enter("first_byte")

    def part(self, words: bytes) -> None:
        """Say this last, if anything. Nothing is waited for any more: the time of the check ends here."""
        self._phases.leave()
        if words:
            self._connection.send(words)

    async def line(self, most: int = MOST) -> bytes:
        """The next line without its end, which is LF or CRLF."""
        line = (await self.until(b"\n", most)).removesuffix(b"\n").removesuffix(b"\r")
        self._said.lines.append(line)
        return line

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

    async def encrypt(self, tls: ssl.SSLContext, prelude: Prelude | None = None) -> None:
        """Go on encrypted, as after STARTTLS.

        `prelude` comes as far as this in another conversation: with it, a certificate that is out of its time is
        looked at once more, and the error says when it expired.
        """
        if self._heard or self._more_waits:  # it would be taken for what comes encrypted (CVE-2011-0411)
            raise Misbehaved("protocol", "it went on talking before the encryption began")
        self._phases.enter("tls")
        try:
            await self._connection.encrypt(tls, self._host)
            self._said.encryption = self._connection.encryption
        except ssl.SSLCertVerificationError as error:
            self._phases.leave()
            if prelude is None:
                raise
            left = self._means.timeout - self._phases.spent
            # Not "from error": that may be the same, and a cycle would keep the whole check until it is collected.
            raise await dated(error, partial(self._certificate, prelude), left / 2, self._phases)  # noqa: B904
        finally:
            self._phases.leave()

    def close(self) -> None:
        """Cut it. What was not sent yet is lost."""
        self._connection.cut()

    async def _more(self) -> None:
        received = await self._connection.receive()
        if not received:
            so_far = "in the middle of its answer" if self._heard or self._phases.answered else "without an answer"
            raise Closed("protocol", f"the server closed the connection {so_far}")
        self._heard += received
        self._more_waits = len(received) == READ  # what fills a read to its end may go on behind it
        self._phases.answered = True
        if self._phases.doing == "first_byte":
            self._phases.enter("body", doing="answer")

    async def _certificate(self, prelude: Prelude) -> bytes:
        """What it shows where any certificate will do, in DER."""
        async with conversation(self._means, Phases(self._means.clock), self._host, self._port) as again:
            await prelude(again)
            await again.encrypt(unverifying())
            return (again.encryption and again.encryption.getpeercert(binary_form=True)) or b""

    def _take(self, count: int) -> bytes:
        taken = bytes(self._heard[:count])
        del self._heard[:count]
        return taken


Prelude: TypeAlias = Callable[[Conversation], Awaitable[object]]
"""What is said and heard from the connection on until encryption may begin."""


@asynccontextmanager
async def conversation(
    means: Means, phases: Phases, host: str, port: int, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Conversation]:
    """A connection to talk over, which is cut at the end. `host` is an address or a name in ASCII.

    `tls`: encrypted from its beginning. The first thing waited for is what the server says.
    """
    connection = Connection(await dial(means, phases, host, port))
    try:
        if tls is not None:
            await encrypt(connection, tls, means, phases, host, port)
        phases.enter("first_byte")
        yield Conversation(connection, means, phases, host, port)
    finally:
        connection.cut()


async def encrypt(
    connection: Connection, tls: ssl.SSLContext, means: Means, phases: Phases, host: str, port: int
) -> None:
    """Agree on encryption at the beginning of a connection.

    A refused certificate raises the error that says when it expired, where that can be seen in another connection.
    """
    phases.enter("tls")
    try:
        await connection.encrypt(tls, host)
    except ssl.SSLCertVerificationError as error:
        phases.leave()
        left = means.timeout - phases.spent
        # Not "from error": that may be the same, and a cycle would keep the whole check until it is collected.
        raise await with_date(error, phases, port, host, unverifying(), left / 2)  # noqa: B904
