"""Whether an incident reads as it was written: a disk that turns a bit over in a text tells nobody, and SQLite neither.

Incidents that a transaction has written are sealed at its end, whoever wrote them, with a checksum over all they say.
"""

from __future__ import annotations

import sqlite3
import zlib
from typing import Any

_MOST_AT_ONCE = 500
_MOST_NAMED = 5
_SAID = 'id, service, start, confirmed, "end", closing, end_uncertain, cause, message'


def checksum(said: tuple[Any, ...]) -> int:
    """CRC-32 (ISO 3309) over the fields of an incident, its id among them."""
    return zlib.crc32(repr(said).encode(errors="backslashreplace"))


def seal(connection: sqlite3.Connection) -> None:
    """Seal what was written since the last time; of very much, as after an upgrade, a part."""
    found = connection.execute(
        f"SELECT {_SAID} FROM unsealed CROSS JOIN incidents ON id = incident LIMIT ?", (_MOST_AT_ONCE,)
    ).fetchall()
    if found:
        connection.executemany("INSERT OR REPLACE INTO seals VALUES (?, ?)", [(row[0], checksum(row)) for row in found])
        connection.executemany("DELETE FROM unsealed WHERE incident = ?", [row[:1] for row in found])


class Inspection:
    """Looks once at every incident there is, a slice at a time, so that nobody waits for it."""

    def __init__(self) -> None:
        self._after: int | None = -1
        self._wrong: list[int] = []

    def go_on(self, connection: sqlite3.Connection) -> str | None:
        """Look at the next slice; after the last one a sentence, if something was wrong."""
        if self._after is None:
            return None
        wrong, self._after = doubtful(connection, self._after, _MOST_AT_ONCE)
        self._wrong += wrong
        if self._after is not None or not self._wrong:
            return None
        named = ", ".join(map(str, self._wrong[:_MOST_NAMED]))
        more = f" and {len(self._wrong) - _MOST_NAMED} more" if len(self._wrong) > _MOST_NAMED else ""
        one = len(self._wrong) == 1
        return (
            f"{'Incident' if one else 'Incidents'} {named}{more} in the history {'does' if one else 'do'} not read as "
            f"{'it was' if one else 'they were'} written: the disk changed {'it' if one else 'them'}."
        )


def doubtful(connection: sqlite3.Connection, after: int = -1, n: int = -1) -> tuple[list[int], int | None]:
    """Of the next `n` incidents after this id (-1: of all): those that do not read as they were written.

    And the id to go on after; None: there are no more.
    """
    found = connection.execute(
        f"""
        SELECT {_SAID}, checksum FROM incidents LEFT JOIN seals ON seals.incident = id
        WHERE id > ? AND NOT EXISTS (SELECT 1 FROM unsealed WHERE unsealed.incident = id) ORDER BY id LIMIT ?
        """,
        (after, n),
    ).fetchall()
    wrong = [row[0] for row in found if row[-1] != checksum(row[:-1])]
    return wrong, found[-1][0] if len(found) == n else None
