"""A year of many services through the public import, measured: `python -m tests.bench.year 100 365`. Asserts nothing.

Beside it stands the yardstick: the same lines as one row for each check, with an index. Arguments: services, days,
the seed, and a file to keep the history in, for tests.bench.window.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from tests.cli.command import Home, service
from trayapp.core.timeline import cells, tally
from trayapp.history.queries import Reader

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
CELLS = 90


def lines(services: int, days: int, end: int, seed: int) -> Iterator[tuple[int, str, str, float | None, str]]:
    """A check a minute, service by service within each minute: nights asleep, flaps, outages, slow hours."""
    chance = random.Random(seed)
    base = [chance.uniform(8, 400) for _ in range(services)]
    down_until, shaky_until, slow_until = [0] * services, [0] * services, [0] * services
    asleep_until = 0
    for at in range(end - days * DAY, end, MINUTE):
        if at < asleep_until:
            continue
        if at % DAY == 23 * HOUR and chance.random() < 0.4:
            asleep_until = at + chance.randrange(4, 9) * HOUR
            continue
        for place in range(services):
            dice = chance.random()
            if dice < 1 / 20_000:
                down_until[place] = at + chance.randrange(3, 120) * MINUTE
            elif dice < 1 / 10_000:
                shaky_until[place] = at + 30 * MINUTE
            elif dice < 3 / 10_000:
                slow_until[place] = at + chance.randrange(5, 90) * MINUTE
            began = at + place * 37 % MINUTE + chance.randrange(40)
            if at < down_until[place] or (at < shaky_until[place] and dice > 0.5):
                yield began, f"s{place}", "CRITICAL", None, "HTTP 503"
            elif at < slow_until[place]:
                took = base[place] * chance.lognormvariate(1.5, 0.3)
                yield began, f"s{place}", "WARNING", round(took, 3), "slower than 800 ms"
            else:
                yield began, f"s{place}", "OK", round(base[place] * chance.lognormvariate(0, 0.25), 3), ""


def write_lines(file: Path, services: int, days: int, end: int, seed: int) -> int:
    count = 0
    with file.open("w") as out:
        for at, name, outcome, latency_ms, message in lines(services, days, end, seed):
            moment = datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")
            latency = "null" if latency_ms is None else latency_ms
            out.write(
                f'{{"at":"{moment}","service":"{name}","outcome":"{outcome}",'
                f'"latency_ms":{latency},"message":"{message}"}}\n'
            )
            count += 1
    return count


def build_yardstick(path: Path, file: Path) -> None:
    """One row for each check, as monitors keep them."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(
            """
            PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
            CREATE TABLE checks (
                id INTEGER PRIMARY KEY, service INTEGER, at INTEGER, status INTEGER, latency_ms REAL, message TEXT
            );
            """
        )
        connection.execute("BEGIN")
        status = {"OK": 1, "WARNING": 2, "CRITICAL": 0}
        with file.open() as given:
            connection.executemany(
                "INSERT INTO checks (service, at, status, latency_ms, message) VALUES (?, ?, ?, ?, ?)",
                (
                    (
                        int(said["service"][1:]),
                        round(datetime.fromisoformat(said["at"]).timestamp() * 1000),
                        status[said["outcome"]],
                        said["latency_ms"],
                        said["message"],
                    )
                    for said in map(json.loads, given)
                ),
            )
        connection.execute("CREATE INDEX by_service ON checks (service, at)")
        connection.execute("COMMIT")


def ask_yardstick(path: Path, since: int, until: int) -> int:
    """Share of good checks, and three percentiles, of every service."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        answers = 0
        for (name,) in connection.execute("SELECT DISTINCT service FROM checks").fetchall():
            window = (name, since, until)
            connection.execute(
                "SELECT avg(status > 0) FROM checks WHERE service = ? AND at >= ? AND at < ?", window
            ).fetchone()
            (count,) = connection.execute(
                "SELECT count(latency_ms) FROM checks WHERE service = ? AND at >= ? AND at < ? AND status > 0", window
            ).fetchone()
            ordered = connection.execute(
                """
                SELECT latency_ms FROM checks WHERE service = ? AND at >= ? AND at < ? AND status > 0
                AND latency_ms IS NOT NULL ORDER BY latency_ms
                """,
                window,
            ).fetchall()
            answers += count and len([ordered[int(count * share)] for share in (0.5, 0.95, 0.99)])
        return answers


def ask_ours(path: Path, names: list[str], since: int, until: int) -> int:
    reader = Reader(path)
    answers = 0
    timelines = reader.timelines(names, since, until, until)
    latencies = reader.latency(names, since, until)
    for name in names:
        if tally(timelines[name], since, until).availability is not None:
            answers += len([latencies[name].percentile(share) for share in (0.5, 0.95, 0.99)])
    return answers


def open_strips(path: Path, names: list[str], since: int, until: int) -> int:
    timelines = Reader(path).timelines(names, since, until, until)
    return sum(len(cells(segments, since, until, CELLS)) for segments in timelines.values())


def best(act: Callable[[], object], times: int = 5) -> float:
    """Seconds of the quickest of some runs."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        took.append(time.perf_counter() - began)
    return min(took)


def forget(path: Path) -> bool:
    """Have the system read the file from the disk the next time, where it lets us."""
    if not hasattr(os, "posix_fadvise"):
        return False
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return True


def say(what: str, how_much: str) -> None:
    print(f"{what:<58} {how_much:>22}", flush=True)


def main(services: int, days: int, seed: int, keep: Path | None = None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file, plain = Path(folder) / "past.jsonl", Path(folder) / "plain.db"
        end = time.time_ns() // 1_000_000 // HOUR * HOUR
        print(f"{services} services, {days} days, a check a minute, seed {seed}")
        count = write_lines(file, services, days, end, seed)
        say("checks", f"{count:,}")
        say("lines", f"{file.stat().st_size / 1e6:,.1f} MB")

        home = Home(Path(folder) / "home")
        home.configure(*(service(f"s{n}", f"http://127.0.0.1:1/{n}", interval="60s") for n in range(services)))
        began = time.perf_counter()
        done = subprocess.run([*home.program, "history", "import", str(file)], env=home.env, check=True)
        took = time.perf_counter() - began
        assert done.returncode == 0
        say("import", f"{took:,.1f} s")
        say("import rate (aim: 40,000)", f"{count / took:,.0f} checks/s")
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        say("import, processor time", f"{used.ru_utime + used.ru_stime:,.1f} s")
        say("import rate by processor time", f"{count / (used.ru_utime + used.ru_stime):,.0f} checks/s")
        say("peak memory of the import", f"{used.ru_maxrss / 1024:,.0f} MB")
        ours = home.places.history_db
        say("history", f"{ours.stat().st_size / 1e6:,.1f} MB")
        if keep is not None:
            shutil.copyfile(ours, keep)
        say("history, a check", f"{ours.stat().st_size / count:,.2f} bytes")
        say("history, incidents", f"{len(home.incidents()):,}")

        build_yardstick(plain, file)
        file.unlink()
        say("yardstick: a row for each check, with an index", f"{plain.stat().st_size / 1e6:,.1f} MB")
        say("ours is smaller by (aim: 10)", f"{plain.stat().st_size / ours.stat().st_size:,.1f}")

        names = [f"s{n}" for n in range(services)]
        since = end - min(days, 90) * DAY
        quick = best(lambda: ask_ours(ours, names, since, end))
        slow = best(lambda: ask_yardstick(plain, since, end), 1)
        say(f"availability and percentiles, {min(days, 90)} days, all services", f"{quick * 1000:,.1f} ms")
        say("yardstick: the same", f"{slow * 1000:,.1f} ms")
        say("ours is quicker by (aim: 50)", f"{slow / quick:,.1f}")
        for window in sorted({min(window, days) for window in (1, 90, 365)}):
            start = end - window * DAY
            warm = best(lambda start=start: open_strips(ours, names, start, end))  # type: ignore[misc]
            say(f"strips of {window} days, all services", f"{warm * 1000:,.1f} ms")
            if forget(ours):
                cold = best(lambda start=start: open_strips(ours, names, start, end), 1)  # type: ignore[misc]
                say(f"strips of {window} days, file not in memory", f"{cold * 1000:,.1f} ms")


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:4]]
    main(*(numbers + [10, 60, 1][len(numbers) :]), Path(sys.argv[4]) if len(sys.argv) > 4 else None)
