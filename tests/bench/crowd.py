"""Ten thousand services once a minute: how soon all are asked, how evenly and how late, and what that takes (K1, K5).

    python -m tests.bench.crowd [SERVICES [SECONDS]]

The real engine with its real history, without a face; two thirds are pages of a real nginx, the others its port.
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from collections import Counter
from datetime import datetime
from pathlib import Path

from tests.bench.unseen import Unseen
from tests.servers import Nginx
from trayapp import events

SERVICES = 10_000
INTERVAL = 60
SECONDS = 180.0
"""Measured after the first round, in which all are asked for the first time."""


class Beats(Unseen):
    """Notes how late each check of a service is on the beat of the one before it."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.last: dict[str, float] = {}
        self.late: list[float] = []
        self.counts: Counter[str] = Counter()
        self.a_second: Counter[int] = Counter()
        self.measuring = False

    def _count(self, event: events.Event) -> None:
        super()._count(event)
        if event["event"] != "check":
            return
        at = datetime.fromisoformat(event["at"]).timestamp()
        before = self.last.get(event["service"])
        if self.measuring and before is not None:
            self.late.append(max(0.0, at - before - INTERVAL))
        self.last[event["service"]] = at
        self.counts[event["service"]] += 1
        self.a_second[int(at)] += 1


def configure(home: Path, services: int, page: Nginx) -> None:
    head = f'[defaults]\ninterval = "{INTERVAL}s"\n[network]\ncontrol = []\ngateway = false\n'
    tables = (
        f'[services.s{n}.http]\nurl = "{page.url}{n}"\n'
        if n % 3
        else f'[services.s{n}.tcp]\nhost = "127.0.0.1"\nport = {page.port}\n'
        for n in range(services)
    )
    (home / "config").mkdir(parents=True, mode=0o700)
    (home / "config" / "services.toml").write_text("\n".join((head, *tables)))


def main(services: int = SERVICES, seconds: float = SECONDS) -> None:
    with tempfile.TemporaryDirectory() as name, Nginx('location / { return 200 "fine"; }') as page:
        home = Path(name) / "home"
        configure(home, services, page)
        beats = Beats(home)
        beats.engine.start()
        began = time.monotonic()
        while len(beats.last) < services:
            time.sleep(0.5)
            assert beats.engine.running
        print(
            f"{services} services asked once after {time.monotonic() - began:.1f} s,"
            f" {max(beats.counts.values())} times at most, {max(beats.a_second.values())} in a second at most",
            flush=True,
        )
        time.sleep(INTERVAL)  # from their first moments to the beat they keep
        beats.measuring, checks, used, start = True, beats.checks, _cpu(), time.monotonic()
        time.sleep(seconds)
        beats.measuring = False
        took, checks, used = time.monotonic() - start, beats.checks - checks, _cpu() - used
        beats.engine.stop("over")
    late = statistics.quantiles(beats.late, n=100)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{checks} checks in {took:.0f} s: late by {late[49]:.3f} s (median), {late[98]:.3f} s (99th percentile),"
        f" {max(beats.late):.2f} s (most); {min(beats.counts.values())} to {max(beats.counts.values())} of each service"
        f" since the start; {100 * used / took:.0f} % of one core; {peak:.0f} MiB of memory at most"
    )


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:3]))
