"""The networks around us, tunnels, and this machine itself: each is judged without the internet."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from ipaddress import ip_interface

import pytest

from tests.monitor.grounds import CABLE, HOME, NOWHERE, VPN, WIFI, FakeGround
from tests.monitor.judging import FAR, INSIDE, NEAR, World, at, failed, open_port, well
from tests.monitor.virtual import play
from trayapp.monitor.ground import Names
from trayapp.monitor.reach import Whereabouts
from trayapp.monitor.scene import Link, Scene, network_of

JIRA = at(f"https://{INSIDE}/")
PRINTER = at(f"tcp://{NEAR}:9100")
SHOP = at("https://shop.test/")
WIKI = at("https://wiki.corp.test/")
TUNNELLED = Scene((WIFI, VPN), HOME.resolvers)
LOST = {"silent": True, "zone": Names.SILENT}


@pytest.mark.parametrize("target", ["tcp://127.0.0.1:80", "http://[::1]:8080/", "localhost:22", "http://db.localhost/"])
def test_this_machine_is_never_doubted(target: str):
    async def scene() -> None:
        service = at(target)
        world = World.begin([service], FakeGround(NOWHERE))
        assert await world.verdict(service, failed(address=None)) == "CRITICAL"
        assert world.ground.asked == []

    play(scene())


def test_our_own_address_and_bridges_of_this_machine_alone_count_as_this_machine():
    bridge = Link("docker0", up=False, addresses=(ip_interface("172.17.0.1/16"),), inner=True)
    scene = Scene((WIFI, bridge))
    assert network_of(scene, "192.168.7.20", "lo") == "loopback"
    assert network_of(scene, "172.17.0.5", "docker0") == "loopback"


@pytest.mark.parametrize(
    ("address", "via", "network"),
    [
        ("198.51.100.7", "wlan0", "internet"),
        ("192.168.7.50", "wlan0", "lan"),
        ("10.99.0.1", "wlan0", "lan"),
        ("fe80::1%wlan0", "wlan0", "lan"),
        ("10.8.0.9", "tun0", "vpn:tun0"),
        ("198.51.100.7", "tun0", "vpn:tun0"),
        ("198.51.100.7", None, "internet"),
    ],
)
def test_an_address_shows_through_which_network_it_is_reached(address: str, via: str | None, network: str):
    assert network_of(TUNNELLED, address, via) == network


def test_behind_a_tunnel_that_carries_everything_the_open_internet_is_still_the_internet():
    full = Scene((WIFI, replace(VPN, way_out=True)))
    assert network_of(full, "198.51.100.7", "tun0") == "internet"
    assert network_of(full, "10.8.0.9", "tun0") == "vpn:tun0"


# Around us


def test_a_printer_is_judged_by_the_router_while_the_internet_is_away():
    async def scene() -> None:
        world = World.begin([PRINTER, SHOP], FakeGround(**LOST))
        assert await world.verdict(SHOP, failed()) == "network.offline"
        assert await world.verdict(PRINTER, failed("unreachable", NEAR)) == "CRITICAL"
        assert (world.sight("internet").state, world.sight("lan").state) == ("offline", "online")

    play(scene())


def test_a_host_on_our_link_that_refuses_is_evidence_itself():
    async def scene() -> None:
        world = World.begin([PRINTER], FakeGround(neighbours=set()))
        assert await world.verdict(PRINTER, failed("refused", NEAR)) == "CRITICAL"
        assert world.ground.asked == []

    play(scene())


def test_where_the_router_does_not_answer_either_the_printer_is_unknown():
    async def scene() -> None:
        world = World.begin([PRINTER], FakeGround(neighbours=set()))
        assert await world.verdict(PRINTER, failed(address=NEAR)) == "network.offline"
        assert world.sight("lan").state == "offline"

    play(scene())


def test_another_host_on_the_same_link_speaks_for_it():
    async def scene() -> None:
        other = at("tcp://192.168.7.60:22")
        world = World.begin([PRINTER, other], FakeGround(neighbours=set(), delay=1.0))
        waiting = asyncio.create_task(world.verdict(PRINTER, failed(address=NEAR)))
        await world.pass_time(0.1)
        await world.verdict(other, open_port("192.168.7.60"))
        assert await waiting == "CRITICAL"

    play(scene())


def test_a_router_on_one_link_says_nothing_of_another():
    async def scene() -> None:
        box = at("tcp://192.168.9.50:22")
        world = World.begin([box], FakeGround(Scene((WIFI, CABLE)), neighbours={"192.168.7.1"}))
        assert await world.verdict(box, failed(address="192.168.9.50")) == "network.offline"

    play(scene())


def test_on_a_link_without_a_router_the_carrier_has_to_do():
    async def scene() -> None:
        lab = Link("eth1", addresses=(ip_interface("192.168.50.1/24"),))
        box = at("tcp://192.168.50.2:22")
        world = World.begin([box], FakeGround(Scene((WIFI, lab))))
        assert await world.verdict(box, failed(address="192.168.50.2")) == "CRITICAL"
        world.ground.move(Scene((WIFI, replace(lab, up=False))))
        world.ground.link_to = lambda address: "eth1"
        assert await world.verdict(box, failed(address="192.168.50.2")) == "network.offline"

    play(scene())


def test_away_from_home_the_printer_is_not_down():
    async def scene() -> None:
        world = World.begin([PRINTER])
        assert await world.verdict(PRINTER, open_port(NEAR)) == "OK"
        world.ground.marks = frozenset({"02:00:00:00:00:99"})
        world.ground.move(Scene((WIFI,), ("192.168.7.9",)))
        assert await world.verdict(PRINTER, failed("refused", NEAR)) == "network.elsewhere"
        world.ground.marks = frozenset({"02:00:00:00:00:01"})
        world.ground.move(HOME)
        assert await world.verdict(PRINTER, failed("refused", NEAR)) == "CRITICAL"

    play(scene())


def test_what_was_learnt_at_home_holds_for_a_start_elsewhere():
    async def scene() -> None:
        world = World.begin([PRINTER, JIRA], FakeGround(TUNNELLED))
        assert await world.verdict(PRINTER, open_port(NEAR)) == "OK"
        assert await world.verdict(JIRA, open_port(INSIDE)) == "OK"
        learnt = world.network.whereabouts()
        assert dict(learnt.tunnels) == {JIRA.id: "vpn:tun0"}
        hotel = FakeGround(Scene((WIFI,), ("192.168.7.9",)), marks=frozenset({"02:00:00:00:00:99"}))
        for known, printer, jira in (
            (learnt, "network.elsewhere", "network.vpn"),
            (Whereabouts(), "CRITICAL", "CRITICAL"),
        ):
            world = World.begin([], hotel)
            world.network.recall(known)
            world.network.keep([PRINTER, JIRA])
            assert await world.verdict(PRINTER, failed("refused", NEAR)) == printer
            assert await world.verdict(JIRA, failed(address=INSIDE)) == jira

    play(scene())


def test_after_a_loss_at_home_the_local_network_elsewhere_is_not_said_to_be_lost():
    async def scene() -> None:
        world = World.begin([PRINTER])
        assert await world.verdict(PRINTER, open_port(NEAR)) == "OK"
        world.ground.move(NOWHERE)
        await world.pass_time(2)
        assert world.sight("lan").state == "offline"
        world.ground.marks = frozenset({"02:00:00:00:00:99"})
        world.ground.move(Scene((WIFI,), ("192.168.7.9",)))
        await world.pass_time(2)
        assert await world.verdict(PRINTER, failed("refused", NEAR)) == "network.elsewhere"
        assert "lan" not in {sight.network for sight in world.network.sights()}

    play(scene())


def test_with_routers_left_alone_a_failure_on_a_link_with_carrier_counts():
    async def scene() -> None:
        world = World.begin([PRINTER], FakeGround(neighbours=set()))
        world.network.use((), ask_routers=False)
        assert await world.verdict(PRINTER, failed(address=NEAR)) == "CRITICAL"
        assert world.ground.asked == []

    play(scene())


def test_the_owner_may_say_through_which_network_a_service_is_reached():
    async def scene() -> None:
        service = at("https://198.51.100.7/", network="lan")
        world = World.begin([service], FakeGround(silent=True))
        assert await world.verdict(service, failed()) == "CRITICAL"
        assert world.network.of(service.id) == "lan"

    play(scene())


# Tunnels


def test_a_tunnel_that_is_gone_is_told_and_its_services_are_unknown_while_others_are_judged():
    async def scene() -> None:
        inside = at("https://wiki.corp.test/", network="vpn:tun0")
        world = World.begin([inside, SHOP], FakeGround(TUNNELLED))
        assert await world.verdict(inside, well(INSIDE)) == "OK"
        world.ground.move(HOME)
        await world.pass_time(1.5)
        assert world.turned == [("vpn:tun0", True)]
        assert world.sight("vpn:tun0").state == "vpn_down"
        assert await world.verdict(inside, failed(address=None)) == "network.vpn"
        assert await world.verdict(SHOP, failed()) == "CRITICAL"

    play(scene())


def test_that_a_service_is_behind_a_tunnel_is_learnt_while_it_is_well():
    async def scene() -> None:
        world = World.begin([WIKI], FakeGround(TUNNELLED))
        await world.verdict(WIKI, well(INSIDE))
        world.ground.move(HOME)
        assert await world.verdict(WIKI, failed(address=INSIDE)) == "network.vpn"
        assert await world.verdict(WIKI, failed("dns.nxdomain", None)) == "network.vpn"

    play(scene())


@pytest.mark.parametrize(
    ("finding", "neighbours", "expected"),
    [
        (failed(address=INSIDE), {"10.8.0.1"}, "CRITICAL"),
        (failed(address=INSIDE), set(), "network.vpn"),
        (failed("refused", INSIDE), set(), "CRITICAL"),
        (failed("http.status", INSIDE, answered=True), set(), "CRITICAL"),
    ],
    ids=["its far end answers", "nothing answers", "a refusal came through", "an answer came through"],
)
def test_a_tunnel_is_judged_by_what_comes_back_through_it(finding, neighbours: set[str], expected: str):
    async def scene() -> None:
        world = World.begin([WIKI], FakeGround(TUNNELLED, neighbours=neighbours))
        assert await world.verdict(WIKI, finding) == expected

    play(scene())


def test_another_service_behind_the_tunnel_speaks_for_it():
    async def scene() -> None:
        other = at("https://mail.corp.test/")
        world = World.begin([WIKI, other], FakeGround(TUNNELLED, neighbours=set(), delay=1.0))
        waiting = asyncio.create_task(world.verdict(WIKI, failed(address=INSIDE)))
        await world.pass_time(0.1)
        await world.verdict(other, well("10.8.0.60"))
        assert await waiting == "CRITICAL"

    play(scene())


def test_a_tunnel_that_comes_and_goes_disturbs_no_check_of_the_internet():
    async def scene() -> None:
        world = World.begin([SHOP])
        began = world.network.mark()
        for here in (TUNNELLED, HOME, TUNNELLED):
            world.ground.move(here)
        judged = await world.network.judge(SHOP, failed(), began)
        assert str(judged.outcome) == "CRITICAL"

    play(scene())


def test_a_service_that_moved_from_the_tunnel_to_the_internet_is_judged_there():
    async def scene() -> None:
        world = World.begin([WIKI], FakeGround(TUNNELLED))
        await world.verdict(WIKI, well(INSIDE))
        await world.verdict(WIKI, well(FAR))
        world.ground.move(HOME)
        assert await world.verdict(WIKI, failed(address=FAR)) == "CRITICAL"

    play(scene())
