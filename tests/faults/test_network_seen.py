"""Is it me or them, for real: what is really down rings though much is wrong, and twenty healthy services never do."""

from __future__ import annotations

import time

import pytest

from tests.faults.cast import ENCRYPTED, FAR, TWENTY, VICTIM_PAGE, all_up, nothing_was_told_of, service, stays
from tests.faults.packets import Wire
from tests.faults.world import PLAIN_CONTROL, ROUTER, SECOND_ROUTER, SERVICES, TLS_CONTROL, VICTIM, World
from tests.servers import HttpServer, until
from trayapp.core.words import Outcome, Status

pytestmark = pytest.mark.timeout(180)


WIKI = service("wiki", "tcp://wiki.office.test:80")


def test_when_the_vpn_goes_its_service_is_unknown_and_the_internet_is_fine(world: World):
    tunnel = world.dial_vpn()
    world.start(HttpServer(host="10.8.0.1", port=80), world.router)
    watching = all_up(world.watch([*TWENTY, WIKI]))
    assert watching.sight("vpn:tun0") == "online"
    tunnel.hang_up()
    watching.until_all(Status.UNKNOWN, {"wiki"})
    assert watching.reasons({"wiki"}) == {"network.vpn"}
    assert watching.sight("vpn:tun0") == "vpn_down"
    stays(watching, Status.UP, FAR, 3)
    nothing_was_told_of(watching, FAR | {"wiki"})


def test_a_service_behind_a_vpn_that_is_really_down_rings(world: World):
    world.dial_vpn()
    server = HttpServer(host="10.8.0.1", port=80)
    world.start(server, world.router)
    watching = all_up(world.watch([*TWENTY, WIKI]))
    server.stop()
    watching.until_all(Status.DOWN, {"wiki"})
    nothing_was_told_of(watching, FAR)


@pytest.mark.parametrize("how", ["refuses", "is silent", "has lost its name"])
def test_the_only_service_rings_when_it_is_really_down(world: World, how: str):
    watching = all_up(world.watch([VICTIM_PAGE]))
    if how == "refuses":
        world.victim.stop()
    elif how == "is silent":
        world.swallow(VICTIM)
    else:
        world.lose_name("victim.test")
    watching.until_all(Status.DOWN)
    assert [told.kind for told in watching.told] == ["down"]
    assert watching.sight() == "online"


def test_all_services_down_while_the_network_is_fine_are_down_and_not_offline(world: World):
    watching = all_up(world.watch(TWENTY))
    for server in world.services:
        server.stop()
    watching.until_all(Status.DOWN)
    assert watching.sight() == "online"
    assert {service for told in watching.told for service in told.services} == FAR


@pytest.mark.parametrize("beside", [True, False], ids=["beside twenty", "alone"])
def test_where_the_control_targets_are_blocked_a_service_that_is_really_down_still_rings(world: World, beside: bool):
    world.swallow(PLAIN_CONTROL, TLS_CONTROL)
    watching = all_up(world.watch([*(TWENTY if beside else []), VICTIM_PAGE]))
    world.victim.stop()
    watching.until_all(Status.DOWN, {"victim"})
    if beside:
        stays(watching, Status.UP, FAR, 3)
    nothing_was_told_of(watching, FAR)


def test_a_route_that_flips_during_a_check_makes_its_failure_nobodys(world: World):
    slow = service("victim", "https://victim.test/", timeout=3000, interval=3000)
    watching = all_up(world.watch([*TWENTY, slow]))
    world.victim.delay = 60
    gateways = [ROUTER, SECOND_ROUTER]
    end = time.monotonic() + 10
    while time.monotonic() < end:
        gateways.reverse()
        world.flip_route(gateways[0])
        time.sleep(1.5)
    assert watching.critical() == set()
    assert "network.changed" in watching.causes(outcome=Outcome.UNKNOWN)
    watching.until_all(Status.DOWN, {"victim"})
    nothing_was_told_of(watching, FAR)


def test_five_hundred_failures_at_once_send_at_most_three_questions_in_five_seconds(world: World):
    crowd = [service(f"c{n}", f"tcp://{SERVICES}:22", interval=5000) for n in range(500)]
    watching = all_up(world.watch(crowd))
    with Wire(world.router, "lan") as wire:
        world.cut_uplink("unreachable")
        until(lambda: len([r for r in watching.results if r.finding.outcome is Outcome.UNKNOWN]) >= 500, 60)
        time.sleep(6)
    asked = wire.questions({PLAIN_CONTROL, TLS_CONTROL})
    failed = len([result for result in watching.results if result.finding.outcome is Outcome.UNKNOWN])
    print(f"{failed} failed checks, {len(asked)} questions sent, {wire.most_within(asked, 5.0)} at most in 5 s")
    assert wire.most_within(asked, 5.0) <= 3
    nothing_was_told_of(watching, {each.id for each in crowd})


def test_no_control_target_is_asked_while_all_is_well(world: World):
    with Wire(world.router, "lan") as wire:
        watching = all_up(world.watch(ENCRYPTED))
        until(lambda: len(watching.results) > 40)
    assert wire.questions({PLAIN_CONTROL, TLS_CONTROL}) == []
