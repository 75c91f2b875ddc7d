"""Who is watched in these tests, and what must be true of them."""

from __future__ import annotations

import time

from tests.faults.watching import Watching
from tests.faults.world import BOX, SERVICES, VICTIM
from trayapp.core.words import Service, Status
from trayapp.probes import probe_for

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
