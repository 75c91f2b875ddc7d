"""A monitor that cannot see says so, once, and again each day: the desk's part, in networks that are really gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.faults.cast import FAR, RARELY, TWENTY, WIKI_BY_NUMBER, all_up, nothing_was_told_of, service
from tests.faults.scenes import Scene, Scenes
from tests.faults.table import Row
from tests.faults.watching import Watching
from tests.faults.world import OFFICE, SERVICES, World
from tests.servers import HttpServer, until
from trayapp.core.words import Status

# A loop that ends while a line is dead may leave a connection to the garbage; descriptors are counted elsewhere.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

SCENES = Scenes()
MINUTE, HOUR = 60.0, 3600.0
QUARTERLY = {"interval": 900_000, "recheck_interval": 10_000}


@pytest.mark.timeout(180)
@pytest.mark.parametrize("scene", SCENES, ids=str)
def test_who_cannot_see_says_so(scene: Scene, played: Callable[[], None]):
    played()


def kinds(watching: Watching) -> list[str]:
    return [told.kind for told in watching.told]


@SCENES.scene("F1", "the cable is out for 4 minutes: told nothing", minutes=4, told=0)
@SCENES.scene("F1", "the cable is out for 6 minutes: told once", minutes=6, told=1)
def minutes_without(world: World, row: Row, minutes: int, told: int) -> None:
    watching = all_up(world.watch([service(f"s{n}", f"tcp://{SERVICES}:22", **QUARTERLY) for n in range(20)]))
    row.begin()
    world.pull_out()
    until(lambda: watching.sight() == "offline", 5)
    row.seen("UNKNOWN", "network.offline")
    watching.hurry(minutes * MINUTE)
    assert kinds(watching) == ["blind"] * told
    world.plug_in()
    watching.until_all(Status.UP)
    until(lambda: kinds(watching) == ["blind", "sight"][: 2 * told])


@SCENES.scene("F11", "the cable is out for 2 days: told once, and once a day")
def days_without(world: World, row: Row) -> None:
    watching = all_up(world.watch([service(f"s{n}", f"tcp://{SERVICES}:22", **QUARTERLY) for n in range(20)]))
    row.begin()
    world.pull_out()
    until(lambda: watching.sight() == "offline", 5)
    row.seen("UNKNOWN", "network.offline")
    watching.hurry(HOUR)
    assert kinds(watching) == ["blind"]
    for day in range(1, 3):
        watching.hurry(24 * HOUR)
        assert kinds(watching) == ["blind"] * (1 + day)
    world.plug_in()
    watching.until_all(Status.UP)
    until(lambda: kinds(watching)[3:] == ["sight"])
    assert watching.failures({view.service.id for view in watching.snapshot.services}) == []
    assert watching.faults == []


@SCENES.scene("F5", "the VPN is gone for an hour: told once, and the internet is fine")
def vpn_for_long(world: World, row: Row) -> None:
    tunnel = world.dial_vpn()
    world.start(HttpServer(host=OFFICE, port=80), world.router)
    others = [replace(each, **RARELY) for each in TWENTY]
    watching = all_up(world.watch([*others, WIKI_BY_NUMBER]))
    row.begin()
    tunnel.hang_up()
    watching.until_all(Status.UNKNOWN, {"wiki"})
    row.seen("UNKNOWN", ", ".join(watching.reasons({"wiki"})))
    watching.hurry(HOUR)
    assert kinds(watching) == ["blind"]
    assert "tun0" in watching.told[0].body + watching.told[0].title
    assert watching.statuses(FAR) == {Status.UP}
    nothing_was_told_of(watching, FAR | {"wiki"})
