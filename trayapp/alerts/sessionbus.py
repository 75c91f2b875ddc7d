"""One connection to the user's session bus, for those who tell through it. The only file that knows jeepney's parts.

jeepney's own router is not used: when the bus goes away during a call it raises KeyError instead of its
RouterClosed, and a full queue makes it drop signals.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Self, TypeAlias

from jeepney import DBusAddress, DBusErrorResponse, HeaderFields, Message, MessageFlag, MessageType, new_method_call
from jeepney.auth import BEGIN, AuthenticationError, Authenticator
from jeepney.bus import get_bus
from jeepney.io.asyncio import DBusConnection
from jeepney.wrappers import unwrap_msg

from trayapp.alerts.notifier import CannotTell, Refused

Peer: TypeAlias = tuple[str, str, str]
"""Whom to call: (bus name, object path, interface)."""

BUS: Peer = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")

OnSignal: TypeAlias = Callable[[str, str, str, tuple[Any, ...]], None]
"""Called with (sender's unique name, interface, member, arguments)."""


class SessionBus:
    """Calls and signals. Made by `connect`, good until `closed`; every failure is a CannotTell."""

    def __init__(self, connection: DBusConnection, on_signal: OnSignal) -> None:
        self._connection = connection
        self._on_signal = on_signal
        self._replies: dict[int, asyncio.Future[tuple[Any, ...]]] = {}
        self._receiver = asyncio.get_running_loop().create_task(self._receive(), name="session bus")

    @classmethod
    async def connect(cls, bus: str, on_signal: OnSignal) -> Self:
        """A connection to `bus`: "SESSION" or an address ("unix:path=…")."""
        try:
            path = get_bus(bus)
        except KeyError as fault:
            raise CannotTell(f"there is no session bus: {fault.args[0]} is not set") from fault
        except (RuntimeError, ValueError) as fault:
            raise CannotTell(f"there is no session bus: {fault}") from fault
        try:
            reader, writer = await asyncio.open_unix_connection(path)
            try:
                await _authenticate(reader, writer)
            except BaseException:
                writer.transport.abort()
                raise
        except (OSError, EOFError, AuthenticationError) as fault:
            raise CannotTell(f"the session bus cannot be reached: {fault}") from fault
        opened = cls(DBusConnection(reader, writer), on_signal)
        try:
            await opened.call(BUS, "Hello")
        except BaseException:
            await opened.close()
            raise
        return opened

    @property
    def closed(self) -> bool:
        return self._receiver.done()

    async def until_closed(self) -> None:
        """Wait for the end of the connection, whoever ends it."""
        await asyncio.wait([self._receiver])

    def call(self, to: Peer, method: str, signature: str = "", *body: Any) -> asyncio.Future[tuple[Any, ...]]:
        """Sends a method call at once; the future holds the answer's arguments, or a CannotTell."""
        reply: asyncio.Future[tuple[Any, ...]] = asyncio.get_running_loop().create_future()
        reply.add_done_callback(_retrieved)
        if self.closed:
            reply.set_exception(CannotTell("the session bus went away"))
            return reply
        serial = next(self._connection.outgoing_serial)
        self._replies[serial] = reply
        self._send(_method_call(to, method, signature, body), serial)
        return reply

    def post(self, to: Peer, method: str, signature: str = "", *body: Any) -> None:
        """Sends a method call and wants no answer."""
        if not self.closed:
            message = _method_call(to, method, signature, body)
            message.header.flags |= MessageFlag.no_reply_expected
            self._send(message, next(self._connection.outgoing_serial))

    async def close(self) -> None:
        """Hangs up. What was not answered yet never will be."""
        self._receiver.cancel()
        await self.until_closed()

    def _send(self, message: Message, serial: int) -> None:
        # Not drained: messages are few and small, and a bus that reads nothing must not hold the sender.
        self._connection.writer.write(message.serialise(serial))

    async def _receive(self) -> None:
        try:
            while True:
                self._dispatch(await self._connection.receive())
        except (OSError, EOFError):
            return  # the bus ended; `closed` says so from now on
        finally:
            self._connection.writer.transport.abort()
            lost, self._replies = self._replies, {}
            for reply in lost.values():
                if not reply.done():
                    reply.set_exception(CannotTell("the session bus went away"))
            with contextlib.suppress(OSError):  # how the connection broke no longer matters
                await self._connection.writer.wait_closed()

    def _dispatch(self, message: Message) -> None:
        fields = message.header.fields
        if message.header.message_type is MessageType.signal:
            sender, interface, member = (
                str(fields.get(field, ""))
                for field in (HeaderFields.sender, HeaderFields.interface, HeaderFields.member)
            )
            # Called by the loop, after those who wait for a reply that came before it, and so
            # that a fault in it ends nothing here.
            asyncio.get_running_loop().call_soon(self._on_signal, sender, interface, member, message.body)
            return
        reply = self._replies.pop(fields.get(HeaderFields.reply_serial, 0), None)
        if reply is None or reply.done():
            return
        try:
            reply.set_result(unwrap_msg(message))
        except DBusErrorResponse as refusal:
            reply.set_exception(Refused(f"{refusal.name}: {' '.join(map(str, refusal.data))}"))


def _retrieved(reply: asyncio.Future[tuple[Any, ...]]) -> None:
    """Whoever asked may have gone: a refusal that comes late is then nobody's, and no fault of ours."""
    if not reply.cancelled():
        reply.exception()


def _method_call(to: Peer, method: str, signature: str, body: tuple[Any, ...]) -> Message:
    name, path, interface = to
    return new_method_call(DBusAddress(path, name, interface), method, signature or None, body)


async def _authenticate(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    authenticator = Authenticator()
    for line in authenticator:
        writer.write(line)
        answer = await reader.read(1024)
        if not answer:
            raise EOFError("it hung up")
        authenticator.feed(answer)
    writer.write(BEGIN)
