"""Watchbell without a face: the engine of a home, until it is told to end. `python -m tests.bench.unseen HOME`

Prints how many checks there have been, again and again; what is measured of its process is the watching itself.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from trayapp import events
from trayapp.config.places import Places
from trayapp.config.secrets import Secrets
from trayapp.engine import Engine, Faces
from trayapp.faults import Faults

EVERY = 0.5
"""Seconds between two prints."""


class Unseen:
    """An engine, and how much of it there was."""

    def __init__(self, home: Path) -> None:
        self.places = Places.under(home)
        self.places.prepare()
        self.checks = 0
        self.engine = Engine(
            self.places,
            None,
            Faces(lambda snapshot: None, self._count, lambda token: False),
            lambda on_action: (),
            Faults(),
            Secrets(self.places.keyring_service, folder=self.places.config),
        )

    def _count(self, event: events.Event) -> None:
        self.checks += event["event"] == "check"


def main(home: Path) -> None:
    unseen = Unseen(home)
    unseen.engine.start()
    while unseen.engine.running:
        time.sleep(EVERY)
        print(unseen.checks, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
