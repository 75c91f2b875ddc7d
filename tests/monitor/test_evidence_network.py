"""What our own network says of an outage: who answered since it began, and nothing that nobody saw."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from tests.monitor.grounds import CABLE, CONTROLS, HOME, VPN, FakeGround
from tests.monitor.judging import FAR, FARTHER, INSIDE, NEAR, World, at, failed, open_port, well
from tests.monitor.virtual import play
from trayapp.core.evidence import Vantage
from trayapp.core.words import Finding
from trayapp.monitor.scene import Scene

SITE = at(f"https://{FAR}")


async def told(world: World, finding: Finding, service=SITE, since: int | None = None) -> Vantage:
    since = world.clock.now() if since is None else since
    judged = await world.judge(service, finding)
    found = world.network.testimony(service, judged, since)
    assert found is not None
    return found


def names(found: Vantage) -> list[tuple[str, str]]:
    return sorted((witness.role, witness.name) for witness in found.witnesses)


def test_the_control_targets_and_the_name_server_that_answered_are_named() -> None:
    async def run() -> None:
        world = World.begin([SITE])
        begun = world.clock.now()
        found = await told(world, failed())
        assert (found.network, found.state, found.link, found.tunnels) == ("internet", "online", "wlan0", ())
        assert not found.own_answer
        assert not found.portal
        assert names(found) == [
            ("control", "http://204.test/generate_204"),
            ("control", "https://192.0.2.80"),
            ("names", ""),
        ]
        assert all(begun <= witness.at <= world.clock.now() for witness in found.witnesses)
        assert found.since is not None
        assert found.steady_since == begun

    play(run())


def test_who_answered_before_it_began_is_no_witness() -> None:
    async def run() -> None:
        other = at(f"https://{FARTHER}")
        world = World.begin([SITE, other])
        await world.judge(other, well(FARTHER))
        await told(world, failed())
        await world.pass_time(30)
        found = world.network.testimony(SITE, failed(), world.clock.now())
        assert found is not None
        assert found.witnesses == ()

    play(run())


def test_other_services_that_were_well_meanwhile_are_witnesses_and_the_service_itself_is_not() -> None:
    async def run() -> None:
        other = replace(at(f"https://{FARTHER}"), name="Other")
        world = World.begin([SITE, other], controls=())
        await world.judge(SITE, well())
        await world.pass_time(1)
        since = world.clock.now()
        await world.judge(SITE, well())
        await world.judge(other, well(FARTHER))
        found = await told(world, failed(), since=since)
        assert ("service", "Other") in names(found)
        assert [role for role, name in names(found) if name == SITE.id] == []

    play(run())


def test_an_answer_that_nobody_else_can_give_is_the_services_own() -> None:
    async def run() -> None:
        world = World.begin([SITE])
        answer = replace(well(), outcome=failed().outcome, cause="http.status")
        found = await told(world, answer)
        assert found.own_answer
        assert names(found) == []  # there was no need to ask anybody

    play(run())


def test_a_router_answers_for_its_own_network_and_the_far_end_for_a_tunnel() -> None:
    async def run() -> None:
        printer, inside = at(f"tcp://{NEAR}:631"), at(f"tcp://{INSIDE}:5432")
        world = World.begin([printer, inside], FakeGround(replace(HOME, links=(*HOME.links, VPN))))
        found = await told(world, failed(address=NEAR), printer)
        assert found.network == "lan"
        assert ("near", "192.168.7.1") in names(found)
        assert found.tunnels == ("tun0",)
        await world.judge(inside, open_port(INSIDE))
        await world.pass_time(10)
        found = await told(world, failed(address=INSIDE), inside)
        assert (found.network, found.link) == ("vpn:tun0", "tun0")
        assert ("far", "10.8.0.1") in names(found)

    play(run())


def test_when_the_network_last_changed_is_told() -> None:
    async def run() -> None:
        world = World.begin([SITE], FakeGround(HOME))
        await world.pass_time(60)
        moved = world.clock.now()
        world.ground.move(Scene((CABLE,), ("192.168.9.1",)))
        await world.pass_time(60)
        found = await told(world, failed())
        assert found.steady_since == moved
        assert found.link == "eth0"

    play(run())


def test_what_runs_here_needs_no_witness_and_what_was_never_tried_has_none() -> None:
    async def run() -> None:
        here = at("http://127.0.0.1:80")
        world = World.begin([here, SITE])
        assert await told(world, failed(address="127.0.0.1"), here) == Vantage("loopback")
        assert world.network.testimony(SITE, failed(), 0) is None

    play(run())


def test_of_thousands_of_services_a_few_are_remembered() -> None:
    async def run() -> None:
        services = [at(f"https://198.51.100.{n}") for n in range(1, 200)]
        world = World.begin(services, controls=CONTROLS)
        since = world.clock.now()
        for one in services:
            await world.judge(one, well(one.id.removeprefix("https://")))
            await asyncio.sleep(0)
        found = await told(world, failed(), since=since)
        assert len([role for role, _ in names(found) if role == "service"]) == 8

    play(run())
