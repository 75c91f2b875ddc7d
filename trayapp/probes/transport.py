"""One HTTP/1.1 exchange over a connection of its own: httpx's request and response, our sockets and our bounds.

httpx's own pool is not used: its timeouts count per read, a cancelled request leaks its place
in the pool, and a kept connection that the server closes meanwhile looks like an outage.
Closing never waits: a connection is cut, not shut down.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address, ip_address

import h11
import httpx

from trayapp.probes.base import AddrInfo, Means
from trayapp.probes.causes import Misbehaved
from trayapp.probes.conversation import READ, speak
from trayapp.probes.dial import dial
from trayapp.probes.phases import Phases

MOST_HEADERS = 64 * 1024
"""Bytes of all heads of an answer together, the informational ones included."""

DEFAULT_PORTS = {"http": 80, "https": 443}


class FreshTransport(httpx.AsyncBaseTransport):
    """Every request dials anew. Raises OSError and CheckEnded, which say more than httpx's exceptions.

    The response's `extensions` hold "http_version" and, when encrypted, "tls".
    """

    def __init__(self, means: Means, phases: Phases, tls: ssl.SSLContext) -> None:
        self._means = means
        self._phases = phases
        self._tls = tls

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.raw_host.decode("ascii")
        port = request.url.port or DEFAULT_PORTS[request.url.scheme]
        connection = await dial(replace(self._means, resolve=self._resolve), self._phases, host, port)
        tls = self._tls if request.url.scheme == "https" else None
        reader, writer = await speak(self._means, self._phases, connection, tls, host, port)
        try:
            return await self._exchange(request, reader, writer)
        except BaseException:
            writer.transport.abort()
            raise

    async def _resolve(self, host: str, port: int) -> Sequence[AddrInfo]:
        """The addresses of a host, unless we were sent there from outside and have no business within."""
        found = await self._means.resolve(host, port)
        sender = self._phases.address
        if sender is not None:
            for _family, _type, _protocol, _name, (address, *_) in found:
                if inward(sender, address):
                    raise Misbehaved("http.redirects", f"redirects into a private network ({address})")
        return found

    async def _exchange(
        self, request: httpx.Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> httpx.Response:
        connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=MOST_HEADERS)
        head = h11.Request(method=request.method, target=request.url.raw_path, headers=request.headers.raw)
        writer.write(connection.send(head) or b"")
        async for part in request.stream:  # type: ignore[union-attr]  # asynchronous for an async transport
            writer.write(connection.send(h11.Data(data=part)) or b"")
        writer.write(connection.send(h11.EndOfMessage()) or b"")
        self._phases.enter("first_byte")
        response = await _head(connection, reader, self._phases)
        extensions: dict[str, object] = {"http_version": b"HTTP/" + response.http_version}
        encryption = writer.get_extra_info("ssl_object")
        if encryption is not None:
            extensions["tls"] = encryption.version()
        stream = _Body(connection, reader, writer, self._phases)
        return httpx.Response(
            response.status_code, headers=response.headers.raw_items(), stream=stream, extensions=extensions
        )


def inward(before: str, after: str) -> bool:
    """Whether a redirect from the one address to the other leads from outside into a network it should not see."""
    left, entered = _address(before), _address(after)
    return (left.is_global and not entered.is_global) or (_is_here(entered) and not _is_here(left))


def _address(written: str) -> IPv4Address | IPv6Address:
    """The address without its zone, and an IPv4 address in IPv6 dress as what it is."""
    address = ip_address(written.partition("%")[0])
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _is_here(address: IPv4Address | IPv6Address) -> bool:
    """Whether this machine itself answers there: 0.0.0.0 and :: dial it just as 127.0.0.1 does."""
    return address.is_loopback or address.is_unspecified


async def _head(connection: h11.Connection, reader: asyncio.StreamReader, phases: Phases) -> h11.Response:
    """The response's head; informational ones before it are passed over."""
    total = 0
    while True:
        try:
            event = connection.next_event()
        except h11.RemoteProtocolError as error:
            raise _garbled(error) from error
        if isinstance(event, h11.Response):
            return event
        if event is not h11.NEED_DATA:
            continue
        if total >= MOST_HEADERS:
            raise Misbehaved("http.headers_too_large", f"the answer's headers exceed {MOST_HEADERS // 1024} KiB")
        received = await reader.read(READ)
        if not received:
            so_far = "without an answer" if total == 0 else "in the middle of the headers"
            raise Misbehaved("http.protocol", f"the server closed the connection {so_far}")
        if total == 0:
            phases.answered = True
            phases.enter("body", doing="headers")
        total += len(received)
        connection.receive_data(received)


class _Body(httpx.AsyncByteStream):
    """The response's body as it arrives. Whoever reads it sets the bound."""

    def __init__(
        self, connection: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, phases: Phases
    ) -> None:
        self._connection = connection
        self._reader = reader
        self._writer = writer
        self._phases = phases

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self._phases.enter("body")
        while True:
            try:
                event = self._connection.next_event()
            except h11.RemoteProtocolError as error:
                raise _garbled(error) from error
            if isinstance(event, h11.Data):
                yield bytes(event.data)
            elif event is h11.NEED_DATA:
                self._connection.receive_data(await self._reader.read(READ))
            else:
                break
        # RFC 9112, 6.3: what follows the last answer means that its Content-Length was a lie.
        if self._connection.trailing_data[0]:
            raise Misbehaved("http.protocol", "the server sent more than the length it announced")

    async def aclose(self) -> None:
        self._writer.transport.abort()


def _garbled(error: h11.RemoteProtocolError) -> Misbehaved:
    if error.error_status_hint == 431:
        return Misbehaved("http.headers_too_large", f"the answer's headers exceed {MOST_HEADERS // 1024} KiB")
    what, _, _quoted = str(error).partition(":")  # a server may say anything, our own secret too
    return Misbehaved("http.protocol", f"not a right HTTP answer: {what}")
