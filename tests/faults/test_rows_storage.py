"""The faults of storage while Watchbell runs: it goes on watching and telling, and loses nothing it acknowledged.

What happens to a history that lies there when Watchbell starts is in test_rows_homes.py.
"""

from __future__ import annotations

import random
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.command import Home
from tests.faults.powercut import moments, recorded
from tests.faults.storage import fill, played_as_root, small_disk
from tests.faults.table import Property, row
from tests.history.injection import BROKEN, ENVIRONMENT, ROOT
from tests.history.past import NOON, WAIT, Faults, a_history, a_service, an_incident, ok, turn
from tests.history.test_history_every_point import assert_remembered, live
from tests.servers import HttpServer, until
from trayapp.core.words import Status
from trayapp.history.backup import back_up
from trayapp.history.beginning import begin
from trayapp.history.extent import MOST_LOG
from trayapp.history.queries import Reader

FULL = "The disk that holds history.db is full: history is kept in memory until it can be written again."


def test_a_full_disk_holds_up_nobody(tmp_path: Path, request: pytest.FixtureRequest, record_property: Property) -> None:
    with row("H1", "the disk is full while running: an outage and 2,000 checks", record_property) as seen:
        if played_as_root(request):
            seen.seen("written once there is room", "as root of a name space")
            return
        faults = Faults()
        with small_disk(tmp_path / "disk") as disk:
            path = disk / "history.db"
            history = a_history(path, faults)
            history.register([a_service()], NOON).result(WAIT)
            filler = fill(disk)
            for n in range(2000):
                history.record(ok("web", NOON + n))
            down = turn("web", NOON + 2000, Status.DOWN, incident=an_incident(1, "web", NOON + 2000))
            assert isinstance(history.commit([down]).exception(WAIT), sqlite3.OperationalError)
            assert history.trouble == FULL
            filler.unlink()
            seen.begin()
            until(lambda: history.trouble is None, WAIT)
            seen.seen("written once there is room", "SQLITE_FULL")
            assert history.close(WAIT)
            assert len(Reader(path).checks("web", NOON, NOON + 2000)) == 2000
            assert [incident.id for incident in Reader(path).incidents(0, NOON * 2)] == [1]
        assert faults == []


def test_on_a_disk_that_is_full_watching_begins(
    tmp_path: Path, request: pytest.FixtureRequest, record_property: Property
) -> None:
    with row("H2", "the disk is full at the start", record_property) as seen:
        if played_as_root(request):
            seen.seen("watched", "as root of a name space")
            return
        home = Home(tmp_path / "home")
        with small_disk(home.places.data) as disk, HttpServer(503) as server:
            filler = fill(disk)
            with home.watch_of(server, failure_threshold=1) as watching:
                watching.until("check")
                seen.seen("watched", "SQLITE_FULL")
                told = watching.until("status", to="DOWN")
                filler.unlink()
                until(lambda: _incidents(home) == [told["incident"]], 30)
                assert watching.end() < 5


def _incidents(home: Home) -> list[int]:
    return [each.id for each in home.incidents()] if home.places.history_db.exists() else []


@pytest.mark.parametrize("call", ["fdatasync", "pwrite64", "pread64"])
def test_an_error_of_the_disk_leaves_nothing_wrong(tmp_path: Path, call: str, record_property: Property) -> None:
    with row("H3", f"EIO at {call}, some of all its calls; all of them in tests/history", record_property) as seen:
        whole = live(tmp_path / "whole" / "history.db", call)
        points = [1, max(1, whole.calls // 2), max(1, whole.calls - 1)]
        for point in points:
            path = tmp_path / str(point) / "history.db"
            life = live(path, call, f"{BROKEN}:when={point}")
            assert_remembered(path, life.acknowledged)
            assert "closed" in life.acknowledged
        seen.seen(f"{len(points)} of {len(points)} right", "SQLITE_IOERR")


def test_a_lock_of_another_program_makes_no_service_go_down(tmp_path: Path, record_property: Property) -> None:
    with row("H4", "another program locks the history for 15 checks", record_property) as seen, HttpServer() as server:
        home = Home(tmp_path / "home")
        with home.watch_of(server) as watching:
            watching.until("status", to="UP")
            until(lambda: home.places.history_db.exists() and Reader(home.places.history_db).latest(0) != [], 10)
            with subprocess.Popen(
                [sys.executable, "-c", HOLD_THE_LOCK, home.places.history_db], stdin=subprocess.PIPE, text=True
            ) as other:
                checks = len(watching.of("check"))
                watching.until("check", count=checks + 15)
                assert other.stdin is not None
                other.stdin.close()
            seen.begin()
            newest = watching.of("check")[-1]["at"]
            until(lambda: _newest(home) >= newest, 30)
            seen.seen("0 services down", "SQLITE_BUSY")
            assert [event["to"] for event in watching.of("status")] == ["UP"]
            assert {event["outcome"] for event in watching.of("check")} == {"OK"}
            assert watching.end() < 5


HOLD_THE_LOCK = (
    "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20); "
    "c.execute('BEGIN IMMEDIATE'); sys.stdin.read()"
)


def _newest(home: Home) -> str:
    (last,) = Reader(home.places.history_db).last_results("web", 1)
    return datetime.fromtimestamp(last.at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_a_history_that_vanishes_is_missed(tmp_path: Path, record_property: Property) -> None:
    with row("H6", "history.db is deleted while in use", record_property) as seen:
        faults, path = Faults(), tmp_path / "history.db"
        history = a_history(path, faults)
        history.register([a_service()], NOON).result(WAIT)
        path.unlink()
        seen.begin()
        history.commit([turn("web", NOON + 2, Status.DOWN)]).result(WAIT)
        assert history.trouble == "history.db was taken away while in use: what it held before is not remembered."
        seen.seen("begun anew", "said so")
        assert history.close(WAIT)
        assert faults == []


def test_a_copy_of_a_history_in_use_is_whole(tmp_path: Path, record_property: Property) -> None:
    with row("H8", "50 incidents are in the write-ahead log alone, and a backup is made", record_property) as seen:
        path, copied, backed_up = (tmp_path / name for name in ("history.db", "copied.db", "backed-up.db"))
        history = a_history(path, Faults())
        history.register([a_service(str(n)) for n in range(50)], NOON).result(WAIT)
        for n in range(50):
            incident = an_incident(n + 1, str(n), NOON)
            history.commit([turn(str(n), NOON, Status.DOWN, incident=incident)]).result(WAIT)
        copied.write_bytes(path.read_bytes())
        seen.begin()
        back_up(path, backed_up, lambda done, total: None)
        there = [len(Reader(file).incidents(0, NOON * 2)) for file in (backed_up, copied)]
        seen.seen(f"{there[0]} of 50, a plain copy {there[1]}", "backup API")
        assert history.close(WAIT)
        assert there == [50, 0]


def connected(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, timeout=20)


def test_every_transaction_that_writes_says_so_at_once(tmp_path: Path, record_property: Property) -> None:
    with row("H9", "a transaction that begins to write late", record_property) as seen:
        path = tmp_path / "history.db"
        begin(path, NOON)
        with closing(connected(path)) as late, closing(connected(path)) as other:
            late.execute("PRAGMA journal_mode = WAL")
            late.execute("BEGIN")
            late.execute("SELECT count(*) FROM meta").fetchone()
            other.execute("INSERT INTO meta VALUES ('x', 1)")
            with pytest.raises(sqlite3.OperationalError) as busy:  # however long it would wait for a lock
                late.execute("INSERT INTO meta VALUES ('y', 1)")
            assert busy.value.sqlite_errorcode == sqlite3.SQLITE_BUSY_SNAPSHOT
        sources = list((ROOT / "trayapp/history").glob("*.py"))
        begins = re.findall(r'"(BEGIN[A-Z ]*)"', "".join(file.read_text() for file in sources))
        readers = {file.name for file in sources if '"BEGIN"' in file.read_text()}
        assert set(begins) <= {"BEGIN IMMEDIATE", "BEGIN"}
        assert readers <= {"queries.py", "backup.py"}  # on connections that can not write
        seen.seen(f"{begins.count('BEGIN IMMEDIATE')} begin IMMEDIATE", "SQLITE_BUSY_SNAPSHOT")


def test_a_reader_that_never_ends_is_named(tmp_path: Path, record_property: Property) -> None:
    with row("H20", "a reader holds on to a moment while much is written", record_property) as seen:
        path, log = tmp_path / "history.db", tmp_path / "history.db-wal"
        history = a_history(path, Faults())
        history.register([a_service()], NOON).result(WAIT)
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM services").fetchone()
            for n in range(40):
                text = f"{n} " + "x" * 500_000
                incident = an_incident(1, "web", NOON)
                history.commit([turn("web", NOON + n, Status.DOWN, text, incident=incident)]).result(WAIT)
            until(lambda: history.trouble is not None, WAIT)
            assert "Another program has been reading history.db for long" in (history.trouble or "")
            held = log.stat().st_size
        history.commit([turn("web", NOON + 50, Status.UP)]).result(WAIT)
        history.commit([turn("web", NOON + 60, Status.DOWN)]).result(WAIT)
        until(lambda: history.trouble is None, WAIT)
        seen.seen(f"{held >> 20} MiB while read, {log.stat().st_size >> 20} MiB then", "said so")
        assert held > MOST_LOG
        assert log.stat().st_size <= MOST_LOG
        assert history.close(WAIT)


POINTS = 1000


def test_a_power_cut_at_any_moment_leaves_all_that_was_acknowledged(tmp_path: Path, record_property: Property) -> None:
    with row("H21", f"{POINTS} power cuts that lose what was not synced", record_property) as seen:
        path, trace, left = tmp_path / "data" / "history.db", tmp_path / "trace", tmp_path / "left"
        left.mkdir()
        begin(path, NOON)
        before = {"history.db": path.read_bytes()}
        scenario = [*recorded(trace), sys.executable, "-m", "tests.history.scenario", str(path)]
        said = subprocess.run(scenario, env=ENVIRONMENT, cwd=ROOT, capture_output=True, check=True).stdout
        assert said.split()[-1] == b"closed"
        recording, chance = moments(trace, "data", before), random.Random(21)
        assert {"registered", "down", "delivered", "recovered"} <= set(recording[-1].said)
        wrong = 0
        for n in range(POINTS):
            moment = recording[n % len(recording)]
            moment.leave(chance, left)
            wrong += not _stands(left / "history.db", moment.said)
            for file in left.iterdir():
                file.unlink()
        seen.seen(f"{POINTS - wrong} of {POINTS} right, {len(recording)} moments", "power")
        assert wrong == 0


def test_a_disk_that_only_says_it_has_synced_is_found_out(tmp_path: Path) -> None:
    """Without this nobody would know whether the power cuts above cut anything."""
    path, trace, left = tmp_path / "data" / "history.db", tmp_path / "trace", tmp_path / "left"
    left.mkdir()
    begin(path, NOON)
    before = {"history.db": path.read_bytes()}
    scenario = [*recorded(trace), sys.executable, "-m", "tests.history.scenario", str(path)]
    subprocess.run(scenario, env=ENVIRONMENT, cwd=ROOT, capture_output=True, check=True)
    lies = trace.read_text().replace(" fdatasync(", " nothing(").replace(" fsync(", " nothing(")
    trace.write_text(lies)
    last, chance = moments(trace, "data", before)[-1], random.Random(21)
    stood = 0
    for _ in range(20):
        last.leave(chance, left)
        stood += _stands(left / "history.db", last.said)
        for file in left.iterdir():
            file.unlink()
    assert stood < 20


def _stands(path: Path, said: tuple[str, ...]) -> bool:
    """Whether the file is sound and holds everything that was acknowledged."""
    asked = {
        "registered": "SELECT count(*) = 3 FROM services",
        "down": "SELECT count(*) >= 1 FROM incidents JOIN notifications ON notifications.incident = incidents.id",
        "delivered": "SELECT delivered_at NOT NULL FROM notifications WHERE id = 1",
        "recovered": 'SELECT "end" NOT NULL FROM incidents',
    }
    try:
        with closing(sqlite3.connect(path)) as connection:
            sound = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            return sound and all(connection.execute(asked[word]).fetchone() == (1,) for word in said if word in asked)
    except sqlite3.DatabaseError:
        return False
