"""The history as a file of its own, and back: copied by SQLite itself, so that what is not yet in the file counts too.

A copy is made under another name and gets its own once it is complete, checked and on the disk.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from trayapp.history import schema
from trayapp.history.beginning import COMPANIONS
from trayapp.history.faults import HistoryUnavailable, NotOurs, is_damage
from trayapp.history.opening import connect_readonly, recognise

_PAGES = 64
"""Pages that one step copies: nobody who wants to write waits for longer than that takes."""

Progress = Callable[[int, int], None]
"""Called with the pages that are copied and how many there are."""


class NoHistory(Exception):
    """The file can not be taken for a history; its text is a sentence."""


def back_up(history: Path, copy: Path, progress: Progress) -> int:
    """Copy the history, which may be written meanwhile, to `copy`, replacing what is there; returns the bytes of it.

    Raises HistoryUnavailable where there is none, NoHistory where the copy does not stand its test, sqlite3.Error and
    OSError as they come.
    """
    if not history.exists():
        raise HistoryUnavailable("There is no history yet.")
    try:
        recognise(history)
    except NotOurs as fault:
        raise NoHistory(f"{history.name} {fault}") from fault
    if copy.exists() and copy.samefile(history):
        raise NoHistory("the copy would replace the history itself")
    with _part(copy) as part:
        with closing(connect_readonly(history)) as source:
            (mode,) = source.execute("PRAGMA journal_mode").fetchone()
            # Every write of another program has SQLite begin anew. With a log we keep to one moment of it instead;
            # without one, all is copied in one step, and who wants to write tries again after that.
            if mode == "wal":
                source.execute("BEGIN")
                source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            _copy(source, part, progress, _PAGES if mode == "wal" else -1)
        _examine(part)
        part.replace(copy)
    _sync(copy.parent)
    return copy.stat().st_size


def restore(copy: Path, history: Path, now: int, progress: Progress) -> Path | None:
    """Put what `copy` holds in the place of the history; returns where what was there is kept, None: there was none.

    Nobody may have the history open. Raises NoHistory, WrittenByNewer, sqlite3.Error and OSError; then everything is
    as it was.
    """
    if not copy.is_file():
        raise NoHistory("there is no such file")
    if history.exists() and copy.samefile(history):
        raise NoHistory("it is the history itself")
    with _part(history) as part:
        try:
            with closing(_connect_resting(copy)) as source:
                _copy(source, part, progress)
        except sqlite3.DatabaseError as error:
            if is_damage(error):
                raise NoHistory(f"it can not be read as a history: {error}") from error
            raise
        _examine(part)
        _go_on_counting(part, history)
        aside = _keep_aside(history, now)
        part.replace(history)
    _sync(history.parent)
    return aside


def _connect_resting(path: Path) -> sqlite3.Connection:
    """A connection to a file that nobody uses, which leaves nothing beside it; what is there is read too."""
    if any(Path(f"{path}{suffix}").exists() for suffix in COMPANIONS):
        return connect_readonly(path)
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None)


@contextmanager
def _part(path: Path) -> Iterator[Path]:
    """A file beside `path`, for the owner alone, to be renamed; whatever of it is left is removed."""
    part = path.with_name(f".{path.name}.watchbell-part")
    _remove(part)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        yield part
    finally:
        _remove(part)


def _remove(path: Path) -> None:
    for leftover in (path, *(Path(f"{path}{suffix}") for suffix in COMPANIONS)):
        leftover.unlink(missing_ok=True)


def _copy(source: sqlite3.Connection, part: Path, progress: Progress, pages: int = _PAGES) -> None:
    with closing(sqlite3.connect(part, isolation_level=None)) as target:
        source.backup(target, pages=pages, progress=lambda _, left, total: progress(total - left, total), sleep=0.05)
        # The log of a history that is written lies beside it; a copy is one file.
        target.execute("PRAGMA journal_mode = DELETE").fetchone()


def _examine(part: Path) -> None:
    """Raises NoHistory or WrittenByNewer where it is no history that this program can go on with."""
    with closing(sqlite3.connect(part, isolation_level=None)) as connection:
        try:
            (application,) = connection.execute("PRAGMA application_id").fetchone()
            if application != schema.APPLICATION_ID or schema.version(connection) == 0:
                raise NoHistory("it was not written by Watchbell")
            if schema.version(connection) > schema.CURRENT:
                raise NoHistory(f"it was written by a newer Watchbell (schema {schema.version(connection)})")
            if (found := connection.execute("PRAGMA integrity_check(1)").fetchone()) != ("ok",):
                raise NoHistory(f"it is damaged: {found[0]}")
        except sqlite3.DatabaseError as error:
            raise NoHistory(f"it is damaged: {error}") from error


def _go_on_counting(part: Path, history: Path) -> None:
    """Ids that the history which goes had handed out are not handed out again: people have seen them."""
    if not history.exists():
        return
    try:
        with closing(connect_readonly(history)) as connection:
            given = connection.execute("SELECT seq, name FROM sqlite_sequence").fetchall()
    except sqlite3.DatabaseError:
        return  # it is damaged or none of ours: nobody can say what it had handed out
    with closing(sqlite3.connect(part, isolation_level=None)) as connection:
        connection.executemany("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", given)
        connection.executemany(
            """
            INSERT INTO sqlite_sequence (seq, name) SELECT :seq, :name
            WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = :name)
            AND EXISTS (SELECT 1 FROM sqlite_master WHERE name = :name)
            """,
            [{"seq": seq, "name": name} for seq, name in given],
        )


def _keep_aside(history: Path, now: int) -> Path | None:
    """Give the history that is there a second name, or, where that cannot be, another one."""
    companions = [Path(f"{history}{suffix}") for suffix in COMPANIONS]
    if not history.exists():
        for companion in companions:
            companion.unlink(missing_ok=True)
        return None
    _bring_home(history)
    stamp = datetime.fromtimestamp(now / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
    aside = history.with_name(f"{history.name}.before-restore-{stamp}")
    number = 2
    while aside.exists():
        aside = history.with_name(f"{history.name}.before-restore-{stamp}-{number}")
        number += 1
    # What is still beside it belongs to it, and would be replayed into whatever has its name next.
    for companion, suffix in zip(companions, COMPANIONS, strict=True):
        if companion.exists():
            companion.rename(f"{aside}{suffix}")
    try:
        aside.hardlink_to(history)
    except OSError:  # a file system that gives a file one name only
        history.rename(aside)
    return aside


def _bring_home(history: Path) -> None:
    """Let what stands in its log be in the file itself; a file that is none of SQLite's has no log."""
    try:
        with closing(sqlite3.connect(history, isolation_level=None)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.DatabaseError:
        return


def _sync(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
