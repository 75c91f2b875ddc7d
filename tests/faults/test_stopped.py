"""The program itself is held up (SIGSTOP) while twenty healthy services are being asked: whatever it sees then late
is nobody's outage, and of half a minute without it, it says so.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.cli.command import PATIENCE, Home, Watching, service
from tests.faults.table import Row, keep
from tests.servers import HttpServer, until
from trayapp.desktop.control import ask

TWENTY = [f"s{n}" for n in range(20)]
PACE = {"interval": "1s", "recheck_interval": "500ms", "timeout": "1s"}
HELD_UP = 31.0
"""Seconds: of more than 30 it says so."""


@dataclass
class Held:
    """A program that is held up for so many seconds."""

    seconds: float
    home: Home
    watching: Watching = field(init=False)

    def begin(self, server: HttpServer, at_end: ExitStack) -> None:
        self.home.configure(*(service(id_, f"{server.url}{id_}", **PACE) for id_ in TWENTY))
        self.watching = at_end.enter_context(self.home.watch())
        self.watching.until("status", to="UP", count=20)

    def signal(self, number: int) -> None:
        self.watching.process.send_signal(number)

    def checked_again(self, times: int) -> None:
        wanted = {id_: len(self.watching.of("check", service=id_)) + times for id_ in TWENTY}
        until(lambda: all(len(self.watching.of("check", service=id_)) >= n for id_, n in wanted.items()), 60)

    @property
    def problems(self) -> list[str]:
        return ask(self.home.places.socket, {"do": "status"}, PATIENCE)["problems"]


@pytest.mark.timeout(180)
def test_being_stopped_for_3_or_for_31_seconds_is_nobodys_outage(
    tmp_path: Path, record_property: Callable[[str, object], None]
):
    shortly = Held(3.0, Home(tmp_path / "shortly"))
    long = Held(HELD_UP, Home(tmp_path / "long"))
    with HttpServer(delay=0.3) as server, ExitStack() as at_end:  # so that some are always under way
        for held in (shortly, long):
            held.begin(server, at_end)
        began = time.monotonic()
        for held in (shortly, long):
            held.signal(signal.SIGSTOP)
        for held in (shortly, long):
            time.sleep(max(0.0, began + held.seconds - time.monotonic()))
            held.signal(signal.SIGCONT)
            gone_on = time.monotonic()
            held.checked_again(3)
            row = Row("E6", f"SIGSTOP of ourselves for {held.seconds:g} s: twenty checked again")
            causes = {check["cause"] for check in held.watching.of("check", outcome="UNKNOWN")}
            row.outcome, row.cause = "UNKNOWN" if causes else "UP", ", ".join(sorted(causes))
            row.ms = round((time.monotonic() - gone_on) * 1000)
            keep(row, record_property)
        assert shortly.problems == []
        assert [problem.startswith("Watchbell was held up for 31 s") for problem in long.problems] == [True]
        for held in (shortly, long):
            held.watching.end()
    assert shortly.watching.of("notification") == []
    assert {told["kind"] for told in long.watching.of("notification")} <= {"impaired"}
    for held in (shortly, long):
        assert held.watching.of("check", outcome="CRITICAL") == []
        assert held.watching.of("status", to="DOWN") == []
        assert {check["cause"] for check in held.watching.of("check", outcome="UNKNOWN")} <= {"self.late"}
        assert held.watching.complaints == ""
