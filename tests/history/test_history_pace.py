"""What is old never piles up: tidying keeps pace with what is written, and a start with what was remembered."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import count, islice
from pathlib import Path

import pytest

from tests.history.past import NOON, Faults, a_service, offline, ok
from trayapp.core import flapping
from trayapp.core.words import CheckResult
from trayapp.history.hours import DAY, STAY
from trayapp.history.memory import recall
from trayapp.history.packing import HOUR, PackedCheck, pack, reasons
from trayapp.history.store import Store
from trayapp.history.tidying import SLICE, slice_after
from trayapp.history.waiting import Batch

BEGIN = NOON // HOUR * HOUR


def select(path: Path, what: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        (found,) = connection.execute(f"SELECT {what}").fetchone()
        return int(found)


def checks(services: int, step: int) -> Iterator[CheckResult]:
    """Each service once every `step` ms, one after the other, without an end."""
    return (ok(f"s{n}", BEGIN + turn * step + n) for turn in count() for n in range(services))


def test_rows_do_not_pile_up_however_much_is_written(path: Path, faults: Faults) -> None:
    now = BEGIN
    store = Store(path, lambda: now, faults)
    store.keep_for(30 * DAY)
    # 900 results a batch, six batches an hour.
    coming = checks(30, 20_000)
    for _ in range(6 * 16):
        now += HOUR // 6
        batch = tuple(islice(coming, 900))
        assert len(batch) > SLICE
        store.write(Batch(batch, ()))
        store.tidy(len(batch))
    store.end()
    # Two hours are in doubt, one is going on, a round begins an hour after the last and takes less than two.
    assert select(path, "count(*) FROM results") <= 6 * 5_400
    assert select(path, "count(*) FROM packed") >= 10 * 30


def test_a_slice_is_as_long_as_what_was_written_and_never_much_longer() -> None:
    assert slice_after(0) == slice_after(SLICE // 2) == SLICE
    assert slice_after(10_000) == 20_000


def test_an_hour_is_packed_once_however_many_checks_it_holds(path: Path, faults: Faults) -> None:
    store = Store(path, lambda: BEGIN + 9 * HOUR, faults)
    store.keep_for(30 * DAY)
    store.write(Batch(tuple(islice(checks(1, 1_500), 4 * 2_400)), ()))
    packed: list[str] = []
    store.open().connection.set_trace_callback(packed.append)
    for _ in range(9):
        store.tidy(0)
    store.end()
    assert sum("INTO packed" in statement for statement in packed) == 3
    assert select(path, "count(*) FROM results") == 2_400


def test_a_clock_that_was_set_back_does_not_put_off_tidying(path: Path, faults: Faults) -> None:
    moment = [BEGIN + 300 * DAY]
    store = Store(path, lambda: moment[0], faults)
    store.keep_for(3_000 * DAY)
    for _ in range(4):
        store.tidy(0)
    moment[0] = BEGIN + 20 * HOUR
    store.write(Batch(tuple(islice(checks(1, 120_000), 600)), ()))
    store.tidy(0)
    store.end()
    assert select(path, "count(*) FROM results") < 600


def test_a_start_reads_only_hours_in_which_something_was_said_of_a_service(
    path: Path, faults: Faults, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(path, lambda: BEGIN + 200 * HOUR, faults)
    store.keep_for(30 * DAY)
    seen = [ok("web", BEGIN + n * 60_000) for n in range(120)]
    unseen = [offline("web", BEGIN + n * 60_000) for n in range(120, 60 * 48)]
    store.write(Batch((*seen, *unseen), ()))
    for _ in range(20):
        store.tidy(0)
    connection = store.open().connection
    # Each of these hours would be told of by whoever unpacks it; the newest one is looked at anyway.
    silent = "SELECT hour, checks FROM packed WHERE hour >= ? AND hour < (SELECT max(hour) FROM packed)"
    for hour, packed in connection.execute(silent, (BEGIN // HOUR + 2,)).fetchall():
        (reason,) = reasons(packed)
        # One check, at 0, no usual gap, one run: of this reason, one check long. Its columns are missing.
        beginning = bytes((1, 1, 0, 0, 1, reason * 2, 1))
        assert reasons(beginning) == {reason}
        connection.execute("UPDATE packed SET checks = ? WHERE hour = ?", (beginning, hour))
    with caplog.at_level(logging.WARNING):
        memory = recall(connection, [a_service("web")], BEGIN + 200 * HOUR).services["web"]
    store.end()
    assert memory.results == (*seen[-flapping.RESULTS :], *unseen[-4:])
    assert caplog.text == ""
    assert select(path, "count(*) FROM results") < 2 * STAY


def test_the_reasons_of_packed_checks_are_told_without_unpacking_them() -> None:
    hour = [PackedCheck(BEGIN + n * 1_000, 5, None, 7 if n < 900 else 3 * n % 2**30) for n in range(1_000)]
    assert reasons(pack(hour)) == {check.reason for check in hour}
    for damaged in (b"\x01", b"\x01\x00\x00\x00\x00", b"\x02abc", b"\x09", pack(hour)[:40]):
        with pytest.raises(ValueError, match=r"damaged|holds checks|known|cut short"):
            reasons(damaged)
