"""One HTTP/1.1 exchange over a connection of its own: httpx's request and response, our sockets and our bounds.

httpx's own pool is not used: its timeouts count per read, a cancelled request leaks its place
in the pool, and a kept connection that the server closes meanwhile looks like an outage.
Closing never waits: a connection is cut, not shut down.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address, ip_address

import h11
import httpx

from trayapp.probes.base import AddrInfo, Means
from trayapp.probes.causes import Misbehaved
from trayapp.probes.connection import Connection
from trayapp.probes.conversation import encrypt
from trayapp.probes.dial import dial
from trayapp.probes.garbled import MOST_HEADERS, garbled
from trayapp.probes.phases import Phases
from trayapp.probes.proxy import Proxy, authorization, through

DEFAULT_PORTS = {"http": 80, "https": 443}


class FreshTransport(httpx.AsyncBaseTransport):
    """Every request dials anew. Raises OSError and CheckEnded, which say more than httpx's exceptions.

    The response's `extensions` hold "wire", the connection it comes over, and "heads", its headers by their names in
    lower case: of several with one name the last, so for whoever only asks whether there is one.
    """

    def __init__(self, means: Means, phases: Phases, ip: str = "auto") -> None:
        self.tls = means.tls
        self.proxy: Proxy | None = None
        self._means = means
        self._phases = phases
        self._ip = ip
        self._before = ""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Asks with the `tls` and through the `proxy` that this transport has at the moment."""
        url = request.url
        host = url.raw_host.decode("ascii")
        port = url.port or DEFAULT_PORTS[url.scheme]
        wire = await self._reach(host, port, encrypted=url.scheme == "https")
        try:
            if url.scheme == "https":
                await self._encrypt(wire, host, port)
            return await self._exchange(request, wire)
        except BaseException:
            wire.cut()
            raise
        finally:
            self._before = host

    async def _reach(self, host: str, port: int, *, encrypted: bool) -> Connection:
        if self.proxy is None:
            means = replace(self._means, resolve=self._resolve) if self._before else self._means
            return Connection(await dial(means, self._phases, host, port, self._ip))
        if self._before and private(host) and not private(self._before):
            raise Misbehaved("http.redirects", f"redirects into a private network ({host})")
        return await through(self.proxy, self._means, self._phases, host, port, tunnel=encrypted)

    async def _encrypt(self, wire: Connection, host: str, port: int) -> None:
        if self.proxy is None:
            await encrypt(wire, self.tls, self._means, self._phases, host, port)
        else:  # a date would have to be fetched through the proxy once more
            self._phases.enter("tls")
            await wire.encrypt(self.tls, host)

    async def _resolve(self, host: str, port: int) -> Sequence[AddrInfo]:
        """The addresses of a host that we were sent to, unless it was from outside and we have no business within."""
        found = await self._means.resolve(host, port)
        sender = self._phases.address
        if sender is not None:
            for _family, _type, _protocol, _name, (address, *_) in found:
                if inward(sender, address):
                    raise Misbehaved("http.redirects", f"redirects into a private network ({address})")
        return found

    async def _exchange(self, request: httpx.Request, wire: Connection) -> httpx.Response:
        connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=MOST_HEADERS)
        words = connection.send(_head_of(request, self.proxy)) or b""
        if request.content:
            words += connection.send(h11.Data(data=request.content)) or b""
        wire.send(words + (connection.send(h11.EndOfMessage()) or b""))
        self._phases.enter("first_byte")
        response = await _head(connection, wire, self._phases, request)
        raw = response.headers.raw_items()
        heads = {name.lower(): value for name, value in raw}
        extensions = {
            "heads": heads,
            "http_version": b"HTTP/" + response.http_version,
            "reason_phrase": bytes(response.reason),
            "wire": wire,
        }
        stream = Body(connection, wire, self._phases, _announced(request, response, heads))
        return httpx.Response(response.status_code, headers=raw, stream=stream, extensions=extensions)


def _head_of(request: httpx.Request, proxy: Proxy | None) -> h11.Request:
    """The request's head as it is sent; made once for a request that is sent again and again."""
    if proxy is not None and proxy.speaks_http and request.url.scheme == "http":
        # RFC 9112, 3.2.2: in absolute form, and what is for the proxy's eyes goes no further.
        url = request.url.copy_with(userinfo=b"", fragment=None)
        target = url.raw_scheme + b"://" + url.netloc + url.raw_path
        return h11.Request(method=request.method, target=target, headers=[*request.headers.raw, *authorization(proxy)])
    made: h11.Request | None = request.extensions.get("head")
    if made is None:
        made = h11.Request(method=request.method, target=request.url.raw_path, headers=request.headers.raw)
        request.extensions["head"] = made
    return made


def inward(before: str, after: str) -> bool:
    """Whether a redirect from the one address to the other leads from outside into a network it should not see."""
    left, entered = _address(before), _address(after)
    return (left.is_global and not entered.is_global) or (_is_here(entered) and not _is_here(left))


def private(host: str) -> bool:
    """Whether a host says by itself, without being looked up, that it is within a private network or here."""
    try:
        return not _address(host).is_global
    except ValueError:
        return host.removesuffix(".").rpartition(".")[2].lower() == "localhost"  # RFC 6761, 6.3


def _address(written: str) -> IPv4Address | IPv6Address:
    """The address without its zone, and an IPv4 address in IPv6 dress as what it is."""
    address = ip_address(written.partition("%")[0])
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _is_here(address: IPv4Address | IPv6Address) -> bool:
    """Whether this machine itself answers there: 0.0.0.0 and :: dial it just as 127.0.0.1 does."""
    return address.is_loopback or address.is_unspecified


async def _head(connection: h11.Connection, wire: Connection, phases: Phases, request: httpx.Request) -> h11.Response:
    """The response's head; informational ones before it are passed over."""
    total = 0
    while True:
        try:
            event = connection.next_event()
        except h11.RemoteProtocolError as error:
            raise garbled(error, request) from error
        if isinstance(event, h11.Response):
            return event
        if event is not h11.NEED_DATA:
            continue
        if total >= MOST_HEADERS:
            raise Misbehaved("http.headers_too_large", f"the answer's headers exceed {MOST_HEADERS // 1024} KiB")
        received = await wire.receive()
        if not received:
            so_far = "without an answer" if total == 0 else "in the middle of the headers"
            raise Misbehaved("http.protocol", f"the server closed the connection {so_far}")
        if total == 0:
            phases.answered = True
            phases.enter("body", doing="headers")
        total += len(received)
        connection.receive_data(received)


class Body(httpx.AsyncByteStream):
    """The response's body as it arrives. Whoever reads it sets the bound."""

    def __init__(self, connection: h11.Connection, wire: Connection, phases: Phases, length: int | None) -> None:
        self._connection = connection
        self._wire = wire
        self._phases = phases
        self._length = length
        self._overran = False

    def at_once(self) -> bytes | None:
        """The whole page, where its length is known and all of it came with the head; else it has to be read."""
        if self._length is None:
            return None
        here: bytes = self._connection.trailing_data[0]
        self._overran = len(here) > self._length
        return here[: self._length] if len(here) >= self._length else None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        phases = self._phases
        phases.enter("body")
        phases.came, phases.length = 0, self._length
        pieces = self._framed() if self._length is None else self._counted(self._length)
        async for piece in pieces:
            phases.read(len(piece))
            yield piece

    async def _counted(self, left: int) -> AsyncIterator[bytes]:
        """A page of so many bytes: what the library has of it already, and what comes. Costs next to nothing."""
        piece: bytes = self._connection.trailing_data[0]
        while True:
            if piece:
                left -= len(piece)
                self._overran = left < 0
                yield piece[:left] if left < 0 else piece
            if left <= 0:
                return
            piece = await self._wire.receive()
            if not piece:
                raise self._cut()

    async def _framed(self) -> AsyncIterator[bytes]:
        """A page in chunks, or one that ends with the connection."""
        ended = False
        while True:
            try:
                event = self._connection.next_event()
            except h11.RemoteProtocolError as error:
                if not ended:
                    raise garbled(error) from error
                error.__traceback__ = None  # as in garbled
                raise self._cut() from error
            if isinstance(event, h11.Data):
                yield bytes(event.data)
            elif event is h11.NEED_DATA:
                received = await self._wire.receive()
                ended = not received
                self._connection.receive_data(received)
            else:
                break
        self._overran = bool(self._connection.trailing_data[0])

    def _cut(self) -> Misbehaved:
        where = f"in the middle of the page ({self._phases.extent})"
        return Misbehaved("http.protocol", f"the server closed the connection {where}")

    @property
    def overran(self) -> bool:
        """RFC 9112, 6.3: something follows the page, so its Content-Length was a lie."""
        return self._overran

    async def beginning(self, into: bytearray, most: int) -> bool:
        """Put what comes there, up to so many bytes; True: that is all of it.

        For after the verdict: its time does not count. Raises OSError, and h11.RemoteProtocolError.
        """
        while len(into) <= most:
            event = self._connection.next_event()
            if isinstance(event, h11.Data):
                into += event.data
            elif event is h11.NEED_DATA:
                self._connection.receive_data(await self._wire.receive())
            else:
                return True
        return False

    async def aclose(self) -> None:
        self._wire.cut()


def _announced(request: httpx.Request, response: h11.Response, heads: Mapping[bytes, bytes]) -> int | None:
    """Bytes that follow the head by its own account (RFC 9112, 6.3); None: it gives none, or none that counts.

    The library has seen to it that there is one number at most, and a right one.
    """
    if request.method == "HEAD" or response.status_code in (204, 304) or b"transfer-encoding" in heads:
        return None
    length = heads.get(b"content-length")
    return None if length is None else int(length)
