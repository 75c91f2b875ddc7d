"""What one check costs beside others that ask the same server, in one run on one machine.

    python -m tests.bench.checks [SECONDS [ROUNDS]]

The same nginx is asked so many times a second by Watchbell without a face (probe, judgement, history and snapshot, all
included), by prometheus-blackbox-exporter, and by httpx as it comes with a connection for every request. All of them
read the page to its end: one of 2 bytes (over TLS too), of 20 kB and of 1 MiB, as it is and in gzip. Watchbell is as a
user has it: the wheel, without the tools of development.
Printed is the CPU of each one's whole process for each check, the median of the rounds; ratios are what counts.
"""

from __future__ import annotations

import gzip
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.installed import installed
from tests.probes import certificates
from tests.servers import Nginx, free_port, until

SERVICES = 100
INTERVAL = 2.0
"""Seconds: fifty checks a second."""

SETTLE = 6.0
"""Seconds in which imports, first checks and caches are over."""

LARGE_INTERVAL = 10.0
"""Seconds, for the page of 1 MiB: ten checks a second."""

TICK = os.sysconf("SC_CLK_TCK")
LOCATIONS = """
default_type text/html;
location /plain/ {{ alias {folder}/; }}
location /gzip/ {{ alias {folder}/gzip-; add_header Content-Encoding gzip; }}
"""
SIZES = {"2 bytes": 2, "20 kB": 20_000, "1 MiB": 1 << 20}

MODULES = """
modules:
  plain: { prober: http, http: { preferred_ip_protocol: ip4 } }
  gzip: { prober: http, http: { preferred_ip_protocol: ip4, compression: gzip, headers: { Accept-Encoding: gzip } } }
"""

ASKING_ANEW = """
import asyncio, sys, time, httpx
url, authority, pace = sys.argv[1], sys.argv[2], float(sys.argv[3])
async def main():
    import ssl
    context = ssl.create_default_context(cafile=authority)
    begin, n = time.monotonic(), 0
    while True:
        async with httpx.AsyncClient(verify=context, trust_env=False) as client:
            assert (await client.get(url)).status_code == 200
        n += 1
        print(n, flush=True)
        await asyncio.sleep(max(0, begin + n * pace - time.monotonic()))
asyncio.run(main())
"""


def cpu(pid: int) -> float:
    """Seconds of processor that a process has used, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def measured(pid: int, count: Callable[[], int], seconds: float) -> float:
    """Milliseconds of CPU for each of what is counted meanwhile."""
    time.sleep(SETTLE)
    began, before = cpu(pid), count()
    time.sleep(seconds)
    return 1000 * (cpu(pid) - began) / (count() - before)


@dataclass(frozen=True)
class Page:
    """One page that all of them read to its end."""

    what: str
    url: str
    interval: float
    module: str
    authority: Path
    python: Path
    folder: Path


def watchbell(page: Page, seconds: float) -> float:
    home = page.folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    (home / "config").mkdir(parents=True, mode=0o700)
    tables = (f'[services.s{n}.http]\nurl = "{page.url}"\n' for n in range(SERVICES))
    text = "\n".join((f'[defaults]\ninterval = "{page.interval:g}s"\ntimeout = "1s"\n', *tables))
    (home / "config" / "services.toml").write_text(text)
    counted = page.folder / "counted"
    command = [str(page.python), str(Path(__file__).with_name("unseen.py")), str(home)]
    with counted.open("wb") as out, process(command, out, page.authority) as pid:
        return measured(pid, lambda: int(counted.read_bytes().split()[-1]), seconds)


def blackbox_exporter(page: Page, seconds: float) -> float:
    modules = page.folder / "blackbox.yml"
    modules.write_text(MODULES)
    port = free_port()
    asked = 0
    program = [shutil.which("prometheus-blackbox-exporter") or "prometheus-blackbox-exporter"]
    options = [f"--web.listen-address=127.0.0.1:{port}", f"--config.file={modules}", "--log.level=error"]
    with process(program + options, subprocess.DEVNULL, page.authority) as pid:
        until(lambda: answers(f"http://127.0.0.1:{port}/"))
        where = f"http://127.0.0.1:{port}/probe?module={page.module}&target={page.url}"

        def ask_for(duration: float) -> None:
            nonlocal asked
            begin, n = time.monotonic(), 0
            while time.monotonic() < begin + duration:
                assert b"\nprobe_success 1" in urllib.request.urlopen(where).read()
                asked, n = asked + 1, n + 1
                time.sleep(max(0.0, begin + n * page.interval / SERVICES - time.monotonic()))

        ask_for(SETTLE)
        began, before = cpu(pid), asked
        ask_for(seconds)
        return 1000 * (cpu(pid) - began) / (asked - before)


def httpx(page: Page, seconds: float) -> float:
    answered = page.folder / "answered"
    command = [str(page.python), "-c", ASKING_ANEW, page.url, str(page.authority), str(page.interval / SERVICES)]
    with answered.open("wb") as out, process(command, out, page.authority) as pid:
        return measured(pid, lambda: answered.read_bytes().count(b"\n"), seconds)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url):
            return True
    except OSError:
        return False


@contextmanager
def process(command: list[str], out: object, authority: Path) -> Iterator[int]:
    """A program while it runs, by its id; it trusts this authority."""
    env = {**os.environ, "SSL_CERT_FILE": str(authority), "WATCHBELL_HOME": ""}
    running = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, env=env)  # type: ignore[call-overload]
    try:
        yield running.pid
        assert running.poll() is None, f"ended: {command[:3]}"
    finally:
        running.terminate()
        running.wait(10)


def pages(folder: Path, python: Path, page: Nginx, encrypted: Nginx) -> Iterator[Page]:
    authority = folder / "authority.pem"
    authority.write_bytes(certificates.AUTHORITY.cert_pem.bytes())
    words = random.Random(1)
    for what, size in SIZES.items():
        content = "".join(f"<p>{words.randrange(1 << 30)} is fine</p>\n" for _ in range(size // 20 + 1)).encode()[:size]
        name = what.replace(" ", "-") + ".html"
        (folder / name).write_bytes(content)
        (folder / f"gzip-{name}").write_bytes(gzip.compress(content))
        interval = LARGE_INTERVAL if size > 100_000 else INTERVAL
        for module in ("plain", "gzip"):
            yield Page(f"{what}, {module}", f"{page.url}{module}/{name}", interval, module, authority, python, folder)
        if what == "2 bytes":
            url = f"{encrypted.url}plain/{name}"
            yield Page(f"{what}, TLS", url, interval, "plain", authority, python, folder)


def main(seconds: float = 20.0, rounds: float = 1) -> None:
    if shutil.which("prometheus-blackbox-exporter") is None:
        sys.exit("what we are held against is missing: apt install prometheus-blackbox-exporter")
    chain, key = certificates.pem("127.0.0.1")
    with tempfile.TemporaryDirectory() as name, installed() as python:
        folder = Path(name)
        folder.chmod(0o755)
        locations = LOCATIONS.format(folder=folder)
        with Nginx(locations) as page, Nginx(locations, (chain, key)) as encrypted:
            print(f"{rounds:g} rounds of {seconds:g} s each; ms of CPU of the whole process for each check")
            for asked in pages(folder, python, page, encrypted):
                found = {
                    asker.__name__: [asker(asked, seconds) for _ in range(int(rounds))]
                    for asker in (blackbox_exporter, httpx, watchbell)
                }
                middle = {asker: statistics.median(costs) for asker, costs in found.items()}
                print(
                    f"{asked.what:<15}"
                    + ", ".join(f"{asker} {cost:.2f}" for asker, cost in middle.items())
                    + f": {middle['watchbell'] / middle['blackbox_exporter']:.2f} times blackbox_exporter,"
                    f" {middle['watchbell'] / middle['httpx']:.2f} times httpx",
                    flush=True,
                )


if __name__ == "__main__":
    main(*map(float, sys.argv[1:3]))
