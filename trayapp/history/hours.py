"""Hours that are over: their checks become one row each, and what the answers took is summed up for ever.

An hour may be finished more than once, because a check came late or a past was brought along: it is made anew from
all its checks then. Once its checks are gone for being too old nothing can be made anew, and it takes no more.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from itertools import groupby, pairwise

from trayapp.core.words import FOR_EVER
from trayapp.history.latency import Histogram
from trayapp.history.packing import HOUR, MOST, PackedCheck, pack, unpack

log = logging.getLogger("trayapp.history")

DAY = 86_400_000
_HOURS_OF_A_DAY = DAY // HOUR

STAY = 64
"""The newest results of a service that always stay rows: what windows and alerts look at."""

_IN_DOUBT = 2 * HOUR
"""How long an hour must be over before it is packed: results may come late, and be asked for again."""

_AT_ONCE = 50_000
"""Rows that are taken along when a past is brought."""


def finished_before(
    connection: sqlite3.Connection, service: int, now: int, kept_since: int, more: Collection[int] = ()
) -> int:
    """Checks of the service before this moment belong into packed hours; it is the beginning of an hour.

    `more` are moments of checks that are about to be added.
    """
    newest = connection.execute(
        "SELECT at FROM results WHERE service = ? ORDER BY at DESC LIMIT ?", (service, STAY)
    ).fetchall()
    staying = sorted({at for (at,) in newest}.union(more))[-STAY:]
    oldest_kept = kept_since // HOUR * HOUR
    # Fewer all stay, until they are too old.
    staying_from = staying[0] // HOUR * HOUR if len(staying) == STAY else oldest_kept
    return min((now - _IN_DOUBT) // HOUR * HOUR, max(staying_from, oldest_kept))


def finish_rows(connection: sqlite3.Connection, service: int, before: int, most: int) -> int:
    """Bring rows of the service that lie before then into their hours, the oldest first; returns how many.

    So many, and the rest of the last one's hour: to pack an hour in pieces is to unpack it for each of them.
    """
    found = _rows(connection, service, before, most)
    finish(connection, service, found)
    return len(found)


def put_hours(
    connection: sqlite3.Connection, service: int, checks: Sequence[PackedCheck], now: int, kept_since: int
) -> int:
    """Add checks that somebody brings along; returns how many of them were not known.

    Each hour has to be handed over whole, for one whose checks are older than `kept_since` is only summed up. What is
    young stays in rows.
    """
    newest = sorted({check.at for check in checks})[-STAY:]
    before = finished_before(connection, service, now, kept_since, newest)
    young = [(service, *check) for check in checks if check.at >= before]
    added = connection.executemany("INSERT OR IGNORE INTO results VALUES (?, ?, ?, ?, ?)", young).rowcount
    # Rows that stand in the same hours go with them: what an hour is summed up from must be complete.
    standing = _rows(connection, service, before, _AT_ONCE)
    known = {check.at for check in standing}
    finish(connection, service, standing)
    old = [check for check in checks if check.at < before and check.at not in known]
    return max(0, added) + finish(connection, service, old, kept_since)


def finish(
    connection: sqlite3.Connection, service: int, checks: Iterable[PackedCheck], kept_since: int | None = None
) -> int:
    """Pack these with what stands in their hours, which wins, and sum both up anew; returns how many were taken.

    Hours that were over before `kept_since` are summed up without keeping their checks.
    """
    ordered = sorted(checks, key=lambda check: check.at)
    answers = _answers(connection, {check.reason for check in ordered})
    taken = 0
    days = set()
    for hour, group in groupby(ordered, key=lambda check: check.at // HOUR):
        new = list(group)
        standing = _standing(connection, service, hour)
        if standing is None:
            continue
        whole = _united(standing, new)
        if len(whole) == len(standing):
            continue
        taken += len(whole) - len(standing)
        if standing or kept_since is None or (hour + 1) * HOUR > kept_since:
            connection.execute("INSERT OR REPLACE INTO packed VALUES (?, ?, ?)", (service, hour, pack(whole)))
        if standing:
            answers |= _answers(connection, {check.reason for check in standing})
        histogram = Histogram.of(
            check.latency_us / 1000 for check in whole if check.latency_us is not None and check.reason in answers
        )
        connection.execute("INSERT OR REPLACE INTO latency_hours VALUES (?, ?, ?)", (service, hour, histogram.encode()))
        days.add(hour // _HOURS_OF_A_DAY)
    for day in days:
        _sum_up(connection, service, day)
    return taken


def _rows(connection: sqlite3.Connection, service: int, before: int, most: int) -> list[PackedCheck]:
    """Take so many rows, the oldest first, and the rest of the last one's hour out of the table."""
    (last,) = connection.execute(
        "SELECT max(at) FROM (SELECT at FROM results WHERE service = ? AND at < ? ORDER BY at LIMIT ?)",
        (service, before, most),
    ).fetchone()
    if last is None:
        return []
    until = min(before, (last // HOUR + 1) * HOUR)
    found = connection.execute(
        "SELECT at, took, latency_us, reason FROM results WHERE service = ? AND at < ? ORDER BY at", (service, until)
    ).fetchall()
    connection.execute("DELETE FROM results WHERE service = ? AND at < ?", (service, until))
    return [
        PackedCheck(at, _within(-FOR_EVER, took), None if us is None else _within(0, us), reason)
        for at, took, us, reason in found
    ]


def _within(least: int, number: int) -> int:
    """Whatever a row says, it must be packed: a clock set back has made checks take less than no time."""
    return max(least, min(number, FOR_EVER))


def _standing(connection: sqlite3.Connection, service: int, hour: int) -> list[PackedCheck] | None:
    """The checks that stand packed in this hour; None: it takes no more."""
    row = connection.execute("SELECT checks FROM packed WHERE service = ? AND hour = ?", (service, hour)).fetchone()
    if row is not None:
        try:
            return unpack(row[0])
        except ValueError as error:
            log.warning("late checks are left out, for those of their hour can not be read: %s", error)
            return None
    summed = connection.execute("SELECT 1 FROM latency_hours WHERE service = ? AND hour = ?", (service, hour))
    return None if summed.fetchone() else []


def _united(standing: Sequence[PackedCheck], new: Sequence[PackedCheck]) -> list[PackedCheck]:
    if not standing and all(one.at < next_.at for one, next_ in pairwise(new)):
        return list(new[:MOST])
    by_moment = {check.at: check for check in (*reversed(new), *standing)}
    return [by_moment[at] for at in sorted(by_moment)][: max(MOST, len(standing))]


def _answers(connection: sqlite3.Connection, reasons: Collection[int]) -> set[int]:
    """Those of the reasons with which a service answered: only what these took says how quick it is."""
    found = connection.execute(
        "SELECT id FROM reasons WHERE outcome IN ('OK', 'WARNING') AND id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(reasons)),),
    )
    return {number for (number,) in found}


def _sum_up(connection: sqlite3.Connection, service: int, day: int) -> None:
    hours = connection.execute(
        "SELECT histogram FROM latency_hours WHERE service = ? AND hour >= ? AND hour < ?",
        (service, day * _HOURS_OF_A_DAY, (day + 1) * _HOURS_OF_A_DAY),
    )
    whole = Histogram.merged((histogram for (histogram,) in hours), told)
    connection.execute("INSERT OR REPLACE INTO latency_days VALUES (?, ?, ?)", (service, day, whole.encode()))


def told(error: ValueError) -> None:
    """A damaged histogram is left out of a sum, and the log says so."""
    log.warning("an hour is left out: %s", error)
