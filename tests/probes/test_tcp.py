"""`tcp`: a port that accepts."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence

from tests.probes.asking import ask
from tests.servers import RawServer, pause
from trayapp.core.words import Outcome
from trayapp.probes.base import AddrInfo
from trayapp.probes.tcp import Tcp


async def greet_late(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await pause(reader, 3)


def test_a_port_that_accepts_is_ok_before_it_says_anything() -> None:
    with RawServer(greet_late) as server:
        finding = ask(Tcp("127.0.0.1", server.port), 1.0)
    assert (finding.outcome, finding.message, finding.address) == (Outcome.OK, "", "127.0.0.1")
    assert finding.answered
    assert list(finding.phases_ms) == ["dns", "connect"]


def test_a_name_with_thousands_of_addresses_is_bounded() -> None:
    async def thousands(_host: str, port: int) -> Sequence[AddrInfo]:
        dead = [("127.0.0.1", 1)] * 4000
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", at) for at in [*dead, ("127.0.0.1", port)]]

    with RawServer(greet_late) as server:
        assert ask(Tcp("many.test", server.port), 5.0, resolve=thousands).cause == "refused"
        assert server.accepted == 0
