"""Files that are there in full or not at all: a new history, and the copy that is kept of an old one.

Each is made under another name first, for the owner alone before it has content, and gets its own name once it is
complete and on the disk.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from trayapp.history import schema

COMPANIONS = ("-wal", "-shm", "-journal")
"""What SQLite puts beside a file."""


def begin(
    path: Path,
    now: int,
    fill: Callable[[sqlite3.Connection], object] | None = None,
    make_way: Callable[[], object] | None = None,
) -> None:
    """Create a complete history: empty, or with what `fill` writes into it.

    `make_way` is called once it is complete and before it gets its name: what stands there until then is still
    there if we are killed on the way.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _appearing(path, make_way) as connection:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        schema.migrate(connection)
        if make_way or any(path.parent.glob(f"{path.name}.corrupt-*")):
            # Ids of the lost history were shown to people: this one's begin above them.
            schema.skip_ids(connection, now // 1000)
        if fill:
            fill(connection)


def keep_copy(connection: sqlite3.Connection, path: Path) -> None:
    """Keep the history at `path` as it is now under another name that tells its schema: `history.db.v1`."""
    with _appearing(path.with_name(f"{path.name}.v{schema.version(connection)}")) as copy:
        connection.backup(copy)


@contextmanager
def _appearing(path: Path, make_way: Callable[[], object] | None = None) -> Iterator[sqlite3.Connection]:
    unborn = path.with_name(path.name + ".new")
    for leftover in (unborn, *(Path(f"{unborn}{suffix}") for suffix in COMPANIONS)):
        leftover.unlink(missing_ok=True)
    os.close(os.open(unborn, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    with closing(sqlite3.connect(unborn, isolation_level=None)) as connection:
        yield connection
    if make_way:
        make_way()
    unborn.replace(path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
