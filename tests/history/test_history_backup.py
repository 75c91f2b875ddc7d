"""A copy of a history that is being written is whole, and what is restored is the copy, whatever stood there."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from tests.history.elsewhere import DAY, MINUTE, WEB, as_json, every_minute, imported, kept
from tests.history.past import NOON, WAIT, Faults, a_history, an_incident, ok, turn
from trayapp.core.words import Status
from trayapp.history import schema
from trayapp.history.backup import NoHistory, back_up, restore
from trayapp.history.faults import HistoryUnavailable
from trayapp.history.queries import Reader

STARTED = NOON - 2 * DAY


def silent(part: int, total: int) -> None:
    """Nobody asks how far it has come."""


def a_past(path: Path, letters: str = "OOCCCOO") -> None:
    imported(path, as_json(every_minute(STARTED, letters)))


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_a_copy_of_a_history_that_is_open_has_what_only_the_log_holds(
    path: Path, tmp_path: Path, faults: Faults
) -> None:
    history = a_history(path, faults)
    history.register([WEB], NOON).result(WAIT)
    history.record(ok("web", NOON))
    history.commit([turn("web", NOON, Status.UP)]).result(WAIT)
    assert Path(f"{path}-wal").stat().st_size > 0
    size = back_up(path, tmp_path / "copy.db", silent)
    assert history.close(WAIT)
    assert size == (tmp_path / "copy.db").stat().st_size
    assert kept(tmp_path / "copy.db") == kept(path)
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    assert list(files(tmp_path)) == ["copy.db"]


def test_a_writer_goes_on_while_the_copy_is_made_and_the_copy_is_of_one_moment(
    path: Path, tmp_path: Path, faults: Faults
) -> None:
    imported(path, as_json(every_minute(NOON - 25 * DAY, "OOWWOCCCOUO" * 3000)))
    history = a_history(path, faults, company=0)
    history.register([WEB], NOON).result(WAIT)
    written = 0

    def progress(part: int, total: int) -> None:
        nonlocal written
        written += 1
        history.record(ok("web", NOON + written))
        history.commit([turn("web", NOON + written, Status.UP, since=NOON + 2 * written)]).result(WAIT)

    back_up(path, tmp_path / "copy.db", progress)
    assert history.close(WAIT)
    assert written > 2
    assert len(kept(path)["segments"]) > len(kept(tmp_path / "copy.db")["segments"])
    assert Reader(tmp_path / "copy.db").checks("web", NOON, NOON + DAY) == []


def test_a_history_without_a_log_is_copied_too(path: Path, tmp_path: Path) -> None:
    a_past(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",)
    back_up(path, tmp_path / "copy.db", silent)
    assert kept(tmp_path / "copy.db") == kept(path)


def test_what_is_restored_is_the_copy_and_what_was_there_is_kept(path: Path, tmp_path: Path) -> None:
    a_past(path)
    back_up(path, tmp_path / "copy.db", silent)
    as_copied = kept(path)
    imported(path, as_json(every_minute(STARTED, "OOO", "mail")))
    as_left = kept(path)
    aside = restore(tmp_path / "copy.db", path, NOON, silent)
    assert aside is not None
    assert kept(path) == as_copied != as_left
    assert kept(aside) == as_left
    assert aside.name == "history.db.before-restore-20260921T141320Z"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert restore(tmp_path / "copy.db", path, NOON, silent) == aside.with_name(f"{aside.name}-2")
    assert list(files(tmp_path)) == ["copy.db"]


def test_a_history_is_restored_where_none_is(path: Path, tmp_path: Path) -> None:
    a_past(tmp_path / "other" / "history.db")
    back_up(tmp_path / "other" / "history.db", tmp_path / "copy.db", silent)
    path.parent.mkdir()
    assert restore(tmp_path / "copy.db", path, NOON, silent) is None
    assert kept(path) == kept(tmp_path / "copy.db")
    assert list(files(path.parent)) == ["history.db"]


def test_a_log_that_the_old_history_left_is_not_replayed_into_the_restored_one(
    path: Path, tmp_path: Path, faults: Faults
) -> None:
    a_past(path)
    back_up(path, tmp_path / "copy.db", silent)
    history = a_history(path, faults)
    history.register([WEB], NOON).result(WAIT)
    crashed = tmp_path / "crashed"
    shutil.copytree(path.parent, crashed)
    assert history.close(WAIT)
    assert (crashed / "history.db-wal").stat().st_size > 0
    aside = restore(tmp_path / "copy.db", crashed / "history.db", NOON, silent)
    assert aside is not None
    assert kept(crashed / "history.db") == kept(tmp_path / "copy.db")
    assert kept(aside) == kept(path)


def test_a_copy_that_somebody_made_by_hand_is_read_with_its_log(path: Path, tmp_path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    history.register([WEB], NOON).result(WAIT)
    by_hand = tmp_path / "by-hand"
    shutil.copytree(path.parent, by_hand)
    assert history.close(WAIT)
    restored = tmp_path / "restored" / "history.db"
    restored.parent.mkdir()
    restore(by_hand / "history.db", restored, NOON, silent)
    assert kept(restored, ("services", "segments")) == kept(path, ("services", "segments"))


def test_ids_that_were_seen_are_not_given_again_after_an_older_copy_came_back(
    path: Path, tmp_path: Path, faults: Faults
) -> None:
    a_past(path)
    back_up(path, tmp_path / "copy.db", silent)
    history = a_history(path, faults)
    history.register([WEB], NOON)
    incident = an_incident(77, "web", NOON, end=NOON + MINUTE, closing="recovered")
    history.commit([turn("web", NOON, Status.DOWN, incident=incident)])
    assert history.close(WAIT)
    restore(tmp_path / "copy.db", path, NOON, silent)
    history = a_history(path, faults)
    assert history.remembered([WEB]).result(WAIT).next_incident == 78
    assert history.close(WAIT)
    assert [found.id for found in Reader(path).incidents(0, 2 * NOON)] == [1]


def rubbish(folder: Path, path: Path) -> dict[str, Path]:
    """Files that are no history, by what is wrong with them."""
    made = {name: folder / name for name in ("text", "empty", "foreign", "newer", "torn", "cut")}
    made["text"].write_text("rubbish " * 1000)
    made["empty"].write_bytes(b"")
    with closing(sqlite3.connect(made["foreign"])) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    for name in ("newer", "torn", "cut"):
        back_up(path, made[name], silent)
    with closing(sqlite3.connect(made["newer"])) as connection:
        connection.execute(f"PRAGMA user_version = {schema.CURRENT + 1}")
    whole = made["torn"].read_bytes()
    made["torn"].write_bytes(whole[:8192] + b"\xff" * 4096 + whole[12288:])
    made["cut"].write_bytes(whole[: len(whole) // 2])
    return {**made, "missing": folder / "missing", "folder": folder}


@pytest.mark.parametrize("what", ["text", "empty", "foreign", "newer", "torn", "cut", "missing", "folder"])
def test_restoring_what_is_no_history_leaves_everything_as_it_was(path: Path, tmp_path: Path, what: str) -> None:
    a_past(path)
    found = rubbish(tmp_path, path)
    before, beside = files(path.parent), files(tmp_path)
    with pytest.raises(NoHistory, match=r"^(it|there) "):
        restore(found[what], path, NOON, silent)
    assert files(path.parent) == before
    assert files(tmp_path) == beside


def test_a_history_that_is_damaged_gives_way_to_a_copy_and_its_bytes_are_kept(path: Path, tmp_path: Path) -> None:
    a_past(path)
    back_up(path, tmp_path / "copy.db", silent)
    damaged = b"\x00" * 5000
    path.write_bytes(damaged)
    aside = restore(tmp_path / "copy.db", path, NOON, silent)
    assert aside is not None
    assert aside.read_bytes() == damaged
    assert kept(path) == kept(tmp_path / "copy.db")


def test_nothing_is_copied_of_what_is_not_there_or_no_history(path: Path, tmp_path: Path) -> None:
    with pytest.raises(HistoryUnavailable, match="no history yet"):
        back_up(path, tmp_path / "copy.db", silent)
    path.parent.mkdir()
    path.write_text("rubbish " * 1000)
    with pytest.raises(NoHistory, match=r"history\.db was"):
        back_up(path, tmp_path / "copy.db", silent)
    assert files(tmp_path) == {}


def test_a_copy_never_takes_the_place_of_the_history_itself(path: Path, tmp_path: Path) -> None:
    a_past(path)
    before = path.read_bytes()
    (tmp_path / "link").symlink_to(path)
    for target in (path, tmp_path / "link"):
        with pytest.raises(NoHistory, match="itself"):
            back_up(path, target, silent)
        with pytest.raises(NoHistory, match="itself"):
            restore(target, path, NOON, silent)
    assert path.read_bytes() == before
