"""What remembering costs, measured: `python -m tests.bench.history`. Prints; asserts nothing."""

from __future__ import annotations

import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from tests.history.past import NOON, WAIT, Faults, a_history, a_service, ok, refused, turn
from trayapp.core.words import CheckResult, Status
from trayapp.history.latency import Histogram
from trayapp.history.queries import Reader
from trayapp.history.store import Store
from trayapp.history.waiting import Batch

HOUR = 3_600_000
MINUTE = 60_000
BEGIN = NOON // HOUR * HOUR


def timed(what: str, act: Callable[[], object], per: int = 1) -> float:
    """Print and return how long it took, in µs of CPU for each."""
    wall, cpu = time.perf_counter(), time.process_time()
    act()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{what:<62} {wall / per * 1e6:10.1f} µs wall {cpu / per * 1e6:10.1f} µs CPU")
    return cpu / per * 1e6


def batches(path: Path, batch: int, total: int) -> None:
    """Results written `batch` at a time, as `batch` checks a second would be, each batch in its transaction."""
    history = a_history(path, Faults(), company=0)
    history.register([a_service(f"s{n}") for n in range(batch)], NOON).result(WAIT)

    def write() -> None:
        for second in range(total // batch):
            for n in range(batch):
                history.record(ok(f"s{n}", NOON + 1000 * second, 10 + n / 7))
            history.set_paused(None).result(WAIT)

    timed(f"one result, durable batches of {batch}", write, total)
    history.close(WAIT)


def seconds_of(services: int, hours: int) -> Iterator[tuple[CheckResult, ...]]:
    """What is checked in each second: every service once a minute, with jitter and latencies as in the field."""
    chance = random.Random(5)
    for minute in range(hours * 60):
        by_second: list[list[CheckResult]] = [[] for _ in range(60)]
        for n in range(services):
            second = n * 60 // services
            at = BEGIN + minute * MINUTE + second * 1000 + chance.randint(0, 5)
            failed = chance.random() < 0.002
            by_second[second].append(
                refused(f"s{n}", at) if failed else ok(f"s{n}", at, chance.lognormvariate(4 + n % 3, 0.4))
            )
        yield from map(tuple, by_second)


def a_check(folder: Path, services: int, hours: int) -> None:
    """One check with everything that is ever done about it, and the same as a row of one plain table."""
    total = services * hours * 60
    everything = list(seconds_of(services, hours))
    now = [BEGIN]
    store = Store(folder / "ours.db", lambda: now[0], print)
    store.open()

    def ours() -> None:
        for second, results in enumerate(everything):
            now[0] = BEGIN + second * 1000
            store.write(Batch(results, ()))
            store.tidy()

    def finish() -> None:
        now[0] += 4 * HOUR
        while now[0] >= store._tidy_at:
            store.tidy()

    plain = sqlite3.connect(folder / "plain.db", isolation_level=None)
    plain.execute("PRAGMA journal_mode = WAL")
    plain.execute("PRAGMA synchronous = NORMAL")
    plain.execute("CREATE TABLE checks (service TEXT, at INTEGER, outcome TEXT, latency REAL, message TEXT)")
    plain.execute("CREATE INDEX checks_at ON checks (service, at)")

    def theirs() -> None:
        for results in everything:
            plain.execute("BEGIN IMMEDIATE")
            plain.executemany(
                "INSERT INTO checks VALUES (?, ?, ?, ?, ?)",
                [(r.service, r.at, r.finding.outcome.value, r.finding.latency_ms, r.finding.message) for r in results],
            )
            plain.execute("COMMIT")

    what = f"one check of {services} services in {hours} h, batches of a second"
    our_cost = timed(f"{what}, packed and summed up", ours, total)
    timed("  and what is left to pack at the end", finish, total)
    their_cost = timed(f"{what}, one plain table", theirs, total)
    store.close()
    plain.close()
    our_size, their_size = ((folder / name).stat().st_size for name in ("ours.db", "plain.db"))
    print(f"  cost of ours to that of a plain table: {our_cost / their_cost:.2f}")
    print(f"  bytes a check: ours {our_size / total:.1f}, plain {their_size / total:.1f}")
    reading(folder, [f"s{n}" for n in range(services)], hours)


def reading(folder: Path, keys: list[str], hours: int) -> None:
    """What is read of that: latencies of everything, and the checks of one service."""
    reader = Reader(folder / "ours.db")
    window = (BEGIN, BEGIN + hours * HOUR)
    timed(f"latency of {len(keys)} services in {hours} h", lambda: reader.latency(keys, *window))
    timed(f"all checks of one service in {hours} h", lambda: reader.checks(keys[0], *window))
    edges = list(range(window[0], window[1] + 1, HOUR))
    timed(f"latency of one service in {hours} cells", lambda: reader.latency_cells(keys[:1], *window, edges))

    def plainly() -> None:
        with closing(sqlite3.connect(folder / "plain.db")) as plain:
            for key in keys:
                found = plain.execute("SELECT latency FROM checks WHERE service = ? AND outcome = 'OK'", (key,))
                sorted(latency for (latency,) in found)

    timed(f"  the same latency from one plain table, {len(keys)} services", plainly)


def histograms(some: int) -> None:
    chance = random.Random(6)
    hours = [Histogram.of(chance.lognormvariate(4, 0.4) for _ in range(60)).encode() for _ in range(500)]
    print(f"{sum(map(len, hours)) / len(hours):.1f} bytes an encoded hour")
    timed(f"{some} encoded hours merged", lambda: Histogram.merged(hours[n % 500] for n in range(some)))


def month(path: Path, services: int) -> None:
    """Strips of many services with 7 days of results a minute and a change an hour."""
    keys = [f"s{n}" for n in range(services)]
    history = a_history(path, Faults())
    history.register([a_service(key) for key in keys], NOON).result(WAIT)
    end = NOON + 168 * HOUR

    def fill() -> None:
        for hour in range(168):
            for key in keys:
                for minute in range(0, 60, 10):
                    history.record(ok(key, NOON + hour * HOUR + minute * 60_000))
            changes = [turn(key, NOON + hour * HOUR, (Status.UP, Status.DOWN)[hour % 2]) for key in keys]
            history.commit(changes).result(60)

    timed(f"one result, in bulk, {services} services", fill, 168 * 6 * services)
    reader = Reader(path)
    timed(f"strips of 24 h, {services} services", lambda: reader.timelines(keys, end - 24 * HOUR, end, end))
    timed(f"strips of 7 d, {services} services", lambda: reader.timelines(keys, NOON, end, end))
    timed(f"one timeline of 7 d of {services}", lambda: reader.segments("s1", NOON, end, end))
    timed(f"latest of {services}", lambda: reader.latest(end))
    timed(f"remembered of {services}", lambda: history.remembered([a_service(key) for key in keys]).result(WAIT))
    history.close(WAIT)
    print(f"{path.stat().st_size / (168 * 6 * services):.1f} bytes a result, changes and all")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        histograms(14_000)
        a_check(Path(place), 100, int(sys.argv[1]) if len(sys.argv) > 1 else 12)
        if len(sys.argv) == 1:
            batches(Path(place) / "1.db", 1, 500)
            batches(Path(place) / "10.db", 10, 5_000)
            batches(Path(place) / "100.db", 100, 50_000)
            month(Path(place) / "60.db", 60)
            month(Path(place) / "1000.db", 1000)
