"""Proxies for the tests: HTTP and SOCKS 5, each with a world of its own in which any name leads to loopback."""

from __future__ import annotations

import asyncio
import base64
import contextlib

from tests.servers import RawServer, read_head


class Tunnels(RawServer):
    """What both have in common. `asked` are the places it was told to reach, `heads` what HTTP ones were sent.

    `user` and `password` are demanded where they are given; `refuse` is answered instead of reaching anything.
    """

    def __init__(self, user: str = "", password: str = "", refuse: int = 0) -> None:
        super().__init__(self._serve_one)
        self.asked: list[str] = []
        self.heads: list[bytes] = []
        self.user = user
        self.password = password
        self.refuse = refuse

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise NotImplementedError


class HttpProxy(Tunnels):
    """Fetches plain pages and makes tunnels for the others."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await read_head(reader)
        self.heads.append(head)
        method, target, _ = head.split(b"\r\n")[0].decode("ascii").split(" ")
        place = target if method == "CONNECT" else target.removeprefix("http://").partition("/")[0]
        self.asked.append(place)
        if self.refuse or not self._knows(head):
            status = self.refuse or 407
            writer.write(b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % status)
            await writer.drain()
            return
        upstream, out = await asyncio.open_connection("127.0.0.1", int(place.rpartition(":")[2]))
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n")
        else:
            path = "/" + target.removeprefix("http://").partition("/")[2]
            out.write(head.replace(target.encode(), path.encode(), 1))
        await _join(reader, writer, upstream, out)

    def _knows(self, head: bytes) -> bool:
        words = base64.b64encode(f"{self.user}:{self.password}".encode())
        return not self.user or b"\r\nProxy-Authorization: Basic " + words + b"\r\n" in head


class SocksProxy(Tunnels):
    """RFC 1928 and 1929."""

    @property
    def url(self) -> str:
        return f"socks5://127.0.0.1:{self.port}"

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _version, count = await reader.readexactly(2)
        offered = await reader.readexactly(count)
        wanted = 2 if self.user else 0
        writer.write(bytes((5, wanted if wanted in offered else 0xFF)))
        if wanted not in offered:
            await reader.read()
            return
        if self.user and not await self._knows(reader, writer):
            await reader.read()
            return
        _version, _command, _, form = await reader.readexactly(4)
        if form == 3:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode("ascii")
        else:
            host = ".".join(str(part) for part in await reader.readexactly(4 if form == 1 else 16))
        port = int.from_bytes(await reader.readexactly(2), "big")
        self.asked.append(f"{host}:{port}")
        if self.refuse:
            writer.write(bytes((5, self.refuse, 0, 1)) + bytes(6))
            await reader.read()
            return
        upstream, out = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"\x05\x00\x00\x03\x09localhost\x00\x00")
        await _join(reader, writer, upstream, out)

    async def _knows(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        _version, length = await reader.readexactly(2)
        user = (await reader.readexactly(length)).decode()
        password = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        right = (user, password) == (self.user, self.password)
        writer.write(bytes((1, 0 if right else 1)))
        return right


async def _join(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    upstream: asyncio.StreamReader,
    out: asyncio.StreamWriter,
) -> None:
    """Passes on what either says, until one of them has nothing more to say."""

    async def carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while part := await source.read(65536):
                sink.write(part)
                await sink.drain()

    ways = [asyncio.ensure_future(carry(reader, out)), asyncio.ensure_future(carry(upstream, writer))]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        out.transport.abort()
