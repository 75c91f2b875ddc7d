"""What windows, reports and the command line read of the past.

A reader opens the file for each question and closes it again, which costs 0.2 ms: it holds no snapshot that
would keep the write-ahead log from shrinking, belongs to no thread, and follows a file that was set aside.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from trayapp.core.evidence import Evidence
from trayapp.core.words import CheckResult, Correction, Incident, Marker, Segment, Session, Status, Telling
from trayapp.history import checks, corrections, durations, evidence, markers, rows, schema, seals, sessions
from trayapp.history.extent import Size, size
from trayapp.history.faults import HistoryUnavailable, WrittenByNewer
from trayapp.history.latency import Histogram
from trayapp.history.memory import newest_results, open_incident, telling
from trayapp.history.opening import connect_readonly
from trayapp.history.tiling import NEVER_CHECKED, Beginning, Freshness, tile

# When the next result is expected, as core.verdict has it for a service that is not in doubt.
_DUE = "(SELECT at + max(took, interval) FROM results WHERE service = services.id ORDER BY at DESC LIMIT 1)"


@dataclass(frozen=True, slots=True)
class Latest:
    """What history knows last of one service, for when no program is running that knows better.

    `lost_sight` is since when that is only a memory: the moment a result was due that never came.
    """

    service: str
    status: Status
    reason: str
    since: int
    lost_sight: int | None
    telling: Telling
    last: CheckResult | None
    incident: Incident | None
    flapping_since: int | None = None


class Reader:
    """Questions to the history at `path`; from any thread, while it is being written or not.

    Every question raises HistoryUnavailable, with a sentence, where there is no history or it can not be read now.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def segments(self, service: str, since: int, until: int, now: int) -> list[Segment]:
        """The timeline of one service in [since, min(until, now)), tiling it exactly."""
        return self.timelines([service], since, until, now)[service]

    def timelines(self, services: Sequence[str], since: int, until: int, now: int) -> dict[str, list[Segment]]:
        """The same of many services in one query. One that is not known is UNKNOWN (not watched) all the time.

        The corrections that stand are laid over what was seen (corrections.py).
        """
        with self._reading() as connection:
            found = connection.execute(
                f"""
                WITH asked AS (
                    SELECT id, key, timeout, {_DUE} AS due,
                        (SELECT max(start) FROM segments WHERE service = services.id AND start <= :since) AS first
                    FROM services WHERE key IN (SELECT value FROM json_each(:services))
                )
                SELECT key, due, timeout, start, status, reason
                FROM asked CROSS JOIN segments ON service = id AND start >= coalesce(first, :since) AND start < :until
                ORDER BY id, start
                """,
                {"services": json.dumps(list(services)), "since": since, "until": until},
            ).fetchall()
            corrected = corrections.overlays(connection, services, since, until)
        known = {
            key: tile((Beginning(*row[3:]) for row in group), since, until, now, Freshness(*freshness))
            for (key, *freshness), group in groupby(found, key=lambda row: row[:3])
        }
        known |= {key: corrections.lay_over(known[key], laid) for key, laid in corrected.items() if key in known}
        return {key: known.get(key) or tile((), since, until, now, NEVER_CHECKED) for key in services}

    def incidents(self, since: int, until: int, service: str | None = None) -> list[Incident]:
        """Incidents that overlap [since, until), newest first; open ones are among them."""
        with self._reading() as connection:
            found = connection.execute(
                f"""
                SELECT key, {rows.INCIDENT} FROM incidents JOIN services ON services.id = incidents.service
                WHERE start < :until AND coalesce("end" > :since, true) AND coalesce(key = :service, true)
                ORDER BY start DESC, incidents.id DESC
                """,
                {"since": since, "until": until, "service": service},
            ).fetchall()
        return [rows.incident(key, row) for key, *row in found]

    def incident(self, number: int) -> Incident | None:
        """The incident with this number; None: there is none."""
        with self._reading() as connection:
            row = connection.execute(
                f"""
                SELECT key, {rows.INCIDENT} FROM incidents JOIN services ON services.id = incidents.service
                WHERE incidents.id = ?
                """,
                (number,),
            ).fetchone()
        return rows.incident(row[0], row[1:]) if row else None

    def doubtful(self) -> set[int]:
        """Incidents that do not read as they were written: they are shown, and may be wrong."""
        with self._reading() as connection:
            return set(seals.doubtful(connection)[0]) if schema.version(connection) >= schema.WITH_SUMS else set()

    def corrections(self, incidents: Collection[int] | None = None) -> dict[int, list[Correction]]:
        """What the user said of these incidents, or of all; those that were undone too, oldest first."""
        with self._reading() as connection:
            return corrections.all_of(connection, incidents)

    def markers(self, since: int, until: int, service: str | None = None) -> list[Marker]:
        """Changes made in [since, until), oldest first; with a service, those that name it or are of all services."""
        with self._reading() as connection:
            return markers.between(connection, since, until, service)

    def services(self) -> list[str]:
        """The ids of all services that were ever watched, in their order."""
        with self._reading() as connection:
            return [key for (key,) in connection.execute("SELECT key FROM services ORDER BY key")]

    def evidence(self, incident: int) -> tuple[Evidence | None, Evidence | None]:
        """What was seen when the incident with this number opened, and when it closed; None where nothing is kept."""
        with self._reading() as connection:
            return evidence.of(connection, incident)

    def checks(self, service: str, since: int, until: int) -> list[CheckResult]:
        """The single checks of a service that began in [since, until), oldest first, as far as they are kept."""
        with self._reading() as connection:
            row = connection.execute("SELECT id FROM services WHERE key = ?", (service,)).fetchone()
            return checks.between(connection, row[0], service, since, until) if row else []

    def latency(self, services: Sequence[str], since: int, until: int) -> dict[str, Histogram]:
        """How long answers of each of these took in [since, until), in ms; EMPTY of one that gave none.

        Only OK and WARNING are answers. What is older than some hours is known by the hour, and belongs to the window
        that holds the beginning of its hour: windows that touch add up.
        """
        with self._reading() as connection:
            return durations.latency(connection, services, since, until)

    def latency_cells(
        self, services: Sequence[str], since: int, until: int, edges: Sequence[int]
    ) -> dict[str, list[Histogram]]:
        """The same for each stretch [edges[i], edges[i + 1]) of the window; `edges` are in order."""
        with self._reading() as connection:
            return durations.cells(connection, services, since, until, edges)

    def sessions(self, since: int, until: int) -> list[Session]:
        """When Watchbell itself ran in [since, until), oldest first, clipped to it."""
        with self._reading() as connection:
            return sessions.between(connection, since, until)

    def size(self) -> Size:
        """How much room the history takes, and how far back it remembers single checks."""
        with self._reading() as connection:
            return size(connection, self._path)

    def journal(self) -> str:
        """How SQLite keeps its transactions whole: "wal", or "delete" where that can not be (history.opening)."""
        with self._reading() as connection:
            return str(connection.execute("PRAGMA journal_mode").fetchone()[0])

    def last_results(self, service: str, n: int) -> list[CheckResult]:
        """The newest `n` results of a service, oldest first."""
        with self._reading() as connection:
            row = connection.execute("SELECT id FROM services WHERE key = ?", (service,)).fetchone()
            return list(newest_results(connection, row[0], service, n)) if row else []

    def latest(self, now: int) -> list[Latest]:
        """What was known last of every service that is still watched, in the order of their ids."""
        with self._reading() as connection:
            # A file that no program has opened since an update is still of the first schema, which knows no flapping.
            flapping = "flapping_since" if schema.version(connection) > 1 else "NULL"
            found = connection.execute(
                f"""
                SELECT id, key, {_DUE}, timeout, start, status, segments.reason, {flapping}
                FROM services JOIN segments
                ON service = id AND start = (SELECT max(start) FROM segments WHERE service = services.id)
                WHERE removed_at IS NULL ORDER BY key
                """
            ).fetchall()
            return [_latest(connection, row, now) for row in found]

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        if not self._path.exists():
            raise HistoryUnavailable("There is no history yet.")
        try:
            with closing(connect_readonly(self._path)) as connection:
                connection.execute("BEGIN")
                version = schema.version(connection)
                if version > schema.CURRENT:
                    raise WrittenByNewer(self._path, version)
                yield connection
        except sqlite3.Error as error:
            raise HistoryUnavailable(f"{self._path.name} can not be read now: {error}.") from error


def _latest(connection: sqlite3.Connection, row: tuple[Any, ...], now: int) -> Latest:
    number, key, due, timeout, since, status, reason, flapping_since = row
    return Latest(
        service=key,
        status=Status(status),
        reason=reason,
        since=since,
        lost_sight=Freshness(due, timeout).lost_sight(now),
        telling=telling(connection, number, key),
        last=next(iter(newest_results(connection, number, key, 1)), None),
        incident=open_incident(connection, number, key),
        flapping_since=flapping_since,
    )
