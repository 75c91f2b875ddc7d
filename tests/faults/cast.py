"""Who is watched in these tests, and what must be true of them."""

from __future__ import annotations

import time

from tests.faults.watching import Watching
from tests.faults.world import BOX, OFFICE, SERVICES, VICTIM
from tests.servers import until
from trayapp.core.words import Service, Status
from trayapp.probes import probe_for

PACE = {"interval": 1000, "recheck_interval": 500, "timeout": 2500}
RARELY = {"interval": 86_400_000, "recheck_interval": 86_400_000}


def service(id_: str, target: str, **keys) -> Service:
    return Service(id=id_, probe=probe_for(target), **{**PACE, **keys})


ENCRYPTED = [service(f"page{n}", f"https://s{n}.test/") for n in range(8)]
PLAIN = [service(f"plain{n}", f"http://s{n}.test/") for n in range(8, 12)]
PORTS = [service(f"port{n}", f"tcp://s{n}.test:22") for n in range(12, 16)]
BY_NUMBER = [service(f"number{n}", f"tcp://{SERVICES}:{port}") for n, port in enumerate((22, 80, 443, 22), 16)]
TWENTY = [*ENCRYPTED, *PLAIN, *PORTS, *BY_NUMBER]
FAR = {each.id for each in TWENTY}
TLS = {each.id for each in ENCRYPTED}
NAMED = {each.id for each in (*ENCRYPTED, *PLAIN, *PORTS)}
NUMBERED = {each.id for each in BY_NUMBER}
FIFTY = [service(f"name{n}", f"https://s{n % 20}.test/{n}") for n in range(50)]
VICTIM_PAGE = service("victim", "https://victim.test/")
VICTIM_BY_NUMBER = service("victim", f"tcp://{VICTIM}:443")
HOME_BOX = service("box", f"http://{BOX}/")
HERE = service("here", "http://127.0.0.1:8000/")
WIKI = service("wiki", "tcp://wiki.office.test:80")
WIKI_BY_NUMBER = service("wiki", f"tcp://{OFFICE}:80", **RARELY)


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


def all_checked_again(watching: Watching, of: set[str], times: int = 2) -> None:
    """Each of them was checked that often from now on, whatever came of it."""
    wanted = {id_: watching.checks_of(id_) + times for id_ in of}
    until(lambda: all(watching.checks_of(id_) >= count for id_, count in wanted.items()), 40)


def stayed_on_their_beat(watching: Watching, services: set[str]) -> None:
    """No fault of another kept a check of theirs waiting; on a quiet machine a second would be much."""
    assert watching.latest_by(services) < 3.0


def nothing_was_told_of(watching: Watching, services: set[str]) -> None:
    assert watching.failures(services) == []
    assert [told.title for told in watching.told_of(*services)] == []
    assert watching.faults == []
