"""What is done with results as they grow old, a small slice at a time, so that nobody waits for it.

Hours that are over are packed and summed up; packed ones that are older than they are to be kept go, and the reasons
that nobody names any more with them. Segments, incidents, notifications and histograms stay.
"""

from __future__ import annotations

from collections import deque

from trayapp.history.hours import finish_rows, finished_before
from trayapp.history.ledger import Ledger
from trayapp.history.packing import HOUR

SLICE = 500
"""Rows that one slice packs or deletes, to the end of the last one's hour; more where much is written (slice_after)."""

_VISIT = 10
"""What looking at one service costs, in rows."""

_PAGES = 64


def slice_after(written: int) -> int:
    """Rows for the slice that follows so many written ones: twice as many, so that what is old never piles up."""
    return max(SLICE, 2 * written)


class Tidying:
    """Rounds through all services, each continued slice by slice."""

    def __init__(self) -> None:
        self._left: deque[int] | None = None
        self._kept_since = 0

    def go_on(self, ledger: Ledger, now: int, kept_for: int, room: int = SLICE) -> bool:
        """One slice of so many rows, inside a transaction; True when that ended a round.

        `reclaim` afterwards gives what they took back.
        """
        if self._left is None:
            self._left = deque(number for (number,) in ledger.connection.execute("SELECT id FROM services"))
            # The same for all of a round: a reason is forgotten only when nobody's checks of that time are left.
            self._kept_since = (now - kept_for) // HOUR * HOUR
        kept_since = self._kept_since
        while self._left and room > 0:
            service = self._left[0]
            room -= _VISIT + _pack(ledger, service, now, kept_since, room)
            if room > 0:
                room -= _delete(ledger, service, kept_since, room)
            if room > 0:
                self._left.popleft()
        if self._left or room <= 0 or ledger.forget_reasons(kept_since, room) == room:
            return False
        self._left = None
        return True


def _pack(ledger: Ledger, service: int, now: int, kept_since: int, most: int) -> int:
    oldest = ledger.connection.execute("SELECT min(at) FROM results WHERE service = ?", (service,)).fetchone()[0]
    if oldest is None or oldest >= now - HOUR:
        return 0
    before = finished_before(ledger.connection, service, now, kept_since)
    return finish_rows(ledger.connection, service, before, most) if oldest < before else 0


def _delete(ledger: Ledger, service: int, kept_since: int, most: int) -> int:
    return ledger.connection.execute(
        """
        DELETE FROM packed WHERE service = :service AND hour IN (
            SELECT hour FROM packed WHERE service = :service AND hour < :before ORDER BY hour LIMIT :most
        )
        """,
        {"service": service, "before": kept_since // HOUR, "most": most},
    ).rowcount


def reclaim(ledger: Ledger) -> bool:
    """Give a bounded number of free pages back to the file system; True when there are few left."""

    def free() -> int:
        (pages,) = ledger.connection.execute("PRAGMA freelist_count").fetchone()
        return int(pages)

    before = free()
    if before:
        # Each page is a step of the statement, and a row without columns: sqlite3's execute would end after the first.
        ledger.connection.executescript(f"PRAGMA incremental_vacuum({_PAGES})")
    # A file that was not begun by us may have been made without the means to shrink.
    return free() in range(_PAGES) or free() == before
