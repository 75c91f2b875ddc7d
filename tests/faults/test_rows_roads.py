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

from tests.faults.cast import service
from tests.faults.namespaces import Namespace
from tests.faults.table import Property, Row, keep, row
from tests.monitor.grounds import FakeGround
from tests.monitor.judging import World
from tests.monitor.virtual import play
from tests.probes.asking import Resolve, ask
from tests.probes.stages_web import stall
from tests.servers import HttpServer, RawServer, until
from trayapp.core.keys import Duration
from trayapp.core.verdict import judge
from trayapp.core.words import Blame, Finding, Outcome, Service
from trayapp.probes.base import AddrInfo, Kind
from trayapp.probes.http import Http
from trayapp.probes.tcp import Tcp

OURS, OURS_6 = "192.0.2.1", "2001:db8::1"
THEIRS, THEIRS_6 = "192.0.2.2", "2001:db8::2"
DEAD, DEAD_6 = "192.0.2.66", "2001:db8::66"
BEYOND = "198.51.100.1"
WITHOUT_SYNS = 0.9
"""Seconds of timeout that end before a SYN is sent once more: who needs longer had waited for a dead address."""


class Road:
    """Us and a server, and nobody else; packets to DEAD and DEAD_6 are never seen again."""

    def __init__(self, at_end: contextlib.ExitStack, record_property: Callable[[str, object], None]) -> None:
        self._at_end = at_end
        self._record_property = record_property
        self.us, self.there = Namespace(), Namespace()
        for network in (self.us, self.there):
            at_end.callback(network.close)
        self.us.cable("eth0", self.there, "eth0")
        for network, four, six in ((self.us, OURS, OURS_6), (self.there, THEIRS, THEIRS_6)):
            network.ip("address", "add", f"{four}/24", "dev", "eth0")
            network.ip("address", "add", f"{six}/64", "dev", "eth0", "nodad")
        for dead in (DEAD, DEAD_6):
            self.us.ip("neigh", "replace", dead, "lladdr", "02:00:00:00:00:66", "dev", "eth0", "nud", "permanent")

    def start(self, server: RawServer) -> RawServer:
        with self.there.inside():
            return self._at_end.enter_context(server)

    def ask(self, id_: str, what: str, probe: Kind, timeout: float = 5.0, *addresses: str) -> Finding:
        """One check from our side, and its row. Every name has these addresses, in this order."""
        row = Row(id_, what)
        with self.us.inside():
            finding = ask(probe, timeout, knowing(*addresses))
        finding = judge(service(id_, "tcp://site.test:80", degraded_above=500), finding)
        row.seen(finding.outcome.name, finding.cause)
        keep(row, self._record_property)
        return finding


def knowing(*addresses: str) -> Resolve:
    async def resolve(host: str, port: int) -> Sequence[AddrInfo]:
        return [place(address, port) for address in addresses or [host]]

    return resolve


def place(address: str, port: int) -> AddrInfo:
    if ":" in address:
        return socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port, 0, 0)
    return socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port)


@pytest.fixture
def road(record_property: Callable[[str, object], None]) -> Iterator[Road]:
    with contextlib.ExitStack() as at_end:
        yield Road(at_end, record_property)


@pytest.mark.parametrize(
    ("id_", "what", "host", "addresses", "reached", "broken"),
    [
        ("A15", "IPv6 is swallowed, IPv4 is well", THEIRS, (DEAD_6, THEIRS), THEIRS, {"ipv6"}),
        ("A16", "IPv4 is swallowed, IPv6 is well", THEIRS_6, (DEAD, THEIRS_6), THEIRS_6, {"ipv4"}),
        ("A16", "IPv4 is well and comes first", THEIRS, (THEIRS, DEAD_6), THEIRS, set()),
        ("A16", "an address of IPv6 alone", THEIRS_6, (THEIRS_6,), THEIRS_6, set()),
        ("A16", "an address of IPv4 alone", THEIRS, (THEIRS,), THEIRS, set()),
    ],
)
def test_an_address_that_is_dead_costs_nothing_where_another_is_well(
    road: Road, id_: str, what: str, host: str, addresses: tuple[str, ...], reached: str, broken: set[str]
) -> None:
    road.start(HttpServer(host=host, port=80))
    finding = road.ask(id_, what, Http("http://site.test/"), WITHOUT_SYNS, *addresses)
    assert (finding.outcome, finding.address) == (Outcome.OK, reached), finding
    assert {"ipv4", "ipv6"} & finding.details.keys() == broken
    assert {finding.details[kind] for kind in broken} <= {"broken: not connected in time"}


def test_a_site_all_of_whose_addresses_are_dead_is_down(road: Road) -> None:
    finding = road.ask("A16", "both are swallowed", Http("http://site.test/"), WITHOUT_SYNS, DEAD_6, DEAD)
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "timeout.connect")


@pytest.mark.parametrize(
    ("route", "outcome", "blame", "number"),
    [
        # Whether it is the service's doing or everybody's is asked of the others: see test_rows_judged.py.
        ("unreachable", Outcome.CRITICAL, Blame.SERVICE, errno.EHOSTUNREACH),
        ("throw", Outcome.UNKNOWN, Blame.NETWORK, errno.ENETUNREACH),
        ("prohibit", Outcome.UNKNOWN, Blame.NETWORK, errno.EACCES),
        ("blackhole", Outcome.UNKNOWN, Blame.NETWORK, errno.EINVAL),
        ("", Outcome.UNKNOWN, Blame.NETWORK, errno.ENETUNREACH),
    ],
)
def test_a_route_that_refuses_has_its_own_verdict(
    road: Road, route: str, outcome: Outcome, blame: Blame, number: int
) -> None:
    if route:
        road.us.ip("route", "add", route, BEYOND)
    what = f"a route of this machine says {route}" if route else "this machine has no route"
    finding = road.ask("A18", f"{what} ({errno.errorcode[number]})", Tcp(BEYOND, 80))
    assert (finding.outcome, finding.cause, finding.blame) == (outcome, "unreachable", blame)
    assert finding.details["errno"] == number


def test_a_line_of_8_kbit_is_slow_or_too_slow_and_never_hangs(road: Road, record_property: Property) -> None:
    small, large = Http(f"http://{THEIRS}/"), Http(f"http://{THEIRS}:8080/", not_contains="y")
    road.start(HttpServer(body=b"x" * 3000, host=THEIRS, port=80))
    road.start(HttpServer(body=b"x" * 100_000, host=THEIRS, port=8080))
    usual = [road.ask("A13", f"{ordinal}, as wide as it usually is", small) for ordinal in ("first", "then")]
    thin = ("dev", "eth0", "root", "tbf", "rate", "8kbit", "burst", "1600", "latency", "60s")
    road.there.tc("qdisc", "add", *thin)
    slow = road.ask("A13", "8 kbit/s, a page of 3 kB", small, 10.0)
    assert (slow.outcome, slow.cause) == (Outcome.WARNING, "slow")
    road.there.tc("qdisc", "del", "dev", "eth0", "root")  # what came before would still fill the line
    road.there.tc("qdisc", "add", *thin)
    finding = road.ask("A13", "8 kbit/s, a page of 100 kB", large, 4.0)
    assert finding.outcome is Outcome.CRITICAL
    assert finding.cause == "timeout.body"
    with row("found-T1", "a page on a line of 8 kbit/s, and all pages come so", record_property) as seen:
        unseen = judged(large, finding, small, [*usual, slow])
        seen.seen(unseen.outcome.name, unseen.cause)
    assert (unseen.outcome, unseen.cause) == (Outcome.UNKNOWN, "network.slow")
    assert judged(large, finding, small, [*usual, *usual]).outcome is Outcome.CRITICAL


def judged(probe: Http, finding: Finding, other: Http, others: Sequence[Finding]) -> Finding:
    """What this finding is worth to the monitor after these of another service, all of them made on the same line."""

    async def scene() -> Finding:
        service, beside = Service(id="a", probe=probe, timeout=Duration(4_000)), Service(id="b", probe=other)
        world = World.begin([service, beside], FakeGround())
        for each in others:
            await asyncio.sleep(60)
            await world.judge(beside, each)
        return await world.judge(service, finding)

    return play(scene())


def test_a_machine_without_a_free_port_blames_itself(road: Road) -> None:
    road.us.set("net/ipv4/ip_local_port_range", "40000 40001")
    server = road.start(RawServer(stall, host=THEIRS, port=80))
    with contextlib.ExitStack() as held:
        for _ in range(2):
            with road.us.inside():
                taken = held.enter_context(socket.create_connection((THEIRS, 80)))
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # gone at once when closed
        until(lambda: server.open == 2)
        finding = road.ask("A19", "both of two local ports are taken", Tcp(THEIRS, 80))
        assert (finding.outcome, finding.blame, finding.cause) == (Outcome.UNKNOWN, Blame.SELF, "self.ports")
    until(lambda: server.open == 0)
    assert road.ask("A19", "both of two local ports are free again", Tcp(THEIRS, 80)).outcome is Outcome.OK
