"""Thousands of services on one server, which dies: how long it takes to know, what is told, how long the loop is held.

    python -m tests.bench.many [SERVICES]

The real engine with its real history, on a real server on this machine. What is asked at once is as many checks as
the program ever has under way, so that with thousands it takes a while until all of them are found to fail.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from tests.servers import RawServer
from trayapp.alerts.notifier import Notifier, OnAction
from trayapp.alerts.traymessage import TrayMessage
from trayapp.config.places import Places
from trayapp.config.secrets import Secrets
from trayapp.core.words import Incident, Notification, Snapshot, Status
from trayapp.engine import Engine, Faces
from trayapp.faults import Faults
from trayapp.history.queries import Reader

SERVICES = 10_000
HEAD = """\
[defaults]
interval = "1h"
recheck_interval = "1h"
timeout = "5s"
failure_threshold = 1

[network]
control = []
gateway = false
"""
"""They are checked when they are told to be, and one failure confirms."""

BEAT = 0.01
"""Seconds between two beats of the loop."""

ASK_AGAIN = 5.0
"""Seconds after which those are asked again whose check was void, as those are that a busy machine held up."""


class Many:
    """An engine that watches so many services at one server. What is seen of it may be read from any thread."""

    def __init__(self, folder: Path, services: int) -> None:
        self.services = services
        self.places = Places.under(folder)
        self.server = RawServer(_accept)
        self.told: list[Notification] = []
        self.faults = Faults()
        self.longest_hold = 0.0
        self._snapshot = Snapshot(0, 0)
        self._at_end = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as begun:
            begun.enter_context(self.server)
            self._configure()
            self.engine = Engine(
                self.places,
                None,
                Faces(self._publish, lambda event: None, lambda token: False),
                self._notifiers,
                self.faults,
                Secrets(self.places.keyring_service, folder=self.places.config),
                alongside=self._feel,
            )
            self.engine.start()
            begun.callback(self.engine.stop, "over")
            self._at_end = begun.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._at_end.close()

    def until_all(self, status: Status, patience: float) -> float:
        """Checks all of them until they have this status; in how many seconds. AssertionError: they have not."""
        began = asked = time.monotonic()
        self.longest_hold = 0.0
        self.engine.check_now(None)
        while others := self.others_than(status):
            now = time.monotonic()
            assert now - began < patience, f"{len(others)} are not {status} after {patience:g} s"
            if now - asked > ASK_AGAIN:
                asked = now
                self.engine.check_now(others)
            time.sleep(0.25)
        return time.monotonic() - began

    def others_than(self, status: Status) -> list[str]:
        """Those that do not have this status, or all while nothing is known."""
        views = self._snapshot.services
        if len(views) < self.services:
            return [_id(n) for n in range(self.services)]
        return [view.service.id for view in views if view.belief.status is not status]

    def incidents(self) -> list[Incident]:
        """As history has them."""
        return Reader(self.places.history_db).incidents(0, 1 << 60)

    def most_told_within(self, seconds: float) -> int:
        """How many notifications came within so much time, at most."""
        moments = [told.at / 1000 for told in self.told]
        return max((sum(begin <= at < begin + seconds for at in moments) for begin in moments), default=0)

    def _configure(self) -> None:
        self.places.prepare()
        where = f'host = "{self.server.host}"\nport = {self.server.port}\n'
        tables = (f"[services.{_id(n)}.tcp]\n{where}" for n in range(self.services))
        self.places.services_toml.write_text("\n".join((HEAD, *tables)))
        self.places.services_toml.chmod(0o600)

    def _notifiers(self, on_action: OnAction) -> Sequence[Notifier]:
        return (TrayMessage(self.told.append),)

    def _publish(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    async def _feel(self) -> None:
        """Beats on the engine's loop; a beat that is late says for how long it was held."""
        before = time.monotonic()
        while True:
            await asyncio.sleep(BEAT)
            now = time.monotonic()
            self.longest_hold = max(self.longest_hold, now - before - BEAT)
            before = now


def _id(n: int) -> str:
    return f"s{n}"


async def _accept(reader: Any, writer: Any) -> None:
    await reader.read(1)


def main(services: int) -> None:
    with tempfile.TemporaryDirectory() as folder, Many(Path(folder), services) as many:
        up = many.until_all(Status.UP, 600)
        print(f"{services} services up after {up:.1f} s, loop held for {many.longest_hold * 1000:.0f} ms at most")
        many.server.stop()
        down = many.until_all(Status.DOWN, 600)
        print(f"all down after {down:.1f} s, loop held for {many.longest_hold * 1000:.0f} ms at most")
        time.sleep(11)  # company is waited for, and updates have their turn
        print(f"{len(many.told)} notifications, {many.most_told_within(10.0)} at most in 10 s")
        print(f"{len(many.incidents())} incidents in history")
        print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB of memory at most")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SERVICES)
