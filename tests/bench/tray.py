"""What the tray program costs beside the least one there can be, in one run on one machine.

    python -m tests.bench.tray [SECONDS]

Both run in an environment as a user has it.
Prints, for Watchbell with 100 HTTP services and for bare_tray.py: time from start to the icon's
registration with the panel, resident memory, CPU and wake-ups; and the CPU of one HTTP check with
everything around it. Ratios are what counts: the numbers belong to the machine.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.installed import installed
from tests.desktop.parts import Desk, Panel, WindowManager, until
from tests.desktop.programs import Program
from tests.servers import Nginx

STARTS = 5
SERVICES = 100
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Reading:
    """What /proc says of a process."""

    cpu_s: float
    wakeups: int
    rss_kib: int
    pss_kib: int


def read(pid: int) -> Reading:
    process = Path("/proc") / str(pid)
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    switches = 0
    for thread in (process / "task").iterdir():
        status = (thread / "status").read_text()
        switches += int(status.partition("\nvoluntary_ctxt_switches:")[2].split()[0])
    rollup = {line.split()[0]: line.split()[1] for line in (process / "smaps_rollup").read_text().splitlines()[1:]}
    return Reading((int(fields[11]) + int(fields[12])) / TICK, switches, int(rollup["Rss:"]), int(rollup["Pss:"]))


def seconds_to_icon(desk: Desk, panel: Panel, argv: Sequence[str], then: Callable[[Program], None]) -> float:
    before = set(panel.items())
    program = Program(argv, desk.env, desk.folder / "bench.log")
    began = time.monotonic()
    program.start(lambda: set(panel.items()) - before)
    took = time.monotonic() - began
    try:
        then(program)
    finally:
        program.stop()
    until(lambda: set(panel.items()) <= before, "the icon left the panel")
    return took


def settled(seconds: float, kept: list[tuple[Reading, Reading]]) -> Callable[[Program], None]:
    def look(program: Program) -> None:
        time.sleep(5)
        first = read(program.pid)
        time.sleep(seconds)
        kept.append((first, read(program.pid)))

    return look


def configuration(home: Path, port: int, services: int, interval: str) -> None:
    folder = home / "config"
    folder.mkdir(parents=True, mode=0o700)
    lines = [f'version = 1\n[defaults]\ninterval = "{interval}"\n']
    for n in range(services):
        lines.append(f'[services.s{n}.http]\nurl = "http://127.0.0.1:{port}/{n}"\ncontains = "fine"\n')
    (folder / "services.toml").write_text("\n".join(lines))


def main(seconds: float = 20.0) -> None:
    page = Nginx('location / { return 200 "fine"; }')
    with installed() as python, page as server, Desk() as desk, WindowManager(desk), Panel(desk) as panel:
        bare = [str(python), str(Path(__file__).with_name("bare_tray.py"))]
        homes = {name: desk.folder / name for name in ("idle", "minute", "second")}
        configuration(homes["idle"], server.port, 0, "60s")
        configuration(homes["minute"], server.port, SERVICES, "60s")
        configuration(homes["second"], server.port, SERVICES, "2s")

        def ours(name: str) -> list[str]:
            return [str(python.with_name("watchbell")), "--home", str(homes[name]), "run", "--hidden"]

        starts: dict[str, list[float]] = {"bare": [], "ours": []}
        for _ in range(STARTS):
            starts["bare"].append(seconds_to_icon(desk, panel, bare, lambda program: None))
            starts["ours"].append(seconds_to_icon(desk, panel, ours("minute"), lambda program: None))
        readings: dict[str, list[tuple[Reading, Reading]]] = {"bare": [], "idle": [], "minute": [], "second": []}
        seconds_to_icon(desk, panel, bare, settled(seconds, readings["bare"]))
        for name in homes:
            seconds_to_icon(desk, panel, ours(name), settled(seconds, readings[name]))
    report(starts, {name: pairs[0] for name, pairs in readings.items()}, seconds)


def report(starts: dict[str, list[float]], readings: dict[str, tuple[Reading, Reading]], seconds: float) -> None:
    bare_start, our_start = (statistics.median(starts[name]) for name in ("bare", "ours"))
    print(f"start to icon    bare {bare_start:.2f} s, ours {our_start:.2f} s: {our_start / bare_start:.2f} times")
    bare, minute = readings["bare"][1], readings["minute"][1]
    print(
        f"resident memory  bare {bare.rss_kib / 1024:.0f} MiB, ours with {SERVICES} services"
        f" {minute.rss_kib / 1024:.0f} MiB: {minute.rss_kib / bare.rss_kib:.2f} times"
        f" (proportional {bare.pss_kib / 1024:.0f} and {minute.pss_kib / 1024:.0f} MiB:"
        f" {minute.pss_kib / bare.pss_kib:.2f} times)"
    )
    for name, words in (
        ("bare", "bare"),
        ("idle", "ours, no services"),
        ("minute", f"ours, {SERVICES} every 60 s"),
        ("second", f"ours, {SERVICES} every 2 s"),
    ):
        first, last = readings[name]
        cpu, wakeups = last.cpu_s - first.cpu_s, last.wakeups - first.wakeups
        print(f"{words:<20} {100 * cpu / seconds:5.2f} % of a core, {wakeups / seconds:6.1f} wake-ups a second")
    first, last = readings["second"]
    checks = SERVICES / 2 * seconds
    print(f"one HTTP check, all included: {1000 * (last.cpu_s - first.cpu_s) / checks:.2f} ms of CPU")


if __name__ == "__main__":
    main(*map(float, sys.argv[1:2]))
