"""What Linux tells of this machine's place in the network, in networks that are as the test makes them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack
from ipaddress import ip_interface
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.faults.namespaces import Namespace, Tunnel, in_thread
from tests.faults.world import NameServer
from tests.servers import HttpServer, until
from trayapp.monitor.ground import Names
from trayapp.monitor.ground_linux import LinuxGround
from trayapp.monitor.ground_portable import WAY_OUT, PortableGround
from trayapp.monitor.scene import Link
from trayapp.probes.base import Means

T = TypeVar("T")
US, ROUTER = "192.168.7.20", "192.168.7.1"


class Street:
    """Our machine and its router, and a way to be on our machine for a while."""

    def __init__(self, at_end: ExitStack, folder: Path) -> None:
        self.us, self.router = Namespace(), Namespace()
        at_end.callback(self.us.close)
        at_end.callback(self.router.close)
        self.at_end = at_end
        self.resolv_conf = folder / "resolv.conf"
        self.us.cable("eth0", self.router, "lan")
        self.us.ip("address", "add", f"{US}/24", "dev", "eth0")
        self.us.ip("route", "add", "default", "via", ROUTER)
        self.router.ip("address", "add", f"{ROUTER}/24", "dev", "lan")

    def ground(self) -> LinuxGround:
        return LinuxGround(no_means, self.resolv_conf)

    def on(self, work: Callable[[], T]) -> T:
        def there() -> T:
            self.us.enter()
            return work()

        return in_thread(there)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.on(lambda: asyncio.run(work))

    def name_server(self, address: str, *arguments: str) -> NameServer:
        name_server = NameServer(self.router, address, *arguments)
        self.at_end.callback(name_server.stop)
        with self.resolv_conf.open("a") as file:
            file.write(f"nameserver {address}\n")
        return name_server


def no_means(seconds: float) -> Means:
    raise AssertionError("nothing is asked with them")


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    with ExitStack() as at_end:
        yield Street(at_end, tmp_path)


def test_a_cable_an_address_and_a_way_out(street: Street):
    scene = street.on(street.ground().scene)
    assert scene.links == (Link("eth0", True, (ip_interface(f"{US}/24"),), (ROUTER,), way_out=True),)
    assert [link.name for link in scene.ways_out] == ["eth0"]


def test_a_cable_that_is_out_leaves_no_way_out(street: Street):
    street.router.ip("link", "set", "lan", "down")
    until(lambda: street.on(street.ground().scene).ways_out == ())


def test_two_halves_of_the_world_by_way_of_a_tunnel_are_a_way_out_and_the_tunnel_is_known_as_one(street: Street):
    with Tunnel(street.us, street.router):
        street.us.ip("address", "add", "10.8.0.2", "peer", "10.8.0.1", "dev", "tun0")
        street.us.ip("link", "set", "tun0", "up")
        for half in ("0.0.0.0/1", "128.0.0.0/1"):
            street.us.ip("route", "add", half, "dev", "tun0")
        tunnel = street.on(street.ground().scene).link("tun0")
        assert tunnel is not None
        assert (tunnel.up, tunnel.tunnel, tunnel.way_out, tunnel.peers) == (True, True, True, ("10.8.0.1",))


def test_a_bridge_with_nobody_but_our_own_machines_is_an_inner_one(street: Street):
    street.us.ip("link", "add", "docker0", "type", "bridge")
    street.us.ip("address", "add", "172.17.0.1/16", "dev", "docker0")
    bridge = street.on(street.ground().scene).link("docker0")
    assert bridge is not None
    assert bridge.inner


def test_several_gateways_of_one_route_are_all_known(street: Street):
    hops = [word for gateway in (ROUTER, "192.168.7.2") for word in ("nexthop", "via", gateway)]
    street.us.ip("route", "replace", "default", *hops)
    (link,) = street.on(street.ground().scene).links
    assert link.gateways == (ROUTER, "192.168.7.2")


def test_passing_addresses_are_none_of_a_scene(street: Street):
    before = street.on(street.ground().scene)
    street.us.ip("address", "add", "2001:db8::7/64", "dev", "eth0", "preferred_lft", "0", "valid_lft", "600")
    assert street.on(street.ground().scene) == before


def test_which_link_carries_an_address_and_which_address_no_link_carries(street: Street):
    def look() -> list[str | None]:
        ground = street.ground()
        return [ground.link_to(address) for address in ("198.51.100.7", ROUTER, "2001:db8::1")]

    assert street.on(look) == ["eth0", "eth0", None]


def test_name_servers_are_those_of_the_file_as_it_is_now(street: Street):
    ground = street.ground()
    street.resolv_conf.write_text("# mine\nnameserver 192.0.2.53\nsearch test\nnameserver fe80::1%eth0\n")
    assert street.on(ground.scene).resolvers == ("192.0.2.53", "fe80::1%eth0")
    street.resolv_conf.unlink()
    assert street.on(ground.scene).resolvers == ()


def test_every_change_is_told_soon_and_after_the_end_none_is(street: Street):
    changes = [
        ("route", "replace", "default", "via", "192.168.7.2"),
        ("address", "add", "192.168.7.21/24", "dev", "eth0"),
        ("link", "set", "eth0", "down"),
    ]
    told = threading.Semaphore(0)
    begun, end = threading.Event(), threading.Event()

    async def listen() -> None:
        stop = street.ground().watch(told.release)
        begun.set()
        await asyncio.to_thread(end.wait)
        stop()

    listening = threading.Thread(target=lambda: street.run(listen()))
    listening.start()
    assert begun.wait(10)
    for change in changes:
        street.us.ip(*change)
        assert told.acquire(timeout=10), change
    end.set()
    listening.join(10)


def test_a_scene_that_is_watched_is_as_new_as_one_that_is_not(street: Street):
    async def look() -> list[bool]:
        ground = street.ground()
        told = asyncio.Event()
        stop = ground.watch(told.set)
        before = bool(ground.scene().ways_out)
        await asyncio.to_thread(street.router.ip, "link", "set", "lan", "down")
        async with asyncio.timeout(10):
            while ground.scene().ways_out:
                await told.wait()
                told.clear()
        stop()
        return [before, bool(ground.scene().ways_out)]

    assert street.run(look()) == [True, False]


# Neighbours


def test_a_router_answers_by_accepting_or_refusing_and_marks_the_place(street: Street):
    async def ask() -> tuple[bool, frozenset[str]]:
        ground = street.ground()
        return await ground.neighbour("eth0", ROUTER, 2.0), ground.place("eth0")

    answered, marks = street.run(ask())
    assert answered
    assert len(marks) == 1
    with street.router.inside(), HttpServer(host=ROUTER, port=53):
        assert street.run(ask())[0]


def test_a_router_that_drops_every_connection_is_heard_by_its_hardware(street: Street):
    street.router.ip("route", "delete", "192.168.7.0/24", "dev", "lan")
    assert street.run(street.ground().neighbour("eth0", ROUTER, 2.0))


@pytest.mark.parametrize("address", ["192.168.7.99", ROUTER])
def test_a_neighbour_that_is_not_there_does_not_answer_even_if_its_hardware_is_written_down(
    street: Street, address: str
):
    if address == ROUTER:
        street.us.ip("neigh", "replace", ROUTER, "lladdr", "02:00:00:00:00:99", "dev", "eth0", "nud", "permanent")
    assert not street.run(street.ground().neighbour("eth0", address, 1.0))
    assert street.on(lambda: street.ground().place("nowhere0")) == frozenset()


def test_a_router_that_has_only_a_link_local_address_answers_too(street: Street):
    street.router.ip("address", "add", "fe80::1/64", "dev", "lan", "nodad")
    street.us.ip("address", "add", "fe80::2/64", "dev", "eth0", "nodad")
    street.us.ip("-6", "route", "add", "default", "via", "fe80::1", "dev", "eth0")
    (link,) = street.on(street.ground().scene).links
    assert link.gateways == (ROUTER, "fe80::1")
    assert street.run(street.ground().neighbour("eth0", "fe80::1", 2.0))


# Name servers


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [(["--local=/#/"], Names.OUTSIDE), (["--address=/#/192.168.7.1"], Names.LIED), ([], Names.SPOKE)],
    ids=["no such name", "an address for every name", "refused"],
)
def test_what_a_name_server_says_of_a_name_that_cannot_exist(street: Street, arguments: list[str], expected: Names):
    street.name_server(ROUTER, *arguments)
    assert street.run(street.ground().names("zone.test", 2.0)) is expected


def test_a_name_server_of_the_open_internet_that_speaks_at_all_was_reached(street: Street):
    street.router.ip("address", "add", "203.0.113.53/32", "dev", "lo")
    street.name_server("203.0.113.53")
    assert street.run(street.ground().names("zone.test", 2.0)) is Names.OUTSIDE


def test_a_silent_name_server_gives_way_to_the_next_and_without_one_nobody_answers(street: Street):
    street.name_server(ROUTER, "--local=/#/").freeze()
    assert street.run(street.ground().names("zone.test", 1.5)) is Names.SILENT
    street.router.ip("address", "add", "192.168.7.2/24", "dev", "lan")
    street.name_server("192.168.7.2", "--local=/#/")
    assert street.run(street.ground().names("zone.test", 2.0)) is Names.OUTSIDE
    street.resolv_conf.unlink()
    assert street.run(street.ground().names("zone.test", 2.0)) is Names.SILENT


# The portable ground, in the same places


def test_without_the_kernels_account_there_is_a_way_out_or_none(street: Street):
    def look() -> list[tuple[str, ...]]:
        ground = PortableGround(no_means)
        here = [tuple(link.name for link in ground.scene().ways_out)]
        street.us.ip("link", "set", "eth0", "down")
        return [*here, tuple(link.name for link in ground.scene().ways_out)]

    assert street.on(look) == [(WAY_OUT,), ()]


def test_without_the_kernels_account_a_neighbour_is_still_heard_if_it_refuses(street: Street):
    async def ask() -> list[bool]:
        ground = PortableGround(no_means)
        return [await ground.neighbour(WAY_OUT, address, 1.0) for address in (ROUTER, "192.168.7.99")]

    assert street.run(ask()) == [True, False]
