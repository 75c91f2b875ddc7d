"""From a path to a connection that may write: create, recognise, set aside, migrate.

No byte that we find is ever destroyed: an older history is copied before it is migrated. A new file gets its name
only once it is complete, so a history that is there and empty is a fault and never half a beginning.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from trayapp.history import schema
from trayapp.history.beginning import COMPANIONS, begin, keep_copy
from trayapp.history.faults import Damaged, NotOurs, WrittenByNewer, is_damage, lacks_shared_memory
from trayapp.history.mounts import is_elsewhere
from trayapp.history.salvage import Salvaged, salvage

BUSY_SECONDS = 1.0
"""How long one statement waits for another program's lock before it counts as trouble."""


class Journal(Enum):
    """How SQLite keeps a transaction whole: with a write-ahead log, or, where that can not be, a rollback journal."""

    AHEAD = "WAL"
    BESIDE = "DELETE"


class Opened(NamedTuple):
    """A connection that may write; `notice` is a sentence if what was there before is not in it."""

    connection: sqlite3.Connection
    notice: str | None


def open_for_writing(path: Path, now: int) -> Opened:
    """Open the history at `path`, beginning a new one where there is none or it is no history.

    Raises WrittenByNewer without having touched anything; sqlite3.Error and OSError as they come.
    """
    try:
        return _open(path, now, Journal.BESIDE if is_elsewhere(path) else Journal.AHEAD)
    except sqlite3.OperationalError as error:
        if not lacks_shared_memory(error):
            raise
        return _open(path, now, Journal.BESIDE)


def _open(path: Path, now: int, journal: Journal) -> Opened:
    notice = None
    if not path.exists():
        _set_companions_aside(path, _free_name(path, now))
        begin(path, now)
    else:
        try:
            recognise(path, journal)
        except NotOurs as fault:
            notice = begin_anew(path, now, fault)
    connection = _connect(path, "rw", journal)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA journal_mode = {journal.value}").fetchone()
        # Readers are let in again: with a rollback journal nobody needs shared memory.
        connection.execute("PRAGMA locking_mode = NORMAL").fetchone()
        connection.execute("PRAGMA journal_size_limit = 4194304")
        if schema.version(connection) < schema.CURRENT:
            keep_copy(connection, path)
            schema.migrate(connection)
    except BaseException:
        connection.close()
        raise
    return Opened(connection, notice)


def recognise(path: Path, journal: Journal = Journal.AHEAD) -> None:
    """Make sure that the file is a history which we may write, without changing a byte of it.

    Raises NotOurs, WrittenByNewer, or sqlite3.Error where it can not be read now.
    """
    if path.stat().st_size == 0:
        raise NotOurs("was empty")
    try:
        application, version = _marks(path, _reading(path) if journal is Journal.AHEAD else "rw", journal)
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            if is_damaged(path):
                raise Damaged from error
            application, version = _marks(path, "ro")
        elif error.sqlite_errorcode == sqlite3.SQLITE_READONLY_ROLLBACK:
            # Killed while it had a rollback journal (see open_for_writing): only a writer may restore it.
            application, version = _marks(path, "rw")
        else:
            raise
    if application != schema.APPLICATION_ID or version == 0:
        raise NotOurs("was not written by Watchbell")
    if version > schema.CURRENT:
        raise WrittenByNewer(path, version)


def is_damaged(path: Path) -> bool:
    """Whether the bytes are wrong, by a complete second look: SQLite calls it damage when a disk fails to read once."""
    try:
        with closing(connect_readonly(path)) as connection:
            return bool(connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",))
    except sqlite3.Error as error:
        if is_damage(error):
            return True
        raise


def _marks(path: Path, mode: str, journal: Journal = Journal.AHEAD) -> tuple[int, int]:
    with closing(_connect(path, mode, journal)) as connection:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        return int(application), schema.version(connection)


def connect_readonly(path: Path) -> sqlite3.Connection:
    """A connection that can not write; for one thread, and for short."""
    return _connect(path, _reading(path))


def _reading(path: Path) -> str:
    if not os.access(path.parent, os.W_OK) and not Path(f"{path}-wal").exists():
        # SQLite would look for the log of a file that was closed in order, and may not make one.
        return "ro&immutable=1"
    return "ro"


def _connect(path: Path, mode: str, journal: Journal = Journal.AHEAD) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    if journal is Journal.BESIDE and mode == "rw":
        # Whoever has the file for himself needs no shared memory to bring a write-ahead log home.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE").fetchone()
    return connection


def begin_anew(path: Path, now: int, why: NotOurs) -> str:
    """Set the file and its companions aside as `….corrupt-<utc>`, and begin a new history with what can be read of it.

    Returns a sentence for a person. The old one stands in its place until the new one is complete.
    """
    aside = _free_name(path, now)
    salvaged: Salvaged | None = None

    def fill(fresh: sqlite3.Connection) -> None:
        nonlocal salvaged
        if isinstance(why, Damaged):
            salvaged = salvage(path, fresh)

    begin(path, now, fill, lambda: _set_aside(path, aside))
    what = f"; {salvaged}" if salvaged else ""
    return f"{path.name} {why}: it is kept as {aside.name}, and a new history was begun{what}."


def _set_aside(path: Path, aside: Path) -> None:
    """Give the file its other name without taking its own, where the file system knows how to; its companions move."""
    try:
        os.link(path, aside)
    except OSError:
        path.rename(aside)
    _set_companions_aside(path, aside)


def _set_companions_aside(path: Path, aside: Path) -> None:
    # A write-ahead log that is left lying there would be replayed into the next file of this name.
    for suffix in COMPANIONS:
        companion = Path(f"{path}{suffix}")
        if companion.exists():
            companion.rename(f"{aside}{suffix}")


def _free_name(path: Path, now: int) -> Path:
    stamp = datetime.fromtimestamp(now / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
    wanted = path.with_name(f"{path.name}.corrupt-{stamp}")
    number = 2
    while wanted.exists():
        wanted = path.with_name(f"{path.name}.corrupt-{stamp}-{number}")
        number += 1
    return wanted
