"""When Watchbell itself ran is known, and of a run that was killed since when it is not."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from tests.history.injection import ENVIRONMENT
from tests.history.past import NOON, WAIT, Faults, a_history, a_service, ok
from trayapp.core.words import Session
from trayapp.history.queries import Reader

MINUTE = 60_000


def sessions(path: Path) -> list[Session]:
    return Reader(path).sessions(0, NOON * 2)


def test_a_session_lasts_from_the_start_to_the_end(path: Path, faults: Faults) -> None:
    now = [NOON]
    history = a_history(path, faults, clock=lambda: now[0], version="1.2")
    now[0] = NOON + 5_000
    history.commit().result(WAIT)
    now[0] = NOON + 10 * MINUTE
    assert history.close(WAIT)
    assert sessions(path) == [Session(NOON, NOON + 10 * MINUTE, "1.2")]
    now[0] = NOON + 20 * MINUTE
    history = a_history(path, faults, clock=lambda: now[0], version="1.3")
    history.commit().result(WAIT)
    now[0] = NOON + 21 * MINUTE
    assert history.close(WAIT)
    assert [session.version for session in sessions(path)] == ["1.2", "1.3"]


def test_one_that_still_runs_ends_with_its_last_sign_of_life_which_is_written_once_a_minute(
    path: Path, faults: Faults
) -> None:
    now = [NOON]
    history = a_history(path, faults, clock=lambda: now[0])
    seen = []
    for seconds in (0, 30, 59, 60, 100, 119, 120):
        now[0] = NOON + seconds * 1000
        history.record(ok("web", now[0]))
        history.commit().result(WAIT)
        seen.append([(session.until - NOON) // 1000 for session in sessions(path)])
    assert seen == [[], [], [], [60], [60], [60], [120]]
    assert history.close(WAIT)


def test_windows_clip_sessions(path: Path, faults: Faults) -> None:
    for begin in (0, 10, 20):
        now = [NOON + begin * MINUTE]
        history = a_history(path, faults, clock=lambda now=now: now[0])
        history.commit().result(WAIT)
        now[0] += 5 * MINUTE
        assert history.close(WAIT)
    reader = Reader(path)
    assert [(s.began - NOON, s.until - NOON) for s in reader.sessions(NOON + 2 * MINUTE, NOON + 12 * MINUTE)] == [
        (2 * MINUTE, 5 * MINUTE),
        (10 * MINUTE, 12 * MINUTE),
    ]
    assert reader.sessions(NOON + 5 * MINUTE, NOON + 10 * MINUTE) == []


def test_a_clock_that_was_set_back_turns_no_session_around(path: Path, faults: Faults) -> None:
    now = [NOON]
    history = a_history(path, faults, clock=lambda: now[0])
    now[0] = NOON + 3 * MINUTE
    history.commit().result(WAIT)
    now[0] = NOON - 99 * MINUTE
    history.commit().result(WAIT)
    assert history.close(WAIT)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT began, seen, ended FROM sessions").fetchall() == [
            (NOON, NOON + 3 * MINUTE, NOON + 3 * MINUTE)
        ]


def test_a_command_that_only_writes_something_is_no_session(path: Path, faults: Faults) -> None:
    history = a_history(path, faults, watching=False)
    history.register([a_service()], NOON).result(WAIT)
    assert history.close(WAIT)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM sessions").fetchone() == (0,)


RUN = """
import os, sys
from pathlib import Path
from tests.history.past import NOON, WAIT, Faults, a_history
now = [NOON]
history = a_history(Path(sys.argv[1]), Faults(), clock=lambda: now[0], version="9")
for minute in range(4):
    now[0] = NOON + minute * 60_000
    history.commit().result(WAIT)
os.write(1, b"running")
sys.stdin.read()
"""


def test_a_killed_run_ends_with_its_last_sign_of_life(path: Path, faults: Faults) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", RUN, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT
    ) as process:
        assert process.stdout is not None
        assert os.read(process.stdout.fileno(), 7) == b"running"
        process.send_signal(signal.SIGKILL)
    assert sessions(path) == [Session(NOON, NOON + 3 * MINUTE, "9")]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT ended FROM sessions").fetchone() == (None,)
    later = [NOON + 60 * MINUTE]
    history = a_history(path, faults, clock=lambda: later[0], version="9")
    history.commit().result(WAIT)
    later[0] += MINUTE
    assert history.close(WAIT)
    assert [session.until for session in sessions(path)] == [NOON + 3 * MINUTE, NOON + 61 * MINUTE]


def test_a_file_that_was_lost_while_in_use_holds_the_session_from_its_beginning(path: Path, faults: Faults) -> None:
    now = [NOON]
    history = a_history(path, faults, clock=lambda: now[0])
    history.commit().result(WAIT)
    for entry in path.parent.iterdir():
        entry.unlink()
    now[0] = NOON + 10 * MINUTE
    history.commit().exception(WAIT)
    history.commit().exception(WAIT)
    assert history.close(WAIT)
    assert sessions(path) == [Session(NOON, NOON + 10 * MINUTE, "")]
