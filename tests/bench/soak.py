"""A million checks: whether memory stays flat, and descriptors, threads and tasks too.

    python -m tests.bench.soak [CHECKS]

The real engine with its real history and real servers on loopback, six hundred checks a second: pages and ports that
are well, and one of each that is not.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.bench.unseen import Unseen
from tests.servers import Nginx, RawServer, closed_port, saying

CHECKS = 1_000_000
SETTLED = 10_000
"""Checks after which nothing should grow any more."""

EACH = 60
INTERVAL = "200ms"


@dataclass(frozen=True)
class Reading:
    """What the process has."""

    rss_kib: int
    descriptors: int
    threads: int

    @classmethod
    def now(cls) -> Reading:
        gc.collect()
        status = Path("/proc/self/status").read_text()
        rss = int(status.partition("\nVmRSS:")[2].split()[0])
        threads = int(status.partition("\nThreads:")[2].split()[0])
        return cls(rss, len(list(Path("/proc/self/fd").iterdir())), threads)


def configure(home: Path, page: str, port: int, closed: int) -> None:
    tables = [f'[defaults]\ninterval = "{INTERVAL}"\ntimeout = "200ms"\n[network]\ncontrol = []\ngateway = false\n']
    for n in range(EACH):
        tables.append(f'[services.page{n}.http]\nurl = "{page}"\ncontains = "fine"\n')
        tables.append(f'[services.port{n}.tcp]\nhost = "127.0.0.1"\nport = {port}\n')
    tables.append(f'[services.wrong.http]\nurl = "{page}missing"\n')
    tables.append(f'[services.closed.tcp]\nhost = "127.0.0.1"\nport = {closed}\n')
    (home / "config").mkdir(parents=True, mode=0o700)
    (home / "config" / "services.toml").write_text("\n".join(tables))


def main(checks: int) -> None:
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        page = stack.enter_context(Nginx('location = / { return 200 "fine"; } location / { return 404; }'))
        accepting = stack.enter_context(RawServer(saying(b"")))
        configure(home, page.url, accepting.port, stack.enter_context(closed_port()))
        unseen = Unseen(home)
        unseen.engine.start()
        stack.callback(unseen.engine.stop, "over")
        began, first, told = time.monotonic(), None, 0
        while unseen.checks < checks:
            time.sleep(0.2)
            assert unseen.engine.running
            if first is None and unseen.checks >= SETTLED:
                first = Reading.now()
            if first is not None and unseen.checks - told >= checks // 10:
                told = unseen.checks
                print(f"{told:>9} checks after {time.monotonic() - began:5.0f} s: {Reading.now()}", flush=True)
        assert first is not None
        last = Reading.now()
        print(
            f"from {SETTLED} to {unseen.checks} checks: memory {(last.rss_kib - first.rss_kib) / 1024:+.1f} MiB,"
            f" descriptors {last.descriptors - first.descriptors:+d}, threads {last.threads - first.threads:+d}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else CHECKS)
