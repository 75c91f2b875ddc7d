"""What is written, and how: the statements of the one connection that writes.

Everything here can be written twice without harm, because a commit whose success never became
known is tried again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from trayapp.core.news import Notes
from trayapp.core.words import CheckResult, Finding, Incident, Notification, Status, StatusChange, Telling
from trayapp.history import evidence, seals, telling

_DAY = 86_400_000
_MOST_REASONS_IN_MEMORY = 4096


class Ledger:
    """Statements on one open connection; for the writer's thread alone, inside a transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._services: dict[str, int] = {}
        self._reasons: dict[tuple[str, str, str, str, bool], tuple[int, int]] = {}
        self._synchronous = ""

    @contextmanager
    def transaction(self, *, durable: bool) -> Iterator[None]:
        """One transaction. When it is `durable` it is on the disk, through a power cut, once this returns."""
        wanted = "FULL" if durable else "NORMAL"
        if wanted != self._synchronous:
            self.connection.execute(f"PRAGMA synchronous = {wanted}")
            self._synchronous = wanted
        with self._undone_on_error("BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"):
            yield
            seals.seal(self.connection)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A part of a transaction that is undone alone when it raises."""
        with self._undone_on_error("SAVEPOINT attempt", "RELEASE attempt", "ROLLBACK TO attempt"):
            yield

    @contextmanager
    def _undone_on_error(self, begin: str, end: str, undo: str) -> Iterator[None]:
        self.connection.execute(begin)
        try:
            yield
            self.connection.execute(end)
        except BaseException:
            self._services.clear()
            self._reasons.clear()
            # SQLite itself rolls back after some errors, such as a full disk.
            if self.connection.in_transaction:
                self.connection.execute(undo)
            raise

    def service_id(self, key: str, at: int) -> int:
        """The number of a service; one that was never registered (its history was lost meanwhile) begins at `at`."""
        number = self._services.get(key)
        if number is None:
            row = self.connection.execute("SELECT id FROM services WHERE key = ?", (key,)).fetchone()
            number = int(row[0]) if row else self.add_service(key, at)
            self._services[key] = number
        return number

    def add_service(self, key: str, at: int) -> int:
        """A new service, UNKNOWN (new) from `at` on; its target is not known before it is registered."""
        (number,) = self.connection.execute(
            "INSERT INTO services (key, created, fingerprint) VALUES (?, ?, '') RETURNING id", (key, at)
        ).fetchone()
        self.begin_anew(number, at, "new")
        return int(number)

    def append(self, result: CheckResult) -> None:
        """One result. A second one of the same service and millisecond is the same one."""
        finding = result.finding
        self.connection.execute(
            "INSERT OR IGNORE INTO results VALUES (?, ?, ?, ?, ?)",
            (
                self.service_id(result.service, result.at),
                result.at,
                result.ended - result.at,
                None if finding.latency_ms is None else round(finding.latency_ms * 1000),
                self.reason_id(finding, result.at),
            ),
        )

    def reason_id(self, finding: Finding, at: int) -> int:
        """The number of what a check that began then found, its latency aside."""
        reason = (finding.outcome.value, finding.cause, finding.blame.value, finding.message, finding.answered)
        known = self._reasons.get(reason)
        if known is not None and at <= known[1]:
            return known[0]
        # `seen` runs a day ahead, so that a reason in steady use is written once a day.
        number, seen = self.connection.execute(
            """
            INSERT INTO reasons (outcome, cause, blame, message, answered, seen) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET seen = max(seen, excluded.seen) RETURNING id, seen
            """,
            (*reason, at + _DAY),
        ).fetchone()
        if len(self._reasons) >= _MOST_REASONS_IN_MEMORY:
            self._reasons.clear()
        self._reasons[reason] = (int(number), int(seen))
        return int(number)

    def forget_reasons(self, before: int, most: int) -> int:
        """Delete so many reasons of checks that began before then, which must be gone already; returns how many."""
        self._reasons.clear()
        return self.connection.execute(
            "DELETE FROM reasons WHERE id IN (SELECT id FROM reasons WHERE seen < ? LIMIT ?)", (before, most)
        ).rowcount

    def commit(
        self,
        changes: Sequence[StatusChange],
        tellings: Sequence[Telling],
        notifications: Sequence[Notification],
        notes: Notes,
        at: int,
    ) -> None:
        """What was decided, what a person is to be told of it, and what he then knows."""
        for change in changes:
            service = self.service_id(change.service, change.since)
            self._begin_segment(service, change)
            if change.incident is not None:
                self._put_incident(service, change.incident)
                if change.evidence is not None:
                    part = evidence.OPENING if change.incident.end is None else evidence.CLOSING
                    evidence.keep(self.connection, change.incident.id, part, change.evidence)
        for told in tellings:
            self.connection.execute(
                "INSERT OR REPLACE INTO tellings VALUES (?, ?, ?, ?)",
                (self.service_id(told.service, at), told.told, told.acknowledged, told.snoozed_until),
            )
        for notification in notifications:
            telling.put(self.connection, notification)
        telling.keep(self.connection, notes, at)

    def begin_anew(self, service: int, at: int, reason: str) -> None:
        """From `at` on the service with this number is UNKNOWN, and nothing before counts for anything.

        Where the clock was set back since, that is when what is known of it ends: the past is not written anew.
        """
        (known,) = self.connection.execute(
            """
            SELECT max(coalesce((SELECT max(start) FROM segments WHERE service = :service), 0),
                coalesce((SELECT max("end") FROM incidents WHERE service = :service), 0))
            """,
            {"service": service},
        ).fetchone()
        at = max(at, known)
        self._begin_segment(service, StatusChange("", at, at, Status.UNKNOWN, Status.UNKNOWN, reason, counted_since=at))

    def _begin_segment(self, service: int, change: StatusChange) -> None:
        """From its `since` on it is this; what was written about that time before is replaced."""
        self.connection.execute("DELETE FROM segments WHERE service = ? AND start >= ?", (service, change.since))
        self.connection.execute(
            """
            INSERT INTO segments (service, start, status, reason, confirmed, flapping_since, counted_since)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            (
                service,
                change.since,
                change.to_status.value,
                change.reason,
                change.at,
                change.flapping_since,
                change.counted_since,
            ),
        )

    def _put_incident(self, service: int, incident: Incident) -> None:
        if incident.end is None:
            # After a start without a readable history another incident may still stand open there.
            self.connection.execute(
                """
                UPDATE incidents SET "end" = max(confirmed, ?), closing = 'recovered', end_uncertain = 1
                WHERE service = ? AND "end" IS NULL AND id <> ?
                """,
                (incident.start, service, incident.id),
            )
        self.connection.execute(
            """
            INSERT INTO incidents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET
                start = excluded.start, confirmed = excluded.confirmed, "end" = excluded."end",
                closing = excluded.closing, end_uncertain = excluded.end_uncertain,
                cause = excluded.cause, message = excluded.message
            """,
            (
                incident.id,
                service,
                incident.start,
                incident.confirmed,
                incident.end,
                incident.closing,
                incident.end_uncertain,
                incident.cause,
                incident.message,
            ),
        )

    def attempted(self, notification: int, at: int) -> None:
        """The notification is about to be handed to somebody who may show it."""
        self.connection.execute(
            "UPDATE notifications SET attempted_at = coalesce(attempted_at, ?) WHERE id = ?", (at, notification)
        )

    def delivered(self, notification: int, at: int) -> None:
        """Somebody has taken it and shows it: it is not to be told again."""
        self.connection.execute(
            """
            UPDATE notifications
            SET attempted_at = coalesce(attempted_at, :at), delivered_at = coalesce(delivered_at, :at)
            WHERE id = :id
            """,
            {"at": at, "id": notification},
        )

    def set_paused(self, until: int | None, service: str | None, at: int) -> None:
        """This service, or the whole engine, rests until then; None: it does not."""
        if service is not None:
            number = self.service_id(service, at)
            if until is None:
                self.connection.execute("DELETE FROM pauses WHERE service = ?", (number,))
            else:
                self.connection.execute("INSERT OR REPLACE INTO pauses VALUES (?, ?)", (number, until))
        elif until is None:
            self.connection.execute("DELETE FROM meta WHERE key = 'paused_until'")
        else:
            self.connection.execute("INSERT OR REPLACE INTO meta VALUES ('paused_until', ?)", (until,))
