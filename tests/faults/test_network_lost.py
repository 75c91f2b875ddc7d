"""Is it me or them, for real: what comes between us and everybody, with twenty healthy services beyond it.

None of the twenty may ever be found to fail by a check, whatever happens between them and us.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.faults.cast import (
    FAR,
    FIFTY,
    HERE,
    HOME_BOX,
    NAMED,
    NUMBERED,
    TLS,
    TWENTY,
    VICTIM_BY_NUMBER,
    all_checked_again,
    all_up,
    nothing_was_told_of,
    stays,
)
from tests.faults.scenes import Scene, Scenes
from tests.faults.table import Row
from tests.faults.world import BOX, ROUTER, World
from tests.probes.certificates import self_signed
from tests.servers import Asked, HttpServer, RawServer, Reply, until
from trayapp.core.words import Outcome, Status

# A loop that ends while a line is dead may leave a connection to the garbage; descriptors are counted elsewhere.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

SCENES = Scenes()


@pytest.mark.timeout(180)
@pytest.mark.parametrize("scene", SCENES, ids=str)
def test_nobody_is_down(scene: Scene, played: Callable[[], None]):
    played()


@SCENES.scene("F1", "the cable is pulled out")
def cable(world: World, row: Row) -> None:
    watching = all_up(world.watch(TWENTY))
    row.begin()
    world.pull_out()
    until(lambda: watching.sight() == "offline", 5)
    row.seen("UNKNOWN", "network.offline")
    watching.until_all(Status.UNKNOWN, FAR, 5)
    assert watching.reasons() == {"network.offline"}
    stays(watching, Status.UNKNOWN, FAR, 3)
    world.plug_in()
    watching.until_all(Status.UP)
    assert watching.sight() == "online"
    nothing_was_told_of(watching, FAR)


@SCENES.scene("F2", "the uplink is dead and swallows everything", how="silent")
@SCENES.scene("F2", "the uplink is dead and the router says so", how="unreachable")
def uplink(world: World, row: Row, how: str) -> None:
    watching = all_up(world.watch(TWENTY))
    row.begin()
    world.cut_uplink(how)
    until(lambda: watching.sight() == "offline", 12)
    row.seen("UNKNOWN", "network.offline")
    watching.until_all(Status.UNKNOWN, FAR)
    assert watching.reasons() == {"network.offline"}
    stays(watching, Status.UNKNOWN, FAR, 3)
    world.mend_uplink(how)
    watching.until_all(Status.UP)
    nothing_was_told_of(watching, FAR)


@SCENES.scene("F3", "the name server of the router is dead, services by number are not")
def names_of_the_router(world: World, row: Row) -> None:
    watching = all_up(world.watch([*TWENTY, VICTIM_BY_NUMBER]))
    row.begin()
    world.names.freeze()
    until(lambda: watching.sight() == "blocked", 40)
    row.seen("UNKNOWN", "network.dns")
    watching.until_all(Status.UNKNOWN, NAMED)
    assert watching.reasons(NAMED) == {"network.dns"}
    assert watching.statuses(NUMBERED) == {Status.UP}
    world.victim.stop()
    watching.until_all(Status.DOWN, {"victim"})
    world.names.thaw()
    watching.until_all(Status.UP, FAR)
    nothing_was_told_of(watching, FAR)


@SCENES.scene("B1", "every name server is silent, fifty services by name")
def names_of_the_world(world: World, row: Row) -> None:
    watching = all_up(world.watch(FIFTY))
    everybody = {each.id for each in FIFTY}
    row.begin()
    world.names_outside.freeze()
    watching.until_all(Status.UNKNOWN)
    row.seen("UNKNOWN", ", ".join(watching.reasons()))
    assert watching.reasons() == {"network.dns"}
    assert [sight.state for sight in watching.snapshot.sights] == ["blocked"]
    stays(watching, Status.UNKNOWN, everybody, 3)
    world.names_outside.thaw()
    watching.until_all(Status.UP)
    nothing_was_told_of(watching, everybody)


@SCENES.scene("F10", "a box at home dies while the uplink is dead")
def home(world: World, row: Row) -> None:
    watching = all_up(world.watch([*TWENTY, HOME_BOX]))
    world.cut_uplink("unreachable")
    watching.until_all(Status.UNKNOWN, FAR)
    until(lambda: watching.sight() == "offline")
    assert watching.statuses({"box"}) == {Status.UP}
    assert watching.sight("lan") == "online"
    row.begin()
    world.router.ip("address", "delete", f"{BOX}/24", "dev", "lan")
    watching.until_all(Status.DOWN, {"box"})
    row.seen("DOWN", watching.cause_of("box"))
    until(lambda: watching.told)
    stays(watching, Status.UNKNOWN, FAR, 3)
    assert [told.services for told in watching.told] == [("box",)]
    nothing_was_told_of(watching, FAR)


@SCENES.scene("F10", "a service on this machine dies while the cable is out")
def here(world: World, row: Row) -> None:
    server = HttpServer(host="127.0.0.1", port=8000)
    world.start(server, world.us)
    watching = all_up(world.watch([*TWENTY, HERE]))
    world.pull_out()
    watching.until_all(Status.UNKNOWN, FAR)
    row.begin()
    server.stop()
    watching.until_all(Status.DOWN, {"here"})
    row.seen("DOWN", watching.cause_of("here"))
    until(lambda: watching.told)
    assert [told.services for told in watching.told] == [("here",)]
    nothing_was_told_of(watching, FAR)


def login_page(world: World, how: str) -> list[RawServer]:
    """The router's own servers for everybody, at every address that it has captured."""
    if how == "redirect":
        plain = HttpServer(302, b"", headers={"Location": f"http://{ROUTER}:8080/login"}, host="0.0.0.0", port=80)
    else:
        plain = HttpServer(200, b"<h1>Please log in</h1>", host="0.0.0.0", port=80)
    world.box.stop()  # it would hold the port
    return [
        plain,
        HttpServer(200, b"<h1>Please log in</h1>", host="0.0.0.0", port=8080),
        HttpServer(200, b"<h1>Please log in</h1>", host="0.0.0.0", port=443, tls=self_signed()),
        HttpServer(host="0.0.0.0", port=22),
    ]


@SCENES.scene("F4", "a login page by redirect, and in place of TLS", how="redirect")
@SCENES.scene("F4", "a login page in place of every page", how="page in place")
def portal(world: World, row: Row, how: str) -> None:
    watching = all_up(world.watch(TWENTY))
    for server in login_page(world, how):
        world.start(server, world.router)
    row.begin()
    world.capture()
    until(lambda: watching.sight() == "portal")
    row.seen("UNKNOWN", "network.portal")
    watching.until_all(Status.UNKNOWN)
    stays(watching, Status.UNKNOWN, FAR, 4)
    assert watching.reasons() <= {"network.portal", "network.changed"}
    world.release()
    watching.until_all(Status.UP)
    nothing_was_told_of(watching, FAR)


@SCENES.scene("F4", "somebody in between opens what is encrypted, and lets the rest through")
def intercepted(world: World, row: Row) -> None:
    watching = all_up(world.watch(TWENTY))
    world.box.stop()  # it would hold the port
    let_through = HttpServer(answer=as_outside, host="0.0.0.0", port=80)
    for server in (
        let_through,
        HttpServer(host="0.0.0.0", port=443, tls=self_signed()),
        HttpServer(host="0.0.0.0", port=22),
    ):
        world.start(server, world.router)
    row.begin()
    world.capture()
    watching.until_all(Status.UNKNOWN, TLS)
    row.seen("UNKNOWN", ", ".join(sorted(watching.reasons(TLS))))
    all_checked_again(watching, FAR)
    assert watching.statuses(TLS) == {Status.UNKNOWN}
    world.release()
    watching.until_all(Status.UP)
    # What was under way when the line was opened may have been broken off there and then.
    assert {each.finding.cause for each in watching.failures(FAR)} <= {"reset", "timeout.connect", "timeout.first_byte"}
    assert [told.title for told in watching.told_of(*FAR)] == []
    assert watching.faults == []


def as_outside(asked: Asked) -> Reply:
    """What the real servers answer."""
    return Reply(204) if asked.path.endswith("204") else Reply(200, b"ok")


@SCENES.scene("F4", "a login page from the very first check on")
def portal_at_first(world: World, row: Row) -> None:
    for server in login_page(world, "page in place"):
        world.start(server, world.router)
    world.capture()
    row.begin()
    watching = world.watch(TWENTY)
    until(lambda: watching.sight() == "portal")
    row.seen("UNKNOWN", "network.portal")
    all_checked_again(watching, FAR)
    assert watching.causes(outcome=Outcome.OK) == set()
    assert watching.sight() == "portal"
    nothing_was_told_of(watching, FAR)
