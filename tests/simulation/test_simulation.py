"""Days of a laptop's life in seconds: Watchbell rings for every outage that can be seen, in time, and for nothing else.

All that happens to a laptop in a month (60 sleeps, 40 network drops, 4 login pages, every outage) is pressed into a few
days here, so that five laptops at two intervals fit into a test run. `make simulate` takes the whole month.
"""

from __future__ import annotations

import time

import pytest

from tests.simulation.fate import Plan, draw
from tests.simulation.judge import Terms, judge
from tests.simulation.laptop import listen
from tests.simulation.naive import RULES, obey
from tests.simulation.report import HEAD, Row
from tests.simulation.trace import SECOND, stamp
from tests.simulation.world import World

LIVES = [pytest.param(60 * SECOND, 3, id="60s-3days"), pytest.param(10 * SECOND, 1, id="10s-1day")]


@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(1, 6))
@pytest.mark.parametrize(("interval", "days"), LIVES)
def test_every_outage_that_can_be_seen_is_told_within_the_bound_and_nothing_else_rings(
    seed: int, interval: int, days: int, capsys: pytest.CaptureFixture[str]
):
    world, terms = World(draw(seed, Plan(days=days))), Terms(interval)
    begun = time.perf_counter()
    heard = listen(world, interval)
    judged = judge(world, terms, heard)
    lines = ["", HEAD, str(Row.of(seed, "Watchbell", terms, judged, heard, time.perf_counter() - begun))]
    others = [obey(rule, world, terms) for rule in RULES]
    theirs = [judge(world, terms, naive) for naive in others]
    for rule, naive, their in zip(RULES, others, theirs, strict=True):
        lines.append(str(Row.of(seed, rule.name, terms, their, naive, 0.0)))
    with capsys.disabled():
        print("\n".join(lines))
    assert [f"{stamp(fault.at)} {fault.service} {fault.what}" for fault in judged.faults] == []
    assert len(judged.latencies) >= 5
    assert judged.latencies[-1] <= terms.bound
    assert min(len(their.false) for their in theirs) >= 10, "a world in which simple rules do well proves nothing"
