"""What one check costs beside others that ask the same server, in one run on one machine.

    python -m tests.bench.checks [SECONDS]

The same nginx is asked so many times a second by Watchbell without a face (probe, judgement, history and snapshot, all
included), by prometheus-blackbox-exporter, and by httpx as it comes with a connection for every request.
Printed is the CPU of each one's whole process for each check; ratios are what counts.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.probes import certificates
from tests.servers import Nginx, free_port, until

SERVICES = 100
INTERVAL = 2.0
"""Seconds: fifty checks a second."""

SETTLE = 6.0
"""Seconds in which imports, first checks and caches are over."""

TICK = os.sysconf("SC_CLK_TCK")
PAGE = 'location / { return 200 "fine"; }'

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


def ours(url: str, authority: Path, seconds: float, folder: Path) -> float:
    home = folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    (home / "config").mkdir(parents=True, mode=0o700)
    tables = (f'[services.s{n}.http]\nurl = "{url}"\n' for n in range(SERVICES))
    text = "\n".join((f'[defaults]\ninterval = "{INTERVAL:g}s"\ntimeout = "1s"\n', *tables))
    (home / "config" / "services.toml").write_text(text)
    counted = folder / "counted"
    command = [sys.executable, "-m", "tests.bench.unseen", str(home)]
    with counted.open("wb") as out, process(command, out, authority) as pid:
        return measured(pid, lambda: int(counted.read_bytes().split()[-1]), seconds)


def exporter(url: str, authority: Path, seconds: float, folder: Path) -> float:
    modules = folder / "blackbox.yml"
    modules.write_text("modules:\n  page:\n    prober: http\n    http:\n      preferred_ip_protocol: ip4\n")
    port = free_port()
    asked = 0
    program = [shutil.which("prometheus-blackbox-exporter") or "prometheus-blackbox-exporter"]
    options = [f"--web.listen-address=127.0.0.1:{port}", f"--config.file={modules}", "--log.level=error"]
    with process(program + options, subprocess.DEVNULL, authority) as pid:
        until(lambda: answers(f"http://127.0.0.1:{port}/"))
        where = f"http://127.0.0.1:{port}/probe?module=page&target={url}"

        def ask_for(duration: float) -> None:
            nonlocal asked
            begin, n = time.monotonic(), 0
            while time.monotonic() < begin + duration:
                assert b"\nprobe_success 1" in urllib.request.urlopen(where).read()
                asked, n = asked + 1, n + 1
                time.sleep(max(0.0, begin + n * INTERVAL / SERVICES - time.monotonic()))

        ask_for(SETTLE)
        began, before = cpu(pid), asked
        ask_for(seconds)
        return 1000 * (cpu(pid) - began) / (asked - before)


def plain(url: str, authority: Path, seconds: float, folder: Path) -> float:
    answered = folder / "answered"
    command = [sys.executable, "-c", ASKING_ANEW, url, str(authority), str(INTERVAL / SERVICES)]
    with answered.open("wb") as out, process(command, out, authority) as pid:
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


def main(seconds: float = 20.0) -> None:
    if shutil.which("prometheus-blackbox-exporter") is None:
        sys.exit("what we are held against is missing: apt install prometheus-blackbox-exporter")
    chain, key = certificates.pem("127.0.0.1")
    with tempfile.TemporaryDirectory() as name, Nginx(PAGE) as page, Nginx(PAGE, (chain, key)) as encrypted:
        folder = Path(name)
        authority = folder / "authority.pem"
        authority.write_bytes(certificates.AUTHORITY.cert_pem.bytes())
        print(
            f"{SERVICES / INTERVAL:g} checks a second for {seconds:g} s each; CPU of the whole process for each check"
        )
        for what, url in (("HTTP", page.url), ("HTTPS", encrypted.url)):
            found = {asker.__name__: asker(url, authority, seconds, folder) for asker in (exporter, plain, ours)}
            print(
                f"{what:<5}  blackbox_exporter {found['exporter']:.2f} ms, httpx {found['plain']:.2f} ms,"
                f" Watchbell {found['ours']:.2f} ms: {found['ours'] / found['exporter']:.2f} times blackbox_exporter,"
                f" {found['ours'] / found['plain']:.2f} times httpx"
            )


if __name__ == "__main__":
    main(*map(float, sys.argv[1:2]))
