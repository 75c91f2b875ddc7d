"""Killed, or refused by the disk, at every single system call that writes: what was acknowledged is there.

What a whole engine makes of the same is in tests/faults.
"""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.history.injection import BROKEN, ENVIRONMENT, KILL, NO_ROOM, calls, happened, needs_strace, sample, traced
from tests.history.past import NOON, WAIT, Faults, a_history
from tests.history.scenario import SERVICES
from trayapp.core.words import Status
from trayapp.history.queries import Reader

SCENARIO = "tests.history.scenario"

pytestmark = [needs_strace, pytest.mark.timeout(300)]

SOME = 12
"""Points of each call that are tried where not all are."""

EVERYTHING = ["registered", "up", "down", "delivered", "recovered"]


class Life(NamedTuple):
    """What one run of the scenario acknowledged, how often it made the call, and whether the fault came to pass."""

    acknowledged: list[str]
    calls: int
    happened: bool


def live(path: Path, call: str, fault: str = "") -> Life:
    """Run the scenario for its calls that touch the history, with a fault injected at one of them."""
    trace = path.parent.parent / f"{path.parent.name}.trace"
    files = [Path(f"{path}{suffix}") for suffix in ("", "-wal", ".new", ".new-journal", ".new-wal", ".new-shm")]
    process = subprocess.run(
        [*traced(trace, call, fault, files if call != "fsync" else ()), sys.executable, "-m", SCENARIO, path],
        capture_output=True,
        env=ENVIRONMENT,
        check=False,
        timeout=60,
    )
    assert process.returncode in (0, -signal.SIGKILL), process.stderr.decode()
    return Life(process.stdout.decode().split(), calls(trace, call), happened(trace))


def assert_remembered(path: Path, acknowledged: list[str]) -> None:
    """A restart finds a sound file with everything acknowledged in it, and never half of a transaction."""
    faults = Faults()
    history = a_history(path, faults)
    remembered = history.remembered(SERVICES).result(WAIT)
    assert history.trouble is None
    assert history.close(WAIT)
    assert faults == []
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    web = remembered.services.get("web")
    incidents = Reader(path).incidents(0, NOON * 2)
    assert (web is not None) or "registered" not in acknowledged
    if web is None:
        assert incidents == []
        return
    status = web.status if web.incident is None else Status.DOWN
    assert status is not Status.UNKNOWN or "up" not in acknowledged
    told = {notification.id for notification, _ in remembered.telling.undelivered}
    if "down" in acknowledged:
        assert len(web.results) >= 4
    if incidents:
        assert (web.telling.told == 1) is (incidents[0].end is None)
        assert remembered.next_incident == 2
        assert remembered.telling.next_id == (2 if incidents[0].end is None else 3)
    assert incidents or "down" not in acknowledged
    assert 1 not in told or "delivered" not in acknowledged
    if "recovered" in acknowledged:
        assert (web.status, web.since, web.incident, told) == (Status.UP, NOON + 40_000, None, {2})


def enumerate_points(tmp_path: Path, call: str, fault: str) -> None:
    """Let the fault happen at every point of one call that is to be tried, two at a time."""
    whole = live(tmp_path / "whole" / "history.db", call)
    assert whole.acknowledged == [*EVERYTHING, "closed"]

    def at(point: int) -> bool:
        path = tmp_path / str(point) / "history.db"
        life = live(path, call, f"{fault}:when={point}")
        if fault != KILL:
            assert life.acknowledged[-1] == "closed"
        assert_remembered(path, life.acknowledged if fault == KILL else EVERYTHING)
        return life.happened

    points = sample(whole.calls, SOME)
    with ThreadPoolExecutor(2) as runners:
        came_to_pass = sum(runners.map(at, points))
    # How commits meet in one transaction differs a little from run to run.
    assert came_to_pass >= max(1, len(points) * 3 // 4)


@pytest.mark.parametrize("call", ["pwrite64", "fdatasync", "fsync", "ftruncate", "rename", "unlink"])
def test_killed_at_any_point_nothing_acknowledged_is_lost(tmp_path: Path, call: str) -> None:
    enumerate_points(tmp_path, call, KILL)


@pytest.mark.parametrize("call", ["pwrite64", "pread64", "fdatasync", "fsync", "ftruncate", "rename", "unlink"])
def test_a_disk_error_at_any_point_keeps_nothing_from_being_written_in_the_end(tmp_path: Path, call: str) -> None:
    enumerate_points(tmp_path, call, BROKEN)


@pytest.mark.parametrize("call", ["pwrite64"])
def test_a_full_disk_at_any_point_keeps_nothing_from_being_written_in_the_end(tmp_path: Path, call: str) -> None:
    enumerate_points(tmp_path, call, NO_ROOM)
