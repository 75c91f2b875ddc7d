"""Far more services than the machine can ask at ease: everybody has his turn, and nobody has two before all had one.

A fifth of ten thousand services at a fifth of a minute: as many a second as there, and as many at once.
"""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
from collections import Counter

import pytest

from tests.faults.table import Property, row
from tests.monitor.stage import BAD, GOOD, Stage, on_stage, service
from trayapp.core.words import Finding
from trayapp.monitor.monitor import Monitor
from trayapp.monitor.openfiles import ENOUGH, SHARE
from trayapp.monitor.scheduler import starts

SERVICES = 2_000
INTERVAL = 12.0
TIMEOUT = 2.0
MEASURED = 15 * INTERVAL


def asked_in_turn(finding: Finding, takes: float, seconds: float) -> list[tuple[float, str]]:
    """When each check began, and of whom, with checks that take so long."""
    begun: list[tuple[float, str]] = []

    async def scene(stage: Stage, monitor: Monitor) -> None:
        loop = asyncio.get_running_loop()
        start = loop.time()

        def answer(id_: str):
            async def check() -> Finding:
                begun.append((loop.time() - start, id_))
                await asyncio.sleep(takes)
                return finding

            return check

        keys = {"interval": int(INTERVAL * 1000), "recheck_interval": 2_000, "timeout": int(TIMEOUT * 1000)}
        monitor.apply([service(f"s{n}", answer(f"s{n}"), **keys) for n in range(SERVICES)], {}, {})
        await asyncio.sleep(seconds)
        begun[:] = [(at, id_) for at, id_ in begun if at <= seconds]

    on_stage(scene)
    return begun


def first_round(begun: list[tuple[float, str]]) -> float:
    """After how many seconds everybody had been asked."""
    first: dict[str, float] = {}
    for at, id_ in begun:
        first.setdefault(id_, at)
    assert len(first) == SERVICES
    return max(first.values())


def test_everybody_is_asked_within_one_interval_and_nobody_twice_before(record_property: Property) -> None:
    begun = asked_in_turn(GOOD, 0.002, 2 * INTERVAL)
    with row("found-T8", f"{SERVICES} services at {INTERVAL:g} s, quick answers", record_property) as seen:
        seen.seen("asked once", f"after {first_round(begun):.1f} s")
    assert first_round(begun) <= INTERVAL
    assert len({id_ for _, id_ in begun[:SERVICES]}) == SERVICES
    a_second = Counter(int(at) for at, _ in begun)
    assert max(a_second.values()) <= SERVICES / INTERVAL * 1.02 + 1  # connections a second


def test_when_everything_times_out_all_are_asked_equally_often_from_the_start(record_property: Property) -> None:
    begun = asked_in_turn(BAD, TIMEOUT, MEASURED)
    counts = Counter(id_ for _, id_ in begun)
    with row("found-T8", f"{SERVICES} services at {INTERVAL:g} s, all time out", record_property) as seen:
        seen.seen("checks of each", f"{min(counts.values())} to {max(counts.values())} in {MEASURED:g} s")
    assert len(counts) == SERVICES
    assert len({id_ for _, id_ in begun[:SERVICES]}) == SERVICES  # first checks before second ones
    assert max(counts.values()) <= max(min(counts.values()) + 1, 1.2 * min(counts.values()))


@pytest.mark.parametrize("count", [1, 20, 499, 1_499, 1_501, 3_000, 10_000])
def test_first_checks_come_within_the_interval_and_before_second_ones(count: int) -> None:
    begin = starts({f"s{n}": 60.0 for n in range(count)})
    firsts = sorted(start.first for start in begin.values())
    assert firsts[-1] <= 60
    assert min(start.first + start.then for start in begin.values()) >= firsts[-1]
    assert max(start.then for start in begin.values()) <= 60
    limit = max(50, count / 60)
    moments = sorted([*firsts, *(start.first + start.then for start in begin.values())])
    for at in range(120):
        assert sum(at <= moment < at + 1 for moment in moments) <= limit + 2


def test_who_is_asked_most_often_comes_first_and_everybody_within_his_own_interval() -> None:
    intervals = {f"s{n}": (3600.0, 10.0, 60.0)[n % 3] for n in range(3_000)}
    begin = starts(intervals)
    assert all(start.first <= intervals[id_] for id_, start in begin.items())


LIMITS = """
import resource, sys
soft, hard = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
from trayapp.monitor.openfiles import most_in_flight, raise_limit
raise_limit()
print(*resource.getrlimit(resource.RLIMIT_NOFILE), most_in_flight())
"""


@pytest.mark.parametrize(("soft", "hard"), [(256, 512), (1024, 4096), (1024, 20_000), (9_000, 20_000), (300, 300)])
def test_the_program_raises_its_own_limit_of_open_files_and_checks_in_flight_follow(soft: int, hard: int) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < hard:
        pytest.skip(f"here nobody may open more than {most} files")
    command = [sys.executable, "-c", LIMITS, str(soft), str(hard)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    raised = max(soft, min(hard, ENOUGH))
    assert list(map(int, done.stdout.split())) == [raised, hard, min(raised, ENOUGH) // SHARE]
