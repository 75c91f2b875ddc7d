"""A short life of a history, to be killed or hindered at any of its system calls: `scenario.py PATH`.

Prints a line for each thing whose future said that it is on the disk, and at the end whether all was written.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.history.past import NOON, WAIT, Faults, a_history, a_notification, a_service, an_incident, ok, refused, turn
from trayapp.core.words import Status, Telling

SERVICES = [a_service(key) for key in ("web", "mail", "cache")]


def acknowledged(what: str) -> None:
    os.write(1, f"{what}\n".encode())


def main(path: Path) -> int:
    faults = Faults()
    history = a_history(path, faults)
    steps = {
        "registered": history.register(SERVICES, NOON),
        "up": history.commit([turn(s.id, NOON + 1, Status.UP) for s in SERVICES]),
    }
    history.record(ok("web", NOON + 2))
    incident = an_incident(1, "web", NOON + 10)
    for n in range(3):
        history.record(refused("web", NOON + 10 + n))
    down = turn("web", NOON + 20_010, Status.DOWN, since=NOON + 10, incident=incident)
    steps["down"] = history.commit([down], [Telling("web", told=1)], [a_notification(1, incident=1)])
    for step, future in steps.items():
        if future.exception(WAIT) is None:
            acknowledged(step)
    history.attempted(1).exception(WAIT)
    if history.delivered(1).exception(WAIT) is None:
        acknowledged("delivered")
    history.record(ok("web", NOON + 40_000))
    closed = an_incident(1, "web", NOON + 10, end=NOON + 40_000, closing="recovered")
    up = turn("web", NOON + 41_000, Status.UP, since=NOON + 40_000, incident=closed)
    if history.commit([up], [Telling("web")], [a_notification(2, incident=1)]).exception(WAIT) is None:
        acknowledged("recovered")
    acknowledged("closed" if history.close(WAIT) else "left")
    return len(faults)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
