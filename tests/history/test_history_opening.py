"""Whatever lies where the history should be: no byte of it is destroyed, and the program starts."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.history.past import NOON, WAIT, Faults, a_history, a_service, an_incident, ok, turn
from trayapp.core.words import Status
from trayapp.history import schema
from trayapp.history.beginning import begin
from trayapp.history.faults import HistoryUnavailable
from trayapp.history.migrations import MIGRATIONS
from trayapp.history.queries import Reader


def lived_in(path: Path, faults: Faults) -> None:
    """A history with a little past."""
    history = a_history(path, faults)
    history.register([a_service()], NOON)
    history.record(ok("web", NOON))
    history.commit([turn("web", NOON, Status.DOWN, incident=an_incident(5, "web", NOON))])
    assert history.close(WAIT)


def set_aside(path: Path) -> list[Path]:
    """What was set aside, without its companions."""
    return [found for found in path.parent.glob("history.db.corrupt-*") if not found.name.endswith(("-wal", "-shm"))]


def empty(path: Path) -> None:
    path.write_bytes(b"")


def text(path: Path) -> None:
    path.write_text("dear diary\n" * 500)


def header(path: Path) -> None:
    path.write_bytes(os.urandom(100) + path.read_bytes()[100:])


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-4096])


def first_page_only_noise_behind(path: Path) -> None:
    kept = path.read_bytes()
    path.write_bytes(kept[:4096] + os.urandom(len(kept) - 4096))


def somebody_elses(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE recipes (title)")


def without_schema(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")


DAMAGES = [empty, text, header, cut_short, first_page_only_noise_behind, somebody_elses, without_schema]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_what_is_no_history_is_set_aside_unchanged_and_a_new_one_begun(
    damage: Callable[[Path], None], path: Path, faults: Faults
) -> None:
    lived_in(path, faults)
    damage(path)
    found = path.read_bytes()
    history = a_history(path, faults)
    # Some damage shows only when the damaged place is read; what is left meanwhile is not lost by that.
    history.register([a_service()], NOON)
    history.record(ok("web", NOON + 1))
    history.commit([turn("web", NOON + 1, Status.UP)])
    assert history.close(WAIT)
    (aside,) = set_aside(path)
    assert aside.name == "history.db.corrupt-20260921T141320Z"
    assert aside.read_bytes() == found
    assert history.trouble is not None
    assert aside.name in history.trouble
    assert Reader(path).last_results("web", 9)[-1] == ok("web", NOON + 1)
    assert Reader(path).segments("web", NOON + 1, NOON + 2, NOON + 2)[0].status is Status.UP


def test_ids_after_a_lost_history_are_above_those_people_saw(path: Path, faults: Faults) -> None:
    lived_in(path, faults)
    text(path)
    history = a_history(path, faults)
    remembered = history.remembered([a_service()]).result(WAIT)
    assert (remembered.next_incident, remembered.telling.next_id) == (NOON // 1000, NOON // 1000)
    assert history.close(WAIT)


def test_two_losses_within_a_second_do_not_overwrite_each_other(path: Path, faults: Faults) -> None:
    for _ in range(3):
        path.parent.mkdir(exist_ok=True)
        text(path)
        assert a_history(path, faults).close(WAIT)
    assert len(set_aside(path)) == 3


def test_a_write_ahead_log_without_its_file_is_not_replayed_into_a_new_one(path: Path, faults: Faults) -> None:
    path.parent.mkdir()
    stale = path.with_name("history.db-wal")
    stale.write_bytes(b"\x37\x7f\x06\x82" + b"x" * 9000)
    history = a_history(path, faults)
    history.commit([turn("web", NOON, Status.UP)]).result(WAIT)
    assert history.close(WAIT)
    (aside,) = path.parent.glob("history.db.corrupt-*-wal")
    assert aside.stat().st_size == 9004


def test_a_history_of_a_newer_watchbell_is_left_alone(path: Path, faults: Faults) -> None:
    lived_in(path, faults)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 999")
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    history = a_history(path, faults)
    assert history.trouble is not None
    assert "newer Watchbell (schema 999)" in history.trouble
    history.record(ok("web", NOON + 1))
    for refused in (history.commit([turn("web", NOON, Status.UP)]), history.remembered([a_service()])):
        with pytest.raises(HistoryUnavailable, match="newer"):
            refused.result(WAIT)
    history.close(WAIT)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before
    with pytest.raises(HistoryUnavailable, match="newer"):
        Reader(path).latest(NOON)


def test_a_file_killed_with_a_rollback_journal_is_restored_and_not_set_aside(path: Path, faults: Faults) -> None:
    lived_in(path, faults)
    journal = path.with_name("history.db-journal")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO meta VALUES (?, 1)", [(str(n) * 500,) for n in range(300)])
        torn, rescue = path.read_bytes(), journal.read_bytes()
    path.write_bytes(torn)
    journal.write_bytes(rescue)
    history = a_history(path, faults)
    assert history.remembered([a_service()]).result(WAIT).next_incident == 6
    assert history.trouble is None
    assert history.close(WAIT)
    assert not list(path.parent.glob("*corrupt*"))


def test_a_migration_that_fails_leaves_the_file_as_it_was_before_all_of_them(path: Path) -> None:
    begin(path, NOON)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        good, bad = ["CREATE TABLE more (x)"], ["CREATE TABLE most (x)", "CREATE TABLE more (x)"]
        with pytest.raises(sqlite3.OperationalError, match="already exists"):
            schema.migrate(connection, [*MIGRATIONS, good, bad])
        assert schema.version(connection) == schema.CURRENT
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        assert tables.isdisjoint({"more", "most"})


def test_every_table_is_strict_and_the_file_can_shrink(path: Path) -> None:
    begin(path, NOON)
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'").fetchall()
        assert all(strict for name, strict in tables if not name.startswith("sqlite_"))
        assert connection.execute("PRAGMA auto_vacuum").fetchone() == (2,)
