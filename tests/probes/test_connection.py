"""A connection of the HTTP kind by itself: what it does with more than the system takes at once."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl

import pytest

from tests.probes.asking import ask, descriptors, nothing_is_left
from tests.probes.certificates import server, trusting
from tests.servers import HttpServer, RawServer, read_head
from trayapp.core.words import Outcome
from trayapp.probes.connection import READ, Connection
from trayapp.probes.http import Http

MEGABYTE = "x" * 1_000_000
ENCRYPTED = pytest.mark.parametrize("encrypted", [False, True])


@ENCRYPTED
def test_a_request_of_a_megabyte_arrives_whole(encrypted: bool) -> None:
    with HttpServer(tls=server() if encrypted else None) as site:
        finding = ask(Http(site.url, method="POST", body=MEGABYTE), tls=trusting())
        assert site.requests[0].body == MEGABYTE.encode()
    assert finding.outcome is Outcome.OK


@ENCRYPTED
def test_a_server_that_answers_before_it_has_read_everything_is_heard(encrypted: bool) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(1)

    with RawServer(refuse, tls=server() if encrypted else None) as site:
        url = f"{'https' if encrypted else 'http'}://127.0.0.1:{site.port}/"
        finding = ask(Http(url, method="POST", body=MEGABYTE), 3.0, tls=trusting())
    assert finding.message == "HTTP 413"


def test_a_connection_that_is_cut_while_it_sends_leaves_nothing() -> None:
    async def cut(pairs: int) -> None:
        before = descriptors()
        for _ in range(pairs):
            near, far = socket.socketpair()
            with contextlib.closing(far):
                near.setblocking(False)
                connection = Connection(near)
                connection.send(MEGABYTE.encode())
                connection.send(b"and more")
                await asyncio.sleep(0)
                connection.cut()
        await nothing_is_left(before)

    asyncio.run(cut(20))


def test_what_is_sent_in_several_goes_arrives_in_order() -> None:
    async def there_and_back() -> bytes:
        near, far = socket.socketpair()
        near.setblocking(False)
        far.setblocking(False)
        one, other = Connection(near), Connection(far)
        words = [bytes((65 + n,)) * 300_000 for n in range(5)]
        for part in words:
            one.send(part)
        heard = b""
        while len(heard) < 1_500_000:
            heard += await other.receive()
        one.cut()
        assert await other.receive() == b""
        other.cut()
        assert heard == b"".join(words)
        return heard

    asyncio.run(there_and_back())


class NeverEnough:
    """TLS that finds nothing to read in whatever came, as in a flood of tickets for later; `reads` counts its tries."""

    def __init__(self) -> None:
        self.reads = 0

    def read(self, _most: int) -> bytes:
        self.reads += 1
        raise ssl.SSLWantReadError


def test_a_flood_that_says_nothing_does_not_keep_the_loop_to_itself() -> None:
    async def beside() -> set[int]:
        near, far = socket.socketpair()
        with contextlib.closing(far):
            near.setblocking(False)
            far.setblocking(False)
            there = sum(far.send(bytes(READ)) for _ in range(12))
            assert there == 12 * READ
            connection, encryption = Connection(near), NeverEnough()
            connection.encryption = encryption  # type: ignore[assignment]
            connection._arrived, connection._leaving = ssl.MemoryBIO(), ssl.MemoryBIO()
            reading = asyncio.create_task(connection.receive())
            seen = set()
            while encryption.reads < 13:
                await asyncio.sleep(0)
                seen.add(encryption.reads)
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            connection.cut()
            return seen

    assert asyncio.run(beside()) - {0, 13}
