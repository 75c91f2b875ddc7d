"""A connected socket, plain or encrypted, read and written without asyncio's streams: a check needs no more.

Their buffers of a quarter megabyte and their rounds through the loop cost more than asking does. What is sent does not
wait for being taken, so a server that answers before it has read everything is heard. TLS runs over buffers in memory,
so every kind of event loop will do. Cutting never waits.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from contextlib import suppress

READ = 16 * 1024
"""Bytes of one read: what may be looked through without giving way to other checks."""

_CHANGE_CIPHER_SPEC = 6
"""Bytes of the one record that nobody waits for (RFC 8446, D.4): it goes with the next ones and saves a packet."""

_PATIENCE = 8
"""Reads in a row that gave nothing to see, after which others have their turn."""


class Connection:
    """The socket's owner from now on. Reading and writing raise OSError where the connection is cut.

    `encryption` is its TLS, None while there is none.
    """

    __slots__ = ("_arrived", "_leaving", "_loop", "_sending", "_socket", "_unsent", "encryption")

    def __init__(self, connected: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        self._socket = connected
        self._unsent = bytearray()
        self._sending: asyncio.Task[None] | None = None
        self.encryption: ssl.SSLObject | None = None
        self._arrived: ssl.MemoryBIO
        self._leaving: ssl.MemoryBIO

    @property
    def own_address(self) -> str:
        """The address of this machine that it comes from; empty where the connection is gone already."""
        try:
            return str(self._socket.getsockname()[0])
        except OSError:
            return ""

    async def encrypt(self, tls: ssl.SSLContext, host: str) -> None:
        """Go on encrypted; the last words of the handshake leave with the next ones. Raises ssl.SSLError."""
        self._arrived, self._leaving = ssl.MemoryBIO(), ssl.MemoryBIO()
        encryption = tls.wrap_bio(self._arrived, self._leaving, server_hostname=host.removesuffix("."))
        passes = 0
        while True:
            try:
                encryption.do_handshake()
                break
            except ssl.SSLWantReadError:
                if self._leaving.pending > _CHANGE_CIPHER_SPEC:
                    self._send_encrypted()
            except ssl.SSLError:
                with suppress(OSError):
                    self._send_encrypted()  # the alert that tells the server why
                raise
            received = await self._received(passes)
            if not received:
                raise ConnectionResetError(errno.ECONNRESET, "the handshake was cut")
            self._arrived.write(received)
            passes += 1
        self.encryption = encryption

    def send(self, words: bytes) -> None:
        """Say this. What the system does not take at once follows while an answer is waited for."""
        if self.encryption is None:
            self._send(words)
        else:
            self.encryption.write(words)
            self._send_encrypted()

    async def receive(self) -> bytes:
        """What there is, at least one byte; empty at the end."""
        if self.encryption is None:
            return await self._received(0)
        passes = 0
        while True:
            with suppress(ssl.SSLWantReadError):
                return self.encryption.read(READ)
            self._send_encrypted()
            received = await self._received(passes)
            if not received:
                return b""  # many servers end without TLS's goodbye
            self._arrived.write(received)
            passes += 1

    def cut(self) -> None:
        """End it. What was not sent yet is lost."""
        if self._sending is None:
            self._socket.close()
        else:  # the loop must have let go of the descriptor before it is another's
            self._sending.add_done_callback(lambda _: self._socket.close())
            self._sending.cancel()

    async def _received(self, passes: int) -> bytes:
        if passes and not passes % _PATIENCE:  # reading what is there already never gives way by itself
            await asyncio.sleep(0)
        try:
            return await self._loop.sock_recv(self._socket, READ)
        except OSError as error:
            # The loop's future has it, and its frames have the future: a cycle that would keep the whole check.
            raise error.with_traceback(None) from None

    def _send_encrypted(self) -> None:
        if self._leaving.pending:
            self._send(self._leaving.read())

    def _send(self, words: bytes) -> None:
        if self._sending is None:
            try:
                sent = self._socket.send(words)
            except BlockingIOError:
                sent = 0
            if sent == len(words):
                return
            words = words[sent:]
            self._sending = self._loop.create_task(self._send_on())
        self._unsent += words

    async def _send_on(self) -> None:
        with suppress(OSError):  # whoever reads sees how the connection ended
            while self._unsent:
                words = bytes(self._unsent)
                self._unsent.clear()
                await self._loop.sock_sendall(self._socket, words)
        self._sending = None
