"""Is it me or them, for real: what comes between us and everybody, with twenty healthy services beyond it.

None of the twenty may ever be found to fail by a check, whatever happens between them and us.
"""

from __future__ import annotations

import pytest

from tests.faults.cast import (
    FAR,
    HOME_BOX,
    NAMED,
    NUMBERED,
    TWENTY,
    VICTIM_BY_NUMBER,
    all_up,
    nothing_was_told_of,
    stays,
)
from tests.faults.world import BOX, ROUTER, World
from tests.probes.certificates import self_signed
from tests.servers import HttpServer, RawServer, until
from trayapp.core.words import Outcome, Status

pytestmark = pytest.mark.timeout(180)


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
