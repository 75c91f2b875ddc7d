"""What can still be read of a damaged history, taken over into a new one.

A page whose bytes are wrong stops whoever reads up to it. So each table is read from its beginning until that happens,
then from its end backwards, and what lies between from places inside (stretches.py). The damaged file itself is not
touched: a copy is read. Where the damage is in what the file says of its tables, the copy is given that of a new
history, which says the same.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from trayapp.core.words import Blame, Outcome, Status
from trayapp.history.mending import leave, mend_header, mend_schema
from trayapp.history.stretches import Placed, Row, Stretches

_COMPANIONS = ("-wal", "-journal")
_LAST = 2**43
"""No id and no moment is larger: milliseconds of the year 2248."""

_PLAUSIBLE: dict[str, dict[str, frozenset[str]]] = {
    "segments": {"status": frozenset(Status)},
    "reasons": {"outcome": frozenset(Outcome), "blame": frozenset(Blame)},
}
"""What stands in these columns is one of our words, or the row is noise."""

_NEEDED = {
    "services": "id, key, created, fingerprint",
    "reasons": "id, outcome, cause, blame, message, answered, seen",
    "segments": "service, start, status, reason, confirmed",
    "incidents": 'id, service, start, confirmed, "end", closing, end_uncertain, cause, message',
    "tellings": "service, told, acknowledged, snoozed_until",
}
"""What every release had. A file that says otherwise is wrong about itself."""

_UNCOUNTED = frozenset({"seals", "unsealed"})


@dataclass
class Salvaged:
    """How many entries came along, and how many about did not; `blind`: of some tables nothing can be said."""

    taken: int = 0
    lost: int = 0
    blind: bool = False

    def __str__(self) -> str:
        if not self.taken:
            return "nothing of it could be read"
        if not (self.lost or self.blind):
            return f"all {self.taken:,} entries of it could be read and were taken over"
        total = f" of about {self.taken + self.lost:,}" if self.lost else ""
        others = ", and others not" if self.blind else ""
        return f"{self.taken:,}{total} entries could be read and were taken over{others}"


def salvage(damaged: Path, fresh: sqlite3.Connection) -> Salvaged:
    """Take over into `fresh`, which is empty, whatever can be read of the file at `damaged` and its write-ahead log.

    Raises OSError and sqlite3.Error only for what can not be written.
    """
    copy = damaged.with_name(f"{damaged.name}.salvage")
    pieces = [copy, *(Path(f"{copy}{suffix}") for suffix in (*_COMPANIONS, "-shm"))]
    try:
        best = Salvaged(blind=True)
        for mend in (leave, mend_header, mend_schema):
            for piece in pieces:
                piece.unlink(missing_ok=True)
            for suffix in ("", *_COMPANIONS):
                if Path(f"{damaged}{suffix}").exists():
                    shutil.copyfile(f"{damaged}{suffix}", f"{copy}{suffix}")
            mend(copy, fresh)
            with _reading(copy) as old:
                tables = _tables(old)
                if tables:
                    return _take_over(old, tables, fresh)
        return best
    finally:
        for piece in pieces:
            piece.unlink(missing_ok=True)


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.text_factory = lambda text: text.decode(errors="replace")
        yield connection


def _tables(old: sqlite3.Connection) -> frozenset[str]:
    """Those that the file says it has; none where even that is wrong."""
    try:
        # Else SQLite refuses a file that is shorter than it says of itself.
        old.execute("PRAGMA writable_schema = ON")
        tables = frozenset(name for (name,) in old.execute("SELECT name FROM sqlite_master WHERE type = 'table'"))
        for needed, columns in _NEEDED.items():
            old.execute(f"SELECT {columns} FROM {needed} LIMIT 0")
        return tables
    except sqlite3.Error:
        return frozenset()


def _take_over(old: sqlite3.Connection, there: frozenset[str], fresh: sqlite3.Connection) -> Salvaged:
    salvaged = Salvaged()
    fresh.execute("PRAGMA foreign_keys = OFF")
    fresh.execute("BEGIN IMMEDIATE")
    tables = fresh.execute(
        "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    # Services first: others are read one service after the other.
    for table, without_rowid in sorted(tables, key=lambda found: (found[0] != "services", found[0])):
        if table == "services":
            _take_over_names(old, fresh)
        if table in there and table != "unsealed":
            _Table(old, fresh, table, bool(without_rowid)).take_over(salvaged)
    salvaged.lost += leave_out_orphans(fresh)
    fresh.execute(
        """
        UPDATE services SET created = coalesce((SELECT min(start) FROM segments WHERE service = id), created)
        WHERE created = 0
        """
    )
    # Every service has a segment that it goes on from.
    fresh.execute(
        """
        INSERT INTO segments (service, start, status, reason, confirmed, counted_since)
        SELECT id, since, 'UNKNOWN', 'new', since, since FROM (
            SELECT id, max(created, coalesce((SELECT max(coalesce("end", start)) FROM incidents
                WHERE service = services.id), 0)) AS since
            FROM services WHERE id NOT IN (SELECT service FROM segments)
        )
        """
    )
    # What was sealed keeps its seal: it may be the incident that is wrong.
    fresh.execute("DELETE FROM unsealed WHERE incident IN (SELECT incident FROM seals)")
    salvaged.taken = sum(
        fresh.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table, _ in tables if table not in _UNCOUNTED
    )
    fresh.execute("COMMIT")
    return salvaged


def _take_over_names(old: sqlite3.Connection, fresh: sqlite3.Connection) -> None:
    """What the services were called stands in an index too: without it their past would be nobody's."""
    names: dict[int, str] = {}
    with suppress(sqlite3.Error):
        for number, name in old.execute("SELECT id, key FROM services ORDER BY key"):
            names[number] = name
    whole: set[int] = set()
    with suppress(sqlite3.Error):
        for (number,) in old.execute("SELECT id FROM services NOT INDEXED WHERE fingerprint IS NOT NULL ORDER BY id"):
            whole.add(number)
    for number, name in names.items():
        if number not in whole and isinstance(number, int) and isinstance(name, str):
            fresh.execute(
                "INSERT OR IGNORE INTO services (id, key, created, fingerprint) VALUES (?, ?, 0, '')", (number, name)
            )


def leave_out_orphans(fresh: sqlite3.Connection) -> int:
    """Rows of services that are lost themselves."""
    children = [
        table
        for (table,) in fresh.execute(
            """
            SELECT DISTINCT tables.name FROM pragma_table_list AS tables, pragma_foreign_key_list(tables.name) AS keys
            WHERE tables.schema = 'main' AND keys."table" = 'services'
            """
        )
    ]
    return sum(
        fresh.execute(f"DELETE FROM {table} WHERE service NOT IN (SELECT id FROM services)").rowcount
        for table in children
    )


class _Table:
    """One table on its way from the old file to the new one."""

    def __init__(self, old: sqlite3.Connection, fresh: sqlite3.Connection, name: str, without_rowid: bool) -> None:
        self._old, self._fresh, self._name = old, fresh, name
        columns = fresh.execute("SELECT name, type, pk FROM pragma_table_info(?)", (name,)).fetchall()
        had = {column for (column,) in old.execute("SELECT name FROM pragma_table_info(?)", (name,))}
        self._columns = [column for column, _, _ in columns if column in had]
        key = sorted((pk, column, type_) for column, type_, pk in columns if pk)
        self._key = [column for _, column, _ in key]
        self._counted = [type_ == "INTEGER" for _, _, type_ in key]
        # A damaged index must not hinder who reads the table; without rowids the table is an index.
        self._source = f'"{name}"' if without_rowid else f'"{name}" NOT INDEXED'
        self._plausible = [(self._columns.index(c), words) for c, words in _PLAUSIBLE.get(name, {}).items()]

    def take_over(self, salvaged: Salvaged) -> None:
        if self._counted == [True, True]:
            for (service,) in self._fresh.execute("SELECT id FROM services ORDER BY id").fetchall():
                self._take(salvaged, Stretches(partial(self._rows, self._key[1], service), _LAST))
        elif self._counted[0]:
            self._take(salvaged, Stretches(partial(self._rows, self._key[0], None), _LAST, dense=True))
        else:
            self._take(salvaged, Stretches(self._words, 0))

    def _take(self, salvaged: Salvaged, stretches: Stretches) -> None:
        for rows in stretches:
            self._put(rows)
        if self._name not in _UNCOUNTED:
            salvaged.lost += stretches.lost
            salvaged.blind |= stretches.blind

    def _rows(self, column: str, service: int | None, low: int, high: int, backwards: bool) -> Placed:
        """Rows with their place, between two places (both included), in order."""
        direction = "DESC" if backwards else "ASC"
        order = ", ".join(f'"{each}" {direction}' for each in self._key)
        yield from (
            (row[0], row[1:])
            for row in self._old.execute(
                f"""
                SELECT "{column}", {self._listed} FROM {self._source}
                WHERE {"" if service is None else "service = :service AND"} "{column}" BETWEEN :low AND :high
                ORDER BY {order}
                """,
                {"service": service, "low": low, "high": high},
            )
        )

    def _words(self, low: int, high: int, backwards: bool) -> Placed:
        """All rows of a small table whose key is no number."""
        direction = "DESC" if backwards else "ASC"
        order = ", ".join(f'"{each}" {direction}' for each in self._key)
        yield from (
            (0, row) for row in self._old.execute(f"SELECT {self._listed} FROM {self._source} ORDER BY {order}")
        )

    @property
    def _listed(self) -> str:
        return ", ".join(f'"{column}"' for column in self._columns)

    def _put(self, rows: Sequence[Row]) -> None:
        """Into the new file, but for those that are there already and those that are noise."""
        insert = f'INSERT OR IGNORE INTO "{self._name}" ({self._listed}) VALUES ({", ".join("?" * len(self._columns))})'
        for row in rows:
            if any(row[n] not in words for n, words in self._plausible):
                continue
            with suppress(sqlite3.IntegrityError):  # a text where a number belongs
                self._fresh.execute(insert, row)
