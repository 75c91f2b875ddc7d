"""Single checks are the same whether they stand in rows or packed; what cannot be read is left out, and told."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from tests.history.past import NOON, WAIT, Faults, a_history, a_service, offline, ok, refused
from trayapp.core.words import Blame, CheckResult, Finding, Outcome
from trayapp.history import schema
from trayapp.history.hours import STAY
from trayapp.history.latency import EMPTY, Histogram
from trayapp.history.migrations import MIGRATIONS
from trayapp.history.packing import HOUR
from trayapp.history.queries import Reader

BEGIN = NOON // HOUR * HOUR
MINUTE = 60_000


def a_check(n: int, service: str = "web") -> CheckResult:
    """The check of a minute: most answer, some slowly, some not at all, of some nobody knows."""
    at = BEGIN + n * MINUTE + n % 7
    if n % 11 == 5:
        return refused(service, at)
    if n % 13 == 7:
        return offline(service, at)
    if n % 17 == 9:
        slow = Finding(Outcome.WARNING, "slow", Blame.SERVICE, f"{n} ms, slower than 10 ms", float(n), answered=True)
        return CheckResult(service, at, at + n, slow)
    return ok(service, at, 10 + n / 7)


def rounded(check: CheckResult) -> CheckResult:
    """As it is kept: to the microsecond."""
    found = check.finding
    latency_ms = None if found.latency_ms is None else round(found.latency_ms * 1000) / 1000
    return CheckResult(
        check.service,
        check.at,
        check.ended,
        Finding(found.outcome, found.cause, found.blame, found.message, latency_ms, answered=found.answered),
    )


def live(path: Path, faults: Faults, checks: list[CheckResult], now: int) -> None:
    """Write these down, and let everything that is old be packed."""
    history = a_history(path, faults, clock=lambda: now, company=0)
    history.register([a_service("web"), a_service("mail")], BEGIN)
    for check in checks:
        history.record(check)
    for _ in range(3 + len(checks) // 300):
        history.commit().result(WAIT)
    assert history.close(WAIT)


def rows(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        (found,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        return int(found)


def answered(checks: list[CheckResult]) -> Histogram:
    return Histogram.of(
        check.finding.latency_ms for check in checks if check.finding.outcome in (Outcome.OK, Outcome.WARNING)
    )


def test_what_was_packed_is_read_as_if_it_stood_in_rows(path: Path, faults: Faults) -> None:
    checks = [a_check(n) for n in range(600)]
    live(path, faults, checks, checks[-1].ended)
    reader = Reader(path)
    assert reader.checks("web", BEGIN, BEGIN + 99 * HOUR) == [rounded(check) for check in checks]
    assert (rows(path, "results"), rows(path, "packed")) == (180, 7)
    inside = [rounded(check) for check in checks if BEGIN + 90_007 <= check.at < BEGIN + 450 * MINUTE]
    assert reader.checks("web", BEGIN + 90_007, BEGIN + 450 * MINUTE) == inside
    for n in (1, STAY, STAY + 1, 300, 9999):
        assert reader.last_results("web", n) == [rounded(check) for check in checks[-n:]]
    assert reader.checks("mail", 0, NOON * 2) == reader.checks("stranger", 0, NOON * 2) == []


def test_the_newest_stay_rows_however_old_they_are(path: Path, faults: Faults) -> None:
    checks = [a_check(n) for n in range(200)]
    live(path, faults, checks, BEGIN + 500 * HOUR)
    # By whole hours: what is packed has no neighbour in a row.
    assert (rows(path, "results"), rows(path, "packed")) == (80, 2)
    live(path, faults, [a_check(n, "mail") for n in range(STAY - 1)], BEGIN + 500 * HOUR)
    assert rows(path, "results") == 80 + STAY - 1


def test_a_restart_finds_decisive_results_that_are_packed_already(path: Path, faults: Faults) -> None:
    seen = [ok("web", BEGIN + n * MINUTE) for n in range(90)]
    unseen = [offline("web", BEGIN + n * MINUTE) for n in range(90, 900)]
    live(path, faults, seen + unseen, BEGIN + 900 * MINUTE)
    assert rows(path, "packed") > 2
    history = a_history(path, faults, clock=lambda: BEGIN + 900 * MINUTE)
    patient = [a_service("web"), a_service("mail")]
    memory = history.remembered(patient).result(WAIT).services["web"]
    assert memory.results == (*seen[-21:], *unseen[-4:])
    thorough = [a_service("web", failure_threshold=100)]
    memory = history.remembered(thorough).result(WAIT).services["web"]
    assert memory.results == (*seen[-21:], *unseen[-101:])
    assert history.close(WAIT)


def test_latency_is_the_same_from_rows_from_hours_and_from_days(path: Path, faults: Faults) -> None:
    checks = [a_check(n) for n in range(60 * 60)]
    live(path, faults, checks, checks[-1].ended)
    assert rows(path, "latency_days") >= 2
    reader, kept = Reader(path), [rounded(check) for check in checks]
    everything = reader.latency(["web", "mail", "stranger"], 0, BEGIN + 99 * HOUR)
    assert everything == {"web": answered(kept), "mail": EMPTY, "stranger": EMPTY}
    for first, last in ((3, 50), (0, 24), (7, 58), (13, 14), (59, 60)):
        since, until = BEGIN + first * HOUR, BEGIN + last * HOUR
        assert reader.latency(["web"], since, until)["web"] == answered(
            [check for check in kept if since <= check.at < until]
        )


def test_cells_hold_the_hours_that_begin_in_them(path: Path, faults: Faults) -> None:
    checks = [rounded(a_check(n)) for n in range(600)]
    live(path, faults, checks, checks[-1].ended)
    reader = Reader(path)
    edges = [BEGIN + hour * HOUR for hour in (0, 2, 3, 10)]
    found = reader.latency_cells(["web"], edges[0], edges[-1], edges)["web"]
    assert found == [
        answered([check for check in checks if since <= check.at < until]) for since, until in pairwise(edges)
    ]
    halves = [BEGIN + half * HOUR // 2 for half in range(8)]
    halved = reader.latency_cells(["web"], halves[0], halves[-1], halves)["web"]
    assert [cell.count > 0 for cell in halved] == [True, False] * 3 + [True]
    assert reader.latency_cells(["web"], edges[0], edges[1], edges)["web"][1:] == [EMPTY, EMPTY]
    assert reader.latency_cells(["web", "stranger"], 0, NOON * 2, [NOON]) == {"web": [], "stranger": []}


def test_damaged_hours_are_left_out_and_the_log_says_so(
    path: Path, faults: Faults, caplog: pytest.LogCaptureFixture
) -> None:
    checks = [rounded(a_check(n)) for n in range(600)]
    live(path, faults, checks, checks[-1].ended)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE packed SET checks = x'0203' WHERE hour = ?", (BEGIN // HOUR + 2,))
        connection.execute("UPDATE latency_hours SET histogram = x'0909' WHERE hour = ?", (BEGIN // HOUR + 3,))
    reader = Reader(path)
    assert reader.checks("web", 0, NOON * 2) == checks[:120] + checks[180:]
    assert "are left out" in caplog.text
    window = BEGIN + HOUR, BEGIN + 5 * HOUR
    assert reader.latency(["web"], *window)["web"] == answered(checks[60:180] + checks[240:300])
    assert reader.latency_cells(["web"], *window, [BEGIN + 3 * HOUR, BEGIN + 4 * HOUR]) == {"web": [EMPTY]}
    late = refused("web", BEGIN + 2 * HOUR + 17)
    live(path, faults, [late], checks[-1].ended)
    assert late not in reader.checks("web", 0, NOON * 2)


@pytest.mark.parametrize("version", [1, 2])
def test_a_file_that_no_program_has_opened_since_an_update_has_its_rows_and_nothing_else(
    path: Path, version: int
) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        schema.migrate(connection, MIGRATIONS[:version])
        connection.execute("INSERT INTO services (key, created, fingerprint) VALUES ('web', 0, '')")
        connection.execute("INSERT INTO reasons VALUES (7, 'OK', '', 'service', '', 1, 0)")
        connection.executemany(
            "INSERT INTO results VALUES (1, ?, 13, 12345, 7)", [(NOON + n * MINUTE,) for n in range(90)]
        )
    reader = Reader(path)
    checks = [ok("web", NOON + n * MINUTE) for n in range(90)]
    assert reader.checks("web", 0, NOON * 2) == checks
    assert reader.last_results("web", 999) == checks
    assert reader.latency(["web"], 0, NOON * 2) == {"web": answered(checks)}
    assert reader.latency_cells(["web"], 0, NOON * 2, [0, NOON, NOON * 2]) == {"web": [EMPTY, answered(checks)]}
    assert reader.sessions(0, NOON * 2) == []
    assert reader.size().oldest_check == NOON


def test_the_size_is_that_of_the_file_with_its_log(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    assert Reader(path).size().oldest_check is None
    history.record(ok("web", NOON))
    history.commit().result(WAIT)
    lying_there = sum(path.with_name(name).stat().st_size for name in ("history.db", "history.db-wal"))
    size = Reader(path).size()
    assert (size.bytes, size.oldest_check) == (lying_there, NOON)
    assert history.close(WAIT)
    live(path, faults, [a_check(n) for n in range(600)], BEGIN + 11 * HOUR)
    size = Reader(path).size()
    assert (size.bytes, size.oldest_check) == (path.stat().st_size, BEGIN)
    assert size.free_bytes % 4096 == 0
