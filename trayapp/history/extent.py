"""How much room the history takes, and how far back it remembers single checks."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from trayapp.history import schema
from trayapp.history.packing import HOUR

MOST_LOG = 16_000_000
"""Bytes that the write-ahead log takes at most while everything is as it should be."""


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes that the file takes, with the log of what is not in it yet, and how many of them are free.

    `oldest_check` is when the oldest check began that is still kept, None where there is none; of one that is packed
    it is the hour.
    """

    bytes: int
    free_bytes: int
    oldest_check: int | None


def size(connection: sqlite3.Connection, path: Path) -> Size:
    """The size of the history at `path`, to which `connection` is open."""
    taken = sum(_bytes(Path(f"{path}{suffix}")) for suffix in ("", "-wal", "-journal"))
    (pages,) = connection.execute("PRAGMA freelist_count").fetchone()
    (page,) = connection.execute("PRAGMA page_size").fetchone()
    found = [
        connection.execute(
            "SELECT min((SELECT min(at) FROM results WHERE service = services.id)) FROM services"
        ).fetchone()[0]
    ]
    if schema.version(connection) >= schema.WITH_SUMS:
        (hour,) = connection.execute(
            "SELECT min((SELECT min(hour) FROM packed WHERE service = services.id)) FROM services"
        ).fetchone()
        found.append(None if hour is None else hour * HOUR)
    return Size(taken, pages * page, min((at for at in found if at is not None), default=None))


def crowded(path: Path) -> str | None:
    """A sentence while the write-ahead log of the history at `path` grows, because somebody reads without an end.

    SQLite can bring it home only up to what the oldest reader sees; once nobody reads it is cut to 4 MB.
    """
    log = _bytes(Path(f"{path}-wal"))
    if log <= MOST_LOG:
        return None
    return (
        f"Another program has been reading {path.name} for long: what is written meanwhile takes "
        f"{log // 1_000_000} MB beside it, until that ends."
    )


def _bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
