"""The single checks of a service, wherever they stand: young ones in rows, older ones packed by the hour.

Where one stands in both places, because it was written twice, the packed one counts.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Collection, Iterator
from heapq import merge
from operator import attrgetter
from typing import Any

from trayapp.core.words import CheckResult
from trayapp.history import packing, rows, schema
from trayapp.history.packing import HOUR, PackedCheck, unpack

log = logging.getLogger("trayapp.history")

_AT = attrgetter("at")


def between(connection: sqlite3.Connection, number: int, service: str, since: int, until: int) -> list[CheckResult]:
    """Those of the service with this number and id that began in [since, until), oldest first."""
    found = connection.execute(
        f"SELECT {rows.RESULT} FROM {rows.RESULTS} WHERE service = ? AND at >= ? AND at < ?", (number, since, until)
    )
    by_moment = {row[0]: rows.result(service, row) for row in found}
    reasons = _Reasons(connection)
    for hour in _hours(connection, number, "hour >= ? AND hour <= ? ORDER BY hour", since // HOUR, until // HOUR):
        inside = (check for check in hour if since <= check.at < until)
        by_moment.update((check.at, check) for check in reasons.told(service, inside))
    return [by_moment[at] for at in sorted(by_moment)]


def newest(
    connection: sqlite3.Connection, number: int, service: str, *, decisive: bool = False
) -> Iterator[CheckResult]:
    """All that there are of the service with this number and id, the newest first, read as they are asked for.

    `decisive`: only those that say something about the service (rows.DECISIVE). After a month without a network they
    are far back, and what lies before them is hardly looked at.
    """
    which = rows.DECISIVE if decisive else "true"
    found = connection.execute(
        f"SELECT {rows.RESULT} FROM {rows.RESULTS} WHERE service = ? AND {which} ORDER BY at DESC", (number,)
    )
    last = None
    for check in merge(
        _packed_backwards(connection, number, service, _Reasons(connection, which)),
        (rows.result(service, row) for row in found),
        key=_AT,
        reverse=True,
    ):
        if check.at != last:
            yield check
        last = check.at


def _packed_backwards(
    connection: sqlite3.Connection, number: int, service: str, reasons: _Reasons
) -> Iterator[CheckResult]:
    for hour in _hours(connection, number, "true ORDER BY hour DESC", reasons=reasons):
        yield from reasons.told(service, reversed(hour))


def _hours(
    connection: sqlite3.Connection, number: int, which: str, *values: int, reasons: _Reasons | None = None
) -> Iterator[list[PackedCheck]]:
    """The checks of these hours; with `reasons` only of hours that hold one of them."""
    if schema.version(connection) < schema.WITH_SUMS:
        return
    found = connection.execute(f"SELECT hour, checks FROM packed WHERE service = ? AND {which}", (number, *values))
    for hour, packed in found:
        try:
            if reasons is None or reasons.any_of(packing.reasons(packed)):
                yield unpack(packed)
        except ValueError as error:
            log.warning("the checks of hour %d are left out: %s", hour, error)


class _Reasons:
    """What the numbers of reasons stand for, looked up once each; of all, or of those `which` a condition names."""

    def __init__(self, connection: sqlite3.Connection, which: str = "true") -> None:
        self._connection = connection
        self._which = which
        self._known: dict[int, tuple[Any, ...] | None] = {}

    def any_of(self, numbers: Collection[int]) -> bool:
        """Whether one of these numbers is that of a reason."""
        self._look_up(numbers)
        return any(self._known[number] is not None for number in numbers)

    def told(self, service: str, checks: Iterator[PackedCheck]) -> Iterator[CheckResult]:
        """The same checks in full; without those whose reason is not known, as a row without one would be."""
        asked = list(checks)
        self._look_up({check.reason for check in asked})
        for at, took, latency_us, number in asked:
            reason = self._known[number]
            if reason is not None:
                yield rows.result(service, (at, took, latency_us, *reason))

    def _look_up(self, numbers: Collection[int]) -> None:
        missing = [number for number in numbers if number not in self._known]
        if missing:
            self._known.update(dict.fromkeys(missing))
            found = self._connection.execute(
                f"""
                SELECT id, outcome, cause, blame, message, answered FROM reasons
                WHERE {self._which} AND id IN (SELECT value FROM json_each(?))
                """,
                (json.dumps(missing),),
            )
            self._known.update((number, tuple(reason)) for number, *reason in found)
