"""Hours that are over are packed, old checks go, a slice at a time; what they amounted to stays."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable
from contextlib import closing
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.history.past import NOON, WAIT, Faults, a_history, a_service, an_incident, ok, refused, turn
from trayapp.core.words import FOR_EVER, CheckResult, Outcome, Status
from trayapp.history import schema
from trayapp.history.hours import DAY, STAY, put_hours
from trayapp.history.latency import EMPTY, Histogram
from trayapp.history.packing import HOUR, PackedCheck
from trayapp.history.queries import Reader
from trayapp.history.tidying import SLICE

BEGIN = NOON // HOUR * HOUR
MINUTE = 60_000
KEPT_FOR = 30 * DAY
LONG_AGO = NOON - KEPT_FOR - 2 * DAY
EVER = (0, NOON * 2)


def select(path: Path, what: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"SELECT {what}").fetchall()


def count(path: Path, table: str) -> int:
    ((found,),) = select(path, f"count(*) FROM {table}")
    assert isinstance(found, int)
    return found


def reasons(path: Path) -> set[object]:
    return {message for (message,) in select(path, "message FROM reasons")}


def live(
    path: Path,
    faults: Faults,
    now: int,
    checks: Iterable[CheckResult] = (),
    services: Iterable[str] = ("web",),
    keep_for: int = KEPT_FOR,
    slices: int = 3,
) -> None:
    """A run in which these are written and so many slices are tidied up."""
    history = a_history(path, faults, clock=lambda: now, company=0)
    history.keep_for(keep_for)
    history.register([a_service(key) for key in services], BEGIN)
    for check in checks:
        history.record(check)
    for _ in range(slices):
        history.commit().result(WAIT)
    assert history.close(WAIT)


def minutes(first: int, last: int, service: str = "web", begin: int = BEGIN) -> list[CheckResult]:
    return [ok(service, begin + n * MINUTE, 10 + n % 50) for n in range(first, last)]


def answered(checks: Iterable[CheckResult]) -> Histogram:
    return Histogram.of(c.finding.latency_ms for c in checks if c.finding.outcome in (Outcome.OK, Outcome.WARNING))


def assert_sums_are_those_of_the_checks(path: Path, services: Iterable[str] = ("web",)) -> None:
    """Every hour and every day that is stored says what its checks say, as far as they are kept."""
    reader = Reader(path)
    for service in services:
        stored = f"FROM latency_{{0}}s JOIN services ON services.id = service WHERE key = '{service}'"
        for table, span in (("hour", HOUR), ("day", DAY)):
            packed = f"service IN (SELECT id FROM services WHERE key = '{service}')"
            unsummed = select(path, f"at FROM results WHERE {packed}")
            for begin, histogram in select(path, f"{table}, histogram {stored.format(table)}"):
                assert isinstance(begin, int)
                assert isinstance(histogram, bytes)
                checks = reader.checks(service, begin * span, (begin + 1) * span)
                assert Histogram.decode(histogram) == answered(c for c in checks if (c.at,) not in unsummed)


def test_old_results_go_in_slices_and_their_reasons_with_them(path: Path, faults: Faults) -> None:
    for n in range(0, SLICE + 200, 100):
        old = range(LONG_AGO + n, LONG_AGO + n + 100)
        live(path, faults, LONG_AGO, [check for at in old for check in (refused("web", at), ok("mail", at))])
    history = a_history(path, faults)
    history.register([a_service("web"), a_service("mail")], LONG_AGO)
    incident = an_incident(1, "web", LONG_AGO, end=NOON, closing="recovered")
    history.commit([turn("web", LONG_AGO, Status.DOWN, incident=incident)]).result(WAIT)
    assert history.close(WAIT)
    left = []
    for n in range(6):
        live(path, faults, NOON, [ok("web", NOON - 2 * DAY + n)], slices=1)
        left.append(count(path, "results"))
    assert all(before - after <= 2 * SLICE for before, after in pairwise(left))
    assert Reader(path).checks("web", *EVER) == [ok("web", NOON - 2 * DAY + n) for n in range(6)]
    assert Reader(path).checks("mail", *EVER) == []
    assert reasons(path) == {""}
    assert Reader(path).incidents(0, NOON * 2) == [incident]
    assert Reader(path).segments("web", LONG_AGO, LONG_AGO + 9, NOON)[0].status is Status.DOWN
    assert Reader(path).latency(["mail"], *EVER)["mail"].count == SLICE + 200


def test_a_reason_that_went_is_written_again_when_it_comes_back(path: Path, faults: Faults) -> None:
    moment = [LONG_AGO]
    history = a_history(path, faults, clock=lambda: moment[0], company=0)
    history.keep_for(KEPT_FOR)
    history.record(refused("web", LONG_AGO))
    history.commit().result(WAIT)
    moment[0] = NOON
    for _ in range(3):
        history.commit().result(WAIT)
    assert Reader(path).last_results("web", 9) == []
    assert reasons(path) == set()
    history.record(refused("web", NOON))
    assert history.close(WAIT)
    assert Reader(path).last_results("web", 9) == [refused("web", NOON)]


def test_an_hour_is_packed_once_it_has_been_over_for_two_hours(path: Path, faults: Faults) -> None:
    live(path, faults, BEGIN + 3 * HOUR - 1, minutes(0, 179))
    assert (count(path, "results"), count(path, "packed")) == (179, 0)
    live(path, faults, BEGIN + 3 * HOUR)
    assert (count(path, "results"), count(path, "packed")) == (119, 1)
    assert_sums_are_those_of_the_checks(path)


def test_a_check_that_comes_late_joins_its_packed_hour_and_one_that_is_known_does_not(
    path: Path, faults: Faults
) -> None:
    checks = minutes(0, 300)
    live(path, faults, BEGIN + 5 * HOUR, checks)
    assert count(path, "packed") == 3
    late, again = ok("web", BEGIN + 17, 999.0), ok("web", BEGIN + MINUTE, 999.0)
    live(path, faults, BEGIN + 5 * HOUR, [late, again], slices=0)
    everything = sorted([*checks, late], key=lambda check: check.at)
    assert Reader(path).checks("web", *EVER) == everything
    assert Reader(path).last_results("web", 999) == everything
    live(path, faults, BEGIN + 5 * HOUR)
    assert Reader(path).checks("web", *EVER) == everything
    assert Reader(path).latency(["web"], *EVER)["web"] == answered(everything)
    assert_sums_are_those_of_the_checks(path)


def test_an_hour_whose_checks_are_gone_takes_no_more(path: Path, faults: Faults) -> None:
    live(path, faults, BEGIN + 5 * HOUR, minutes(0, 300))
    later = BEGIN + KEPT_FOR + 2 * HOUR
    live(path, faults, later)
    assert Reader(path).size().oldest_check == BEGIN + 2 * HOUR
    before = Reader(path).latency(["web"], *EVER)
    assert before == {"web": answered(minutes(0, 300))}
    live(path, faults, later, [ok("web", BEGIN + 17, 999.0)])
    assert Reader(path).latency(["web"], *EVER) == before
    assert Reader(path).checks("web", 0, BEGIN + HOUR) == []


def test_an_hour_of_failures_alone_is_summed_up_to_nothing(path: Path, faults: Faults) -> None:
    failures = [refused("web", BEGIN + n * MINUTE) for n in range(240)]
    live(path, faults, BEGIN + 9 * HOUR, failures)
    assert Reader(path).latency(["web"], *EVER) == {"web": EMPTY}
    assert Reader(path).checks("web", *EVER) == failures
    assert count(path, "latency_hours") == count(path, "packed") > 0


def test_no_row_is_too_odd_to_be_packed(path: Path, faults: Faults) -> None:
    live(path, faults, BEGIN + 9 * HOUR, minutes(0, 300), slices=0)
    with closing(sqlite3.connect(path)) as connection, connection:
        least, most = -(2**63), 2**63 - 1
        odd = [(BEGIN + 1, least, most), (BEGIN + 2, most, least), (BEGIN + 3, -3_600_000, -7), (BEGIN + 4, 0, 0)]
        connection.executemany("INSERT INTO results SELECT 1, ?, ?, ?, min(id) FROM reasons", odd)
        connection.execute("INSERT INTO results VALUES (1, ?, 1, 1, 987654321)", (BEGIN + 5,))
    live(path, faults, BEGIN + 9 * HOUR)
    assert count(path, "packed") == 3
    found = Reader(path).checks("web", BEGIN, BEGIN + 10)
    assert [(check.at - BEGIN, check.finding.latency_ms) for check in found] == [
        (0, 10.0),
        (1, FOR_EVER / 1000),
        (2, 0.0),
        (3, 0.0),
        (4, 0.0),
    ]
    assert found[3].ended == BEGIN + 3 - 3_600_000


def test_checks_are_kept_as_long_as_somebody_says_and_a_day_at_least(path: Path, faults: Faults) -> None:
    now = BEGIN + 80 * HOUR
    live(path, faults, now, minutes(0, 80 * 60), slices=14)
    kept = []
    for keep_for in (80 * HOUR, 2 * DAY, 1, 10 * DAY):
        live(path, faults, now, keep_for=keep_for)
        oldest = Reader(path).size().oldest_check
        assert oldest is not None
        kept.append((oldest - BEGIN) // HOUR)
    assert kept == [0, 32, 56, 56]
    assert Reader(path).latency(["web"], *EVER) == {"web": answered(minutes(0, 80 * 60))}


def test_until_somebody_says_how_long_everything_is_kept(path: Path, faults: Faults) -> None:
    live(path, faults, BEGIN + 9 * HOUR, minutes(0, 300))
    history = a_history(path, faults, clock=lambda: BEGIN + 9000 * DAY, company=0, watching=False)
    for _ in range(5):
        history.commit().result(WAIT)
    assert history.close(WAIT)
    assert Reader(path).checks("web", *EVER) == minutes(0, 300)


def test_reasons_of_packed_checks_stay_as_long_as_they_do(path: Path, faults: Faults) -> None:
    failures = [refused("web", BEGIN + n * MINUTE) for n in range(200)]
    answers = minutes(50 * 60, 99 * 60)
    now = BEGIN + 110 * HOUR
    live(path, faults, now, failures + answers, keep_for=3 * DAY, slices=15)
    assert reasons(path) == {""}
    late = refused("web", BEGIN + 40 * HOUR)
    live(path, faults, now, [late], keep_for=3 * DAY)
    assert Reader(path).checks("web", *EVER) == [late, *answers]
    assert (count(path, "packed"), len(reasons(path))) == (48, 2)
    live(path, faults, now + 10 * HOUR + DAY, keep_for=3 * DAY, slices=4)
    assert late not in Reader(path).checks("web", *EVER)
    assert reasons(path) == {""}


def test_room_that_is_no_longer_needed_is_given_back(path: Path, faults: Faults) -> None:
    keys = ["web", "mail", "cache", "queue"]
    now = BEGIN + 200 * HOUR
    checks = {key: [ok(key, BEGIN + n * MINUTE, 10 + n % 50) for n in range(190 * 60)] for key in keys}
    live(path, faults, now, [check for key in keys for check in checks[key]], keys, slices=0)
    before = path.stat().st_size
    live(path, faults, now, (), keys, slices=4 * 190 * 60 // SLICE + 30)
    assert path.stat().st_size < before / 2
    ((free,),) = select(path, "freelist_count FROM pragma_freelist_count")
    assert isinstance(free, int)
    assert free < 64
    assert Reader(path).checks("mail", *EVER) == checks["mail"]
    assert_sums_are_those_of_the_checks(path, keys)


def test_a_past_that_is_brought_along_twice_is_there_once() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        schema.migrate(connection)
        connection.execute("INSERT INTO services (id, key, created, fingerprint) VALUES (1, 'web', 0, '')")
        connection.execute("INSERT INTO reasons VALUES (7, 'OK', '', 'service', '', 1, 0)")
        past = [PackedCheck(BEGIN + n * MINUTE, 13, 10_000 + n, 7) for n in range(40 * 60)]
        now, kept_since = past[-1].at, past[-1].at - DAY

        def ask(what: str) -> list[tuple[int | bytes, ...]]:
            return connection.execute(f"SELECT {what}").fetchall()

        told = []
        for _ in range(3):
            told += [put_hours(connection, 1, past[n : n + 600], now, kept_since) for n in range(0, 2400, 600)]
        assert told == [600] * 4 + [0] * 8
        ((rows,),) = ask("count(*) FROM results")
        assert isinstance(rows, int)
        assert rows >= STAY
        hours = [histogram for (histogram,) in ask("histogram FROM latency_hours") if isinstance(histogram, bytes)]
        days = [histogram for (histogram,) in ask("histogram FROM latency_days") if isinstance(histogram, bytes)]
        assert Histogram.merged(hours) == Histogram.merged(days)
        assert Histogram.merged(hours).count == 2400 - rows
        assert ask("min(hour) FROM packed") == [(kept_since // HOUR,)]


checks = st.builds(
    lambda at, latency, well: ok("web", BEGIN + at, latency) if well else refused("web", BEGIN + at),
    st.integers(0, 30 * 60).map(lambda minute: minute * MINUTE + minute % 5),
    st.integers(1, 5_000_000).map(lambda us: us / 1000),
    st.integers(0, 5),
)
batches = st.lists(st.tuples(st.lists(checks, max_size=80), st.integers(1, 12), st.integers(0, 2)), max_size=4)


@settings(max_examples=20, deadline=None)
@given(batches, st.integers(0, 33))
def test_in_whatever_order_checks_come_and_are_packed_they_and_their_sums_are_those_that_came(
    came: list[tuple[list[CheckResult], int, int]], middle: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, faults = Path(folder) / "history.db", Faults()
        now = BEGIN + HOUR
        by_moment: dict[int, CheckResult] = {}
        for batch, hours, slices in came:
            now += hours * HOUR
            live(path, faults, now, batch, slices=slices)
            by_moment = {check.at: check for check in reversed(batch)} | by_moment
        newest = minutes(31 * 60, 34 * 60)
        live(path, faults, BEGIN + 50 * HOUR, newest)
        by_moment |= {check.at: check for check in newest}
        everything = [by_moment[at] for at in sorted(by_moment)]
        reader = Reader(path)
        assert reader.checks("web", *EVER) == everything
        split = BEGIN + middle * HOUR
        halves = [reader.latency(["web"], *window)["web"] for window in ((0, split), (split, NOON * 2))]
        assert halves[0] + halves[1] == reader.latency(["web"], *EVER)["web"] == answered(everything)
        assert halves[0] == answered(check for check in everything if check.at < split)
        assert_sums_are_those_of_the_checks(path)
        assert count(path, "packed") > 0
        assert not faults
