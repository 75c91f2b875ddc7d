"""From a path to a connection that may write: create, recognise, set aside, migrate.

No byte that we find is ever destroyed: an older history is copied before it is migrated. A new file gets its name
only once it is complete, so a history that is there and empty is a fault and never half a beginning.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from trayapp.history import schema
from trayapp.history.beginning import COMPANIONS, begin, keep_copy
from trayapp.history.faults import NotOurs, WrittenByNewer, is_damage

BUSY_SECONDS = 1.0
"""How long one statement waits for another program's lock before it counts as trouble."""


class Opened(NamedTuple):
    """A connection that may write; `notice` is a sentence if what was there before is not in it."""

    connection: sqlite3.Connection
    notice: str | None


def open_for_writing(path: Path, now: int) -> Opened:
    """Open the history at `path`, beginning a new one where there is none or it is no history.

    Raises WrittenByNewer without having touched anything; sqlite3.Error and OSError as they come.
    """
    notice = None
    if not path.exists():
        _set_companions_aside(path, _free_name(path, now))
        begin(path, now)
    else:
        try:
            recognise(path)
        except NotOurs as fault:
            aside = set_aside(path, now)
            begin(path, now)
            notice = f"{path.name} {fault}: it is kept as {aside.name}, and a new history was begun."
    connection = _connect(path, "rw")
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        # Where shared memory is not to be had (a network file system) SQLite stays with its rollback journal.
        connection.execute("PRAGMA journal_mode = WAL").fetchone()
        connection.execute("PRAGMA journal_size_limit = 4194304")
        if schema.version(connection) < len(schema.MIGRATIONS):
            keep_copy(connection, path)
            schema.migrate(connection)
    except BaseException:
        connection.close()
        raise
    return Opened(connection, notice)


def recognise(path: Path) -> None:
    """Make sure that the file is a history which we may write, without changing a byte of it.

    Raises NotOurs, WrittenByNewer, or sqlite3.Error where it can not be read now.
    """
    if path.stat().st_size == 0:
        raise NotOurs("was empty")
    try:
        application, version = _marks(path, "ro")
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            if is_damaged(path):
                raise NotOurs("was damaged") from error
            application, version = _marks(path, "ro")
        elif error.sqlite_errorcode == sqlite3.SQLITE_READONLY_ROLLBACK:
            # Killed while it had a rollback journal (see open_for_writing): only a writer may restore it.
            application, version = _marks(path, "rw")
        else:
            raise
    if application != schema.APPLICATION_ID or version == 0:
        raise NotOurs("was not written by Watchbell")
    if version > len(schema.MIGRATIONS):
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


def _marks(path: Path, mode: str) -> tuple[int, int]:
    with closing(_connect(path, mode)) as connection:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        return int(application), schema.version(connection)


def connect_readonly(path: Path) -> sqlite3.Connection:
    """A connection that can not write; for one thread, and for short."""
    return _connect(path, "ro")


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)


def set_aside(path: Path, now: int) -> Path:
    """Rename the file and its companions to `….corrupt-<utc>`; returns the new name of the file."""
    aside = _free_name(path, now)
    path.rename(aside)
    _set_companions_aside(path, aside)
    return aside


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
