"""Is it me or them, for real: every fault of a network that laptops meet, with twenty healthy services beside it.

None of the twenty may ever be found to fail by a check, whatever happens between them and us.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.faults.namespaces import Tunnel
from tests.faults.packets import Wire
from tests.faults.watching import Watching
from tests.faults.world import BOX, CONTROLS, PLAIN_CONTROL, ROUTER, SECOND_ROUTER, SERVICES, TLS_CONTROL, VICTIM, World
from tests.probes.certificates import self_signed
from tests.servers import HttpServer, RawServer, until
from trayapp.core.words import Outcome, Service, Status
from trayapp.probes import probe_for

pytestmark = pytest.mark.timeout(180)

PACE = {"interval": 1000, "recheck_interval": 500, "timeout": 1000}


def service(id_: str, target: str, **keys) -> Service:
    return Service(id=id_, probe=probe_for(target), **{**PACE, **keys})


ENCRYPTED = [service(f"page{n}", f"https://s{n}.test/") for n in range(8)]
PLAIN = [service(f"plain{n}", f"http://s{n}.test/") for n in range(8, 12)]
PORTS = [service(f"port{n}", f"tcp://s{n}.test:22") for n in range(12, 16)]
BY_NUMBER = [service(f"number{n}", f"tcp://{SERVICES}:{port}") for n, port in enumerate((22, 80, 443, 22), 16)]
TWENTY = [*ENCRYPTED, *PLAIN, *PORTS, *BY_NUMBER]
FAR = {each.id for each in TWENTY}
NAMED = {each.id for each in (*ENCRYPTED, *PLAIN, *PORTS)}
NUMBERED = {each.id for each in BY_NUMBER}
VICTIM_PAGE = service("victim", "https://victim.test/")
VICTIM_BY_NUMBER = service("victim", f"tcp://{VICTIM}:443")
HOME_BOX = service("box", f"http://{BOX}/")


@pytest.fixture
def world() -> Iterator[World]:
    with World() as world:
        yield world


def all_up(watching: Watching) -> Watching:
    watching.until_all(Status.UP)
    assert watching.sight() in ("online", "")
    return watching


def stays(watching: Watching, status: Status, of: set[str], seconds: float) -> None:
    """It remains so, at every look for that long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert watching.statuses(of) == {status}, watching.reasons(of)
        time.sleep(0.1)


def nothing_was_told_of(watching: Watching, services: set[str]) -> None:
    assert watching.critical() & services == set()
    assert [told.title for told in watching.told if services & set(told.services)] == []
    assert watching.faults == []


def test_a_pulled_cable_is_offline_within_seconds_and_nobody_is_down(world: World):
    watching = all_up(world.watch(TWENTY))
    world.pull_out()
    until(lambda: watching.sight() == "offline", 5)
    watching.until_all(Status.UNKNOWN, FAR, 5)
    assert watching.reasons() == {"network.offline"}
    stays(watching, Status.UNKNOWN, FAR, 3)
    world.plug_in()
    watching.until_all(Status.UP)
    assert watching.sight() == "online"
    nothing_was_told_of(watching, FAR)


@pytest.mark.parametrize("how", ["silent", "unreachable"])
def test_behind_a_router_with_a_dead_uplink_nobody_is_down_but_a_box_at_home_that_dies_is(world: World, how: str):
    watching = all_up(world.watch([*TWENTY, HOME_BOX]))
    world.cut_uplink(how)
    watching.until_all(Status.UNKNOWN, FAR)
    until(lambda: watching.sight() == "offline")
    assert watching.statuses({"box"}) == {Status.UP}
    assert watching.sight("lan") == "online"
    world.router.ip("address", "delete", f"{BOX}/24", "dev", "lan")
    watching.until_all(Status.DOWN, {"box"})
    stays(watching, Status.UNKNOWN, FAR, 3)
    assert [told.services for told in watching.told] == [("box",)]
    nothing_was_told_of(watching, FAR)


def test_with_only_the_name_server_dead_services_by_number_are_judged_and_the_others_are_nobodys_fault(world: World):
    watching = all_up(world.watch([*TWENTY, VICTIM_BY_NUMBER]))
    world.names.freeze()
    watching.until_all(Status.UNKNOWN, NAMED)
    assert watching.reasons(NAMED) == {"network.dns"}
    until(lambda: watching.sight() == "blocked")
    assert watching.statuses(NUMBERED) == {Status.UP}
    world.victim.stop()
    watching.until_all(Status.DOWN, {"victim"})
    world.names.thaw()
    watching.until_all(Status.UP, FAR)
    nothing_was_told_of(watching, FAR)


def login_page(world: World, how: str) -> list[RawServer]:
    """The router's own servers for everybody, at every address that it has captured."""
    if how == "redirect":
        plain = HttpServer(302, b"", headers={"Location": f"http://{ROUTER}:8080/login"}, host="0.0.0.0", port=80)
    else:
        plain = HttpServer(200, b"<h1>Please log in</h1>", host="0.0.0.0", port=80)
    return [
        plain,
        HttpServer(200, b"<h1>Please log in</h1>", host="0.0.0.0", port=8080),
        HttpServer(200, b"<h1>Please log in</h1>", host="0.0.0.0", port=443, tls=self_signed()),
        HttpServer(host="0.0.0.0", port=22),
    ]


@pytest.mark.parametrize("how", ["redirect", "page in place"])
def test_behind_a_login_page_nobody_is_down_and_nobody_is_falsely_up(world: World, how: str):
    world.box.stop()  # it would hold the port
    watching = all_up(world.watch(TWENTY))
    for server in login_page(world, how):
        world.start(server, world.router)
    world.capture()
    watching.until_all(Status.UNKNOWN)
    until(lambda: watching.sight() == "portal")
    stays(watching, Status.UNKNOWN, FAR, 4)
    assert watching.reasons() <= {"network.portal", "network.changed"}
    world.release()
    watching.until_all(Status.UP)
    nothing_was_told_of(watching, FAR)


def test_a_monitor_that_starts_behind_a_login_page_says_so_from_the_first_check(world: World):
    world.box.stop()
    for server in login_page(world, "page in place"):
        world.start(server, world.router)
    world.capture()
    watching = world.watch(TWENTY)
    until(lambda: len(watching.results) > 60)
    assert watching.causes(outcome=Outcome.OK) == set()
    assert watching.sight() == "portal"
    nothing_was_told_of(watching, FAR)


def office(tunnel: Tunnel) -> Service:
    return service("wiki", "tcp://wiki.office.test:80")


def test_when_the_vpn_goes_its_service_is_unknown_and_the_internet_is_fine(world: World):
    tunnel = world.dial_vpn()
    world.start(HttpServer(host="10.8.0.1", port=80), world.router)
    watching = all_up(world.watch([*TWENTY, office(tunnel)]))
    assert watching.sight("vpn:tun0") == "online"
    tunnel.hang_up()
    watching.until_all(Status.UNKNOWN, {"wiki"})
    assert watching.reasons({"wiki"}) == {"network.vpn"}
    assert watching.sight("vpn:tun0") == "vpn_down"
    stays(watching, Status.UP, FAR, 3)
    nothing_was_told_of(watching, FAR | {"wiki"})


def test_a_service_behind_a_vpn_that_is_really_down_rings(world: World):
    tunnel = world.dial_vpn()
    server = HttpServer(host="10.8.0.1", port=80)
    world.start(server, world.router)
    watching = all_up(world.watch([*TWENTY, office(tunnel)]))
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
    assert len(CONTROLS) == 4
