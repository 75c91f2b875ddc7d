"""Which services there are, and what became of them while nobody watched.

An edit of the file between two runs is noticed here: in the same transaction the timeline turns
UNKNOWN and an open incident closes, exactly as `core.verdict.interrupt` does it in a running program.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trayapp.core.verdict import UNJUDGED
from trayapp.core.words import Service, Status
from trayapp.history.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Registration:
    """Ids of the services that were not known, whose target is another now, and that are known but were not named."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    absent: tuple[str, ...]


def fingerprint(service: Service) -> str:
    """What tells that a service dials something else than before, without revealing what."""
    return hashlib.blake2b(
        f"{service.probe.kind}\n{service.probe.target}".encode(errors="surrogatepass"), digest_size=16
    ).hexdigest()


def register(ledger: Ledger, services: Sequence[Service], at: int) -> Registration:
    """Write down what is watched from `at` on. Nothing is removed: what is absent may only be misspelt just now."""
    known = {
        key: (number, print_, removed_at is not None)
        for number, key, print_, removed_at in ledger.connection.execute(
            "SELECT id, key, fingerprint, removed_at FROM services"
        )
    }
    new, changed = [], []
    for service in services:
        print_ = fingerprint(service)
        number, before, removed = known.get(service.id, (None, "", False))
        if number is None:
            number = ledger.add_service(service.id, at)
            new.append(service.id)
        elif removed:
            ledger.begin_anew(number, at, "new")
            new.append(service.id)
        elif before not in ("", print_):
            _interrupt(ledger, number, at, "changed")
            changed.append(service.id)
        ledger.connection.execute(
            "UPDATE services SET fingerprint = ?, interval = ?, timeout = ?, removed_at = NULL WHERE id = ?",
            (print_, service.interval, service.timeout, number),
        )
    named = {service.id for service in services}
    absent = tuple(key for key, (_, _, removed) in known.items() if key not in named and not removed)
    return Registration(tuple(new), tuple(changed), absent)


def remove(ledger: Ledger, services: Iterable[str], at: int) -> None:
    """These are watched no longer. Their past stays, and their number comes back with them if they do.

    What the user asked for goes with them.
    """
    for key in services:
        row = ledger.connection.execute(
            "SELECT id FROM services WHERE key = ? AND removed_at IS NULL", (key,)
        ).fetchone()
        if row is not None:
            _interrupt(ledger, row[0], at, "removed")
            ledger.connection.execute("UPDATE services SET removed_at = ? WHERE id = ?", (at, row[0]))
            ledger.connection.execute("DELETE FROM tellings WHERE service = ?", row)
            ledger.connection.execute("DELETE FROM pauses WHERE service = ?", row)
            ledger.connection.execute("DELETE FROM standing WHERE about = ? AND what <> 'blind'", (key,))


def _interrupt(ledger: Ledger, number: int, at: int, reason: str) -> None:
    newest, status = ledger.connection.execute(
        "SELECT start, status FROM segments WHERE service = ? ORDER BY start DESC LIMIT 1", (number,)
    ).fetchone()
    since = max(at, newest)
    if reason == "removed" or Status(status) not in UNJUDGED:  # there, nobody was asked anyway
        ledger.begin_anew(number, since, reason)
    ledger.connection.execute(
        """
        UPDATE incidents SET "end" = max(confirmed, ?), closing = ?, end_uncertain = 1
        WHERE service = ? AND "end" IS NULL
        """,
        (since, reason, number),
    )
    ledger.connection.execute("UPDATE tellings SET told = NULL, acknowledged = NULL WHERE service = ?", (number,))
