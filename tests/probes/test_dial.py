"""Of two kinds of address the one that did not work is told, with what happened there."""

from __future__ import annotations

import socket
from collections.abc import Sequence

import pytest

from tests.faults.table import Property, row
from tests.probes.asking import ask
from tests.servers import HttpServer, closed_port
from trayapp.core.words import Outcome
from trayapp.probes.base import AddrInfo
from trayapp.probes.http import Http

SIX = (socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
FOUR = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "")


@pytest.mark.parametrize("refusing", [SIX, FOUR])
def test_a_kind_of_address_that_refuses_is_said_to_refuse(refusing: AddrInfo, record_property: Property) -> None:
    """Not that it did not connect in time: it answered at once."""
    kind, other = ("ipv6", FOUR) if refusing is SIX else ("ipv4", SIX)

    async def resolve(_host: str, port: int) -> Sequence[AddrInfo]:
        hosts = {SIX: "::1", FOUR: "127.0.0.1"}
        return [(*refusing[:4], (hosts[refusing], closed)), (*other, (hosts[other], port))]

    with (
        closed_port() as closed,
        HttpServer(host="127.0.0.1" if other is FOUR else "::1") as site,
        row("found-T25", f"{kind} of localhost refuses, the other is well", record_property) as seen,
    ):
        finding = ask(Http(f"http://localhost:{site.port}/"), resolve=resolve)
        seen.seen(finding.outcome.name, str(finding.details.get(kind)))
    assert finding.outcome is Outcome.OK
    assert finding.details[kind] == "broken: connection refused"


def test_nothing_is_said_of_the_other_kind_where_the_first_one_works() -> None:
    async def resolve(_host: str, port: int) -> Sequence[AddrInfo]:
        return [(*FOUR, ("127.0.0.1", port)), (*SIX, ("::1", port))]

    with HttpServer() as site:
        finding = ask(Http(f"http://localhost:{site.port}/"), resolve=resolve)
    assert {"ipv4", "ipv6"} & finding.details.keys() == set()
