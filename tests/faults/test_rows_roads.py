"""The faults of the road to a server: dead addresses, refusing routes, a thin line, no port left.

Two machines with a cable between them, each a network of its own, and single checks from one to the other.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import struct
from collections.abc import Callable, Iterator, Sequence

import pytest

from tests.faults.namespaces import Namespace
from tests.faults.scenes import Row
from tests.faults.table import keep
from tests.probes.asking import Resolve, ask
from tests.probes.stages_web import stall
from tests.servers import HttpServer, RawServer
from trayapp.core.words import Blame, Finding, Outcome
from trayapp.probes.base import AddrInfo, Kind
from trayapp.probes.http import Http
from trayapp.probes.tcp import Tcp

HERE, THERE = "192.0.2.1", "192.0.2.2"
HERE6, THERE6 = "2001:db8::1", "2001:db8::2"
DEAD, DEAD6 = "192.0.2.66", "2001:db8::66"
BEYOND = "198.51.100.1"
NOBODY = ("lladdr", "02:00:00:00:00:66", "dev", "eth0", "nud", "permanent")
ANY, ANY6 = "0.0.0.0", "::"

Told = Callable[[Row, Finding], None]


class Road:
    """Us and a server, and nobody else; packets to DEAD and DEAD6 are never seen again."""

    def __init__(self, at_end: contextlib.ExitStack) -> None:
        self._at_end = at_end
        self.us, self.there = Namespace(), Namespace()
        for network, own, own6 in ((self.us, HERE, HERE6), (self.there, THERE, THERE6)):
            at_end.callback(network.close)
        self.us.cable("eth0", self.there, "eth0")
        for network, own, own6 in ((self.us, HERE, HERE6), (self.there, THERE, THERE6)):
            network.ip("address", "add", f"{own}/24", "dev", "eth0")
            network.ip("address", "add", f"{own6}/64", "dev", "eth0", "nodad")
        for dead in (DEAD, DEAD6):
            self.us.ip("neigh", "replace", dead, *NOBODY)

    def start(self, server: RawServer) -> None:
        with self.there.inside():
            self._at_end.enter_context(server)

    def ask(self, row: Row, probe: Kind, timeout: float = 5.0, resolve: Resolve | None = None) -> Finding:
        """One check from our side."""
        row.begin()
        with self.us.inside():
            finding = ask(probe, timeout, resolve or knowing(THERE))
        row.seen(finding.outcome.name, finding.cause)
        return finding


def knowing(*addresses: str) -> Resolve:
    """Every name has these addresses, in this order."""

    async def resolve(host: str, port: int) -> Sequence[AddrInfo]:
        known = [host] if host[0].isdigit() else addresses
        six = socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, ""
        four = socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, ""
        return [(*six, (at, port, 0, 0)) if ":" in at else (*four, (at, port)) for at in known]

    return resolve


@pytest.fixture
def road() -> Iterator[Road]:
    with contextlib.ExitStack() as at_end:
        yield Road(at_end)


@pytest.fixture
def row(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> Iterator[Row]:
    """The row that the test is marked with, kept whatever comes of it."""
    id_, what = request.param
    row = Row(id_, what)
    yield row


def named(id_: str, what: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", [(id_, what)], indirect=True, ids=[id_])
