"""Killed, or refused by the disk, at every single system call that writes: what was acknowledged is there.

Enumerated with strace's fault injection: the Nth call of a kind, N = 1, 2, 3 … until it no longer happens.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import chain, count, takewhile
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.history.past import NOON, WAIT, Faults, a_history
from tests.history.scenario import SERVICES
from trayapp.core.words import Status
from trayapp.history.queries import Reader

SCENARIO = "tests.history.scenario"
ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed"),
    pytest.mark.timeout(300),
]

KILL = "signal=KILL"
EVERYTHING = ["registered", "up", "down", "delivered", "recovered"]


class Life(NamedTuple):
    """What one run of the scenario acknowledged, how often it made the call, and whether the fault came to pass."""

    acknowledged: list[str]
    calls: int
    happened: bool


def live(path: Path, call: str, fault: str = "") -> Life:
    """Run the scenario under strace, for its calls that touch the history, with a fault injected at one of them."""
    trace = path.parent.parent / f"{path.parent.name}.trace"
    # Not with --seccomp-bpf: strace 6.1 then forgets to deliver the signals it is to inject.
    traced = ["strace", "-f", "-o", trace, "-e", f"trace={call}"]
    for suffix in ("", "-wal", ".new", ".new-journal", ".new-wal", ".new-shm"):
        traced += ["-P", f"{path}{suffix}"] if call != "fsync" else []
    process = subprocess.run(
        [*traced, *(["-e", f"inject={call}:{fault}"] if fault else []), sys.executable, "-m", SCENARIO, path],
        capture_output=True,
        env=os.environ | {"PYTHONPATH": f"{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
        timeout=60,
    )
    seen = trace.read_text()
    killed = process.returncode == -signal.SIGKILL
    assert process.returncode == 0 or killed, process.stderr.decode()
    return Life(process.stdout.decode().split(), seen.count(f" {call}("), killed or "(INJECTED)" in seen)


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
    told = {undelivered.notification.id for undelivered in remembered.undelivered}
    if "down" in acknowledged:
        assert len(web.results) >= 4
    if incidents:
        assert (web.telling.told == 1) is (incidents[0].end is None)
        assert remembered.next_incident == 2
        assert remembered.next_notification == (2 if incidents[0].end is None else 3)
    assert incidents or "down" not in acknowledged
    assert 1 not in told or "delivered" not in acknowledged
    if "recovered" in acknowledged:
        assert (web.status, web.since, web.incident, told) == (Status.UP, NOON + 40_000, None, {2})


def enumerate_points(tmp_path: Path, call: str, fault: str) -> None:
    """Let the fault happen at every point of one call, two points at a time, until there are no more."""
    whole = live(tmp_path / "whole" / "history.db", call)
    assert whole.acknowledged == [*EVERYTHING, "closed"]

    def at(point: int) -> bool:
        path = tmp_path / str(point) / "history.db"
        life = live(path, call, f"{fault}:when={point}")
        if fault != KILL:
            assert life.acknowledged[-1] == "closed"
        assert_remembered(path, life.acknowledged if fault == KILL else EVERYTHING)
        return life.happened

    with ThreadPoolExecutor(2) as runners:
        points = list(
            takewhile(
                bool, chain.from_iterable(runners.map(at, pair) for pair in zip(count(1, 2), count(2, 2), strict=False))
            )
        )
    # How commits meet in one transaction differs a little from run to run.
    assert len(points) >= max(1, whole.calls * 3 // 4)


@pytest.mark.parametrize("call", ["pwrite64", "fdatasync", "fsync", "ftruncate", "rename", "unlink"])
def test_killed_at_any_point_nothing_acknowledged_is_lost(tmp_path: Path, call: str) -> None:
    enumerate_points(tmp_path, call, KILL)


@pytest.mark.parametrize("call", ["pwrite64", "pread64", "fdatasync", "fsync", "ftruncate", "rename", "unlink"])
def test_a_disk_error_at_any_point_keeps_nothing_from_being_written_in_the_end(tmp_path: Path, call: str) -> None:
    enumerate_points(tmp_path, call, "error=EIO")


@pytest.mark.parametrize("call", ["pwrite64"])
def test_a_full_disk_at_any_point_keeps_nothing_from_being_written_in_the_end(tmp_path: Path, call: str) -> None:
    enumerate_points(tmp_path, call, "error=ENOSPC")
