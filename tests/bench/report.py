"""What a report costs: `python -m tests.bench.report [services [days]]`. Prints; asserts nothing.

The past is made: days with nights asleep, outages and slow hours through History, and its latencies straight into
their tables, from a few hundred different hours of 60 checks. The yardstick asks a plain table, a row for each check
and an index, for the same figures by service and day; of fewer services, and told per service.
"""

from __future__ import annotations

import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, tzinfo
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from tests.cli.command import Home, service
from tests.history.past import Faults, a_service
from trayapp.core.words import Incident, Status, StatusChange
from trayapp.history.latency import Histogram
from trayapp.history.queries import Reader
from trayapp.history.writer import History
from trayapp.report.collect import collect
from trayapp.report.html import html
from trayapp.report.markdown import markdown
from trayapp.report.objects import json
from trayapp.report.sheet import csv
from trayapp.report.values import Report, Subject

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
NOW = int(time.time() * 1000) // DAY * DAY
PLAIN = 5
"""Services in the yardstick's table."""


def changes(service: str, days: int, first: int) -> Iterator[StatusChange]:
    """Every day an outage or a slow hour on some, and a night asleep."""
    chance = Random(service)
    before, number = Status.UNKNOWN, first
    for day in range(days):
        morning = NOW - (days - day) * DAY
        turns = [(Status.UP, morning, "")]
        if chance.random() < 0.3:
            start = morning + chance.randrange(10 * HOUR)
            bad = chance.choice([Status.DOWN, Status.DEGRADED])
            turns += [(bad, start, ""), (Status.UP, start + chance.randrange(MINUTE, 3 * HOUR), "")]
        turns.append((Status.UNKNOWN, morning + 17 * HOUR, "asleep"))
        for n, (status, at, reason) in enumerate(turns):
            incident = None
            if status is Status.DOWN:
                end = turns[n + 1][1]
                incident = Incident(number, service, at, at, "http.status", "HTTP 503", end, "recovered")
                number += 1
            yield StatusChange(service, at, at, before, status, reason, incident)
            before = status


def make(path: Path, services: int, days: int) -> None:
    history = History(path, on_fault=Faults(), clock=lambda: NOW)
    history.register([a_service(f"s{n}") for n in range(services)], NOW - days * DAY).result(60)
    for n in range(services):
        history.commit(list(changes(f"s{n}", days, 1 + n * days))).result(60)
    history.close(60)
    chance = Random(1)
    hours = [
        Histogram.of(median * chance.lognormvariate(0, 0.4) for _ in range(60))
        for median in (chance.uniform(5, 400) for _ in range(400))
    ]
    encoded = [hour.encode() for hour in hours]
    with closing(sqlite3.connect(path)) as connection, connection:
        first = (NOW - days * DAY) // HOUR
        for service in range(1, services + 1):
            for day in range(days):
                awake = chance.choices(encoded, k=17)
                connection.executemany(
                    "INSERT INTO latency_hours VALUES (?, ?, ?)",
                    [(service, first + 24 * day + hour, histogram) for hour, histogram in enumerate(awake)],
                )
                whole = Histogram.merged(awake).encode()
                connection.execute("INSERT INTO latency_days VALUES (?, ?, ?)", (service, first // 24 + day, whole))


def plain(path: Path, days: int) -> None:
    chance = Random(2)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE checks (service TEXT, at INTEGER, outcome TEXT, latency_ms REAL)")
        for n in range(PLAIN):
            connection.executemany(
                "INSERT INTO checks VALUES (?, ?, ?, ?)",
                (
                    (f"s{n}", NOW - days * DAY + day * DAY + minute * MINUTE, "OK", chance.lognormvariate(4, 0.4))
                    for day in range(days)
                    for minute in range(17 * 60)
                ),
            )
        connection.execute("CREATE INDEX of_service ON checks (service, at)")


def ask_plain(path: Path, days: int) -> None:
    """Availability and percentiles of each service and day, counted from checks."""
    with closing(sqlite3.connect(path)) as connection:
        for n in range(PLAIN):
            window = (DAY, f"s{n}", NOW - days * DAY, NOW)
            connection.execute(
                """
                SELECT at / ?, avg(outcome IN ('OK', 'WARNING')), count(*) FROM checks
                WHERE service = ? AND at >= ? AND at < ? GROUP BY 1
                """,
                window,
            ).fetchall()
            connection.execute(
                """
                SELECT day, max(latency_ms) FILTER (WHERE share <= 0.5), max(latency_ms) FILTER (WHERE share <= 0.95),
                    max(latency_ms) FILTER (WHERE share <= 0.99)
                FROM (SELECT at / ? AS day, latency_ms,
                        cume_dist() OVER (PARTITION BY at / ? ORDER BY latency_ms) AS share
                    FROM checks WHERE service = ? AND at >= ? AND at < ? AND latency_ms IS NOT NULL)
                GROUP BY day
                """,
                (DAY, *window),
            ).fetchall()


def command(home: Home, days: int, zone: str) -> tuple[float, float]:
    """The whole of `watchbell report` as a process of its own: seconds of CPU, and of wall."""
    before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = home.run("report", "--since", f"{days}d", "-o", str(home.places.data / "report.html"), TZ=zone)
    wall, after = time.perf_counter() - wall, resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def timed(what: str, act: Callable[[], object]) -> float:
    """The best of three, seconds of CPU: this machine is busy with other things too."""
    took = []
    for _ in range(3):
        wall, cpu = time.perf_counter(), time.process_time()
        act()
        took.append((time.process_time() - cpu, time.perf_counter() - wall))
    cpu, wall = min(took)
    print(f"{what:<55} {cpu * 1000:9.1f} ms CPU {wall * 1000:9.1f} ms wall")
    return cpu


def bench(services: int, days: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home, checks = Home(Path(folder)), Path(folder) / "plain.db"
        home.configure(*(service(f"s{n}", "http://127.0.0.1:9/", objective=99.5) for n in range(services)))
        path = home.places.history_db
        make(path, services, days)
        reader = Reader(path)
        subjects = [Subject(f"s{n}", f"Service {n}", objective=99.5) for n in range(services)]

        def collected(zone: tzinfo) -> Report:
            return collect(reader, subjects, NOW - days * DAY, NOW, NOW, zone)

        whole = f"{services} services, {days} days"
        print(f"{whole}, {path.stat().st_size / 1e6:.1f} MB of history")
        in_utc = timed("collect, by the days of UTC", lambda: collected(UTC))
        timed("collect, by the days of Europe/Berlin", lambda: collected(ZoneInfo("Europe/Berlin")))
        report = collected(UTC)
        total = in_utc
        for name, write in (("html", html), ("md", markdown), ("csv", csv), ("json", json)):
            size = len(write(report).encode())
            total += timed(f"{name}, {size / 1e6:.2f} MB", lambda write=write: write(report))  # type: ignore[misc]
        print(f"{'all of it':<55} {total * 1000:9.1f} ms CPU")
        for zone in ("UTC", "Europe/Berlin"):
            cpu, wall = min(command(home, days, zone) for _ in range(3))
            what = f"the whole command in {zone}"
            print(f"{what:<55} {cpu * 1000:9.1f} ms CPU {wall * 1000:9.1f} ms wall (aim: 2000, of 100 and 90)")
        plain(checks, days)
        yardstick = timed(f"yardstick: a row a check, {PLAIN} services", lambda: ask_plain(checks, days))
        ratio = (yardstick / PLAIN) / (in_utc / services)
        print(f"per service: collect {in_utc / services * 1000:.1f} ms, the yardstick {ratio:.0f} times as long")


if __name__ == "__main__":
    bench(*(int(word) for word in sys.argv[1:])) if len(sys.argv) == 3 else bench(100, 90)
