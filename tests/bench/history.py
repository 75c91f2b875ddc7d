"""What remembering costs, measured: `python -m tests.bench.history`. Prints; asserts nothing."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.history.past import NOON, WAIT, Faults, a_history, a_service, ok, turn
from trayapp.core.words import Status
from trayapp.history.queries import Reader

HOUR = 3_600_000


def timed(what: str, act: Callable[[], object], per: int = 1) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    act()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{what:<55} {wall / per * 1e6:10.1f} µs wall {cpu / per * 1e6:10.1f} µs CPU")


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
    with tempfile.TemporaryDirectory() as folder:
        batches(Path(folder) / "1.db", 1, 500)
        batches(Path(folder) / "10.db", 10, 5_000)
        batches(Path(folder) / "100.db", 100, 50_000)
        month(Path(folder) / "60.db", 60)
        month(Path(folder) / "1000.db", 1000)
