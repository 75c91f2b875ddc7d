"""The faults of transport about which others must be heard, or time must pass, before anything is said of a service."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from tests.faults.cast import (
    BY_NUMBER,
    ENCRYPTED,
    PLAIN,
    PORTS,
    VICTIM_PAGE,
    all_checked_again,
    all_up,
    nothing_was_told_of,
    service,
    stays,
)
from tests.faults.scenes import Scene, Scenes
from tests.faults.table import Row
from tests.faults.watching import Watching
from tests.faults.world import FAR, VICTIM, World
from tests.probes.stages_web import stall
from tests.servers import HttpServer, Nginx, RawServer, until
from trayapp.alerts.notifier import place_of
from trayapp.core.words import Outcome, Status
from trayapp.probes.tcp import Tcp

# A loop that ends while a line is dead may leave a connection to the garbage; descriptors are counted elsewhere.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

SCENES = Scenes()
EIGHT = [*ENCRYPTED[:2], *PLAIN[:2], *PORTS[:2], *BY_NUMBER[:2]]
THEY = {each.id for each in EIGHT}
HOSTED = [service(f"hosted{n}", f"https://victim.test/{n}") for n in range(50)]


@pytest.mark.timeout(180)
@pytest.mark.parametrize("scene", SCENES, ids=str)
def test_a_fault_of_transport_is_told_if_it_is_theirs(scene: Scene, played: Callable[[], None]):
    played()


@contextlib.contextmanager
def frozen(pids: Sequence[int]) -> Iterator[None]:
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@SCENES.scene("A4", "the worker of an nginx is stopped, the kernel accepts all the same")
def stopped_worker(world: World, row: Row) -> None:
    nginx = Nginx()
    world.start(nginx, world.us)
    watching = all_up(world.watch([*EIGHT, service("nginx", nginx.url)]))
    row.begin()
    with frozen(nginx.workers):
        watching.until_all(Status.DOWN, {"nginx"})
        row.seen("DOWN", watching.cause_of("nginx"))
        assert watching.cause_of("nginx") == "timeout.first_byte"
    watching.until_all(Status.UP)
    nothing_was_told_of(watching, THEY)


@SCENES.scene("A14", "one packet of ten gets lost", share=0.1)
@SCENES.scene("A14", "three packets of ten get lost", share=0.3)
def lossy(world: World, row: Row, share: float) -> None:
    far = [
        service(f"far{n}", target, degraded_above=500, timeout=8000)
        for n, target in enumerate((f"http://{FAR}/", f"http://{FAR}/2", f"tcp://{FAR}:22", f"tcp://{FAR}:80"))
    ]
    ids = {each.id for each in far}
    road = world.far_road(HttpServer(host=FAR, port=80), HttpServer(host=FAR, port=22))
    watching = all_up(world.watch([*EIGHT, *far]))
    before = len(watching.results)
    row.begin()
    road.lost = share
    all_checked_again(watching, ids, 5)
    seen = [each.finding for each in watching.results[before:] if each.service in ids]
    causes = {each.cause for each in seen} - {""}
    row.seen(", ".join(sorted({each.outcome.name for each in seen})), ", ".join(sorted(causes)))
    assert Status.DOWN not in watching.statuses(ids)
    assert len({place_of(told) for told in watching.told_of(*ids)}) <= (0 if share < 0.2 else 1)
    assert causes  # or nothing was lost
    nothing_was_told_of(watching, THEY)


@SCENES.scene("A18", "a router says of one host that it is unreachable (EHOSTUNREACH)", route="unreachable")
@SCENES.scene("A18", "a router says of one host that it is prohibited (EHOSTUNREACH)", route="prohibit")
@SCENES.scene("A18", "a router has no route to one host (ENETUNREACH)", route="throw")
def refused_one(world: World, row: Row, route: str) -> None:
    if route == "throw":  # it has no way out either, but to the others
        world.router.ip("route", "add", "198.51.100.0/27", "via", "203.0.113.254")
        world.router.ip("route", "add", "198.51.100.96/27", "via", "203.0.113.254")
        world.router.ip("route", "add", f"{VICTIM}/32", "via", "203.0.113.254")
        world.router.ip("route", "delete", "default")
    watching = all_up(world.watch([*EIGHT, VICTIM_PAGE]))
    row.begin()
    world.router.ip("route", "replace", route, f"{VICTIM}/32")
    watching.until_all(Status.DOWN, {"victim"})
    row.seen("DOWN", watching.cause_of("victim"))
    # Linux heeds what a router says only if it comes a moment after the SYN was sent, and not at once.
    assert watching.cause_of("victim") in ("unreachable", "timeout.connect")
    stays(watching, Status.UP, THEY, 2)
    nothing_was_told_of(watching, THEY)


@SCENES.scene("A18", "a router says of everybody that it is prohibited (EHOSTUNREACH)", how="prohibit")
@SCENES.scene("A18", "the way out is gone (ENETUNREACH)", how="gone")
def refused_all(world: World, row: Row, how: str) -> None:
    watching = all_up(world.watch([*EIGHT, VICTIM_PAGE]))
    row.begin()
    if how == "gone":
        world.us.ip("route", "delete", "default")
    else:
        world.cut_uplink(how)
    watching.until_all(Status.UNKNOWN)
    row.seen("UNKNOWN", ", ".join(watching.reasons()))
    assert watching.reasons() == {"network.offline"}
    stays(watching, Status.UNKNOWN, THEY, 2)
    nothing_was_told_of(watching, {*THEY, "victim"})


@SCENES.scene("A21", "a host dies with fifty services on it")
def host_dies(world: World, row: Row) -> None:
    ids = {each.id for each in HOSTED}
    watching = all_up(world.watch([*EIGHT, *HOSTED]))
    row.begin()
    world.swallow(VICTIM)
    watching.until_all(Status.DOWN, ids)
    row.seen("DOWN", ", ".join({watching.cause_of(id_) for id_ in ids}))
    until(lambda: {id_ for told in list(watching.told) for id_ in told.services} == ids, 20)
    row.what += f": {len(watching.told)} times told, in {len({place_of(told) for told in watching.told})} place"
    incidents = [view.belief.incident for view in watching.snapshot.services if view.service.id in ids]
    assert len({incident.id for incident in incidents if incident is not None}) == 50
    assert len({place_of(told) for told in watching.told}) == 1
    assert watching.told[-1].title == "Host victim.test: 50 services are down"
    nothing_was_told_of(watching, THEY)


@SCENES.scene("A23", "a box in between accepts every connection and says nothing")
def accepts_everything(world: World, row: Row) -> None:
    watching = all_up(world.watch([*EIGHT, VICTIM_PAGE]))
    world.box.stop()  # it would hold the port
    for port in (22, 80, 443):
        world.start(RawServer(stall, host="0.0.0.0", port=port), world.router)
    row.begin()
    world.capture()
    captured = time.time() * 1000
    ports = {each.id for each in EIGHT if isinstance(each.probe, Tcp)}
    pages = {*THEY, "victim"} - ports
    until(lambda: Status.UP not in watching.statuses(pages), 40)
    row.seen(*(", ".join(sorted(seen)) for seen in (watching.statuses(pages), failed_since(watching, captured))))
    all_checked_again(watching, pages)
    assert fine_since(watching, captured) <= ports
    assert watching.failures(ports) == []


def failed_since(watching: Watching, moment: float) -> set[str]:
    return {each.finding.cause for each in watching.results if each.at >= moment} - {""}


def fine_since(watching: Watching, moment: float) -> set[str]:
    """Who was found to be well by a check that began later."""
    return {each.service for each in watching.results if each.at >= moment and each.finding.outcome is Outcome.OK}
