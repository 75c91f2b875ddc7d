"""Old results go, a small slice at a time, so that nobody waits for it."""

from __future__ import annotations

from trayapp.history.ledger import Ledger

KEPT_FOR = 30 * 86_400_000
"""Milliseconds that single results are kept. Segments, incidents and notifications stay."""

SLICE = 1000
"""Rows that one slice deletes at most."""

_PAGES = 64


def prune(ledger: Ledger, before: int) -> bool:
    """Delete one slice of the results that started before then; True when no more are left.

    Runs inside a transaction; `reclaim` afterwards gives the room back.
    """
    left = SLICE
    for (service,) in ledger.connection.execute("SELECT id FROM services").fetchall():
        left -= ledger.connection.execute(
            """
            DELETE FROM results WHERE service = :service
            AND at IN (SELECT at FROM results WHERE service = :service AND at < :before ORDER BY at LIMIT :left)
            """,
            {"service": service, "before": before, "left": left},
        ).rowcount
        if left <= 0:
            return False
    ledger.forget_reasons(before)
    return True


def reclaim(ledger: Ledger) -> None:
    """Give a bounded number of free pages back to the file system."""
    ledger.connection.execute(f"PRAGMA incremental_vacuum({_PAGES})").fetchall()
