"""`python -m tests.simulation`: laptops of many seeds, Watchbell on each, and the simpler rules beside it.

Exits with 1 if Watchbell rang falsely, missed an outage, told one too late or ended one wrongly anywhere.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Sequence

from tests.simulation.fate import Plan, draw
from tests.simulation.judge import Terms, judge
from tests.simulation.laptop import listen
from tests.simulation.naive import RULES, obey
from tests.simulation.report import HEAD, Row
from tests.simulation.trace import SECOND, Kind, stamp
from tests.simulation.world import World

WATCHBELL = "Watchbell"


def main() -> int:
    asked = _asked()
    seeds = range(asked.first, asked.first + asked.seeds)
    wrong = 0
    for number, interval in enumerate(asked.interval):
        plan = Plan(days=asked.days[min(number, len(asked.days) - 1)])
        if asked.trace:
            print(*(draw(seed, plan) for seed in seeds), sep="\n\n")
        else:
            wrong += _play(seeds, plan, Terms(interval * SECOND), show=asked.faults)
    return 1 if wrong else 0


def _play(seeds: Sequence[int], plan: Plan, terms: Terms, *, show: bool) -> int:
    """Print what became of each of these laptops; gives what Watchbell did wrong in all."""
    happens = f"{plan.sleeps} sleeps, {plan.drops} drops, {plan.portals} portals"
    print(f"\n20 services every {terms.interval // SECOND} s for {plan.days} days: {happens}\n{HEAD}")
    rows: dict[str, list[Row]] = {}
    for seed in seeds:
        for row in _rows(seed, plan, terms, show=show):
            rows.setdefault(row.rule, []).append(row)
            print(row, flush=True)
    totals = {rule: Row.total(each) for rule, each in rows.items()}
    print(*totals.values(), sep="\n")
    ours = totals[WATCHBELL]
    return ours.false + ours.missed + ours.closings


def _rows(seed: int, plan: Plan, terms: Terms, *, show: bool) -> Iterable[Row]:
    world = World(draw(seed, plan))
    begun = time.perf_counter()
    heard = listen(world, terms.interval)
    judged = judge(world, terms, heard)
    yield Row.of(seed, WATCHBELL, terms, judged, heard, time.perf_counter() - begun)
    if show:
        for fault in judged.faults:
            print(f"       {stamp(fault.at)} ({fault.at}) {fault.service} {fault.what}")
            for happening in world.trace.around(fault.at):
                if happening.kind is not Kind.BLIP or happening.about == fault.service:
                    print(f"           {happening}")
    for rule in RULES:
        begun = time.perf_counter()
        naive = obey(rule, world, terms)
        yield Row.of(seed, rule.name, terms, judge(world, terms, naive), naive, time.perf_counter() - begun)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=5, help="how many laptops")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--interval", type=_numbers, default=[60, 10], help="seconds between two checks, or several")
    parser.add_argument("--days", type=_numbers, default=[30, 6], help="days for each of these intervals")
    parser.add_argument("--faults", action="store_true", help="say what went wrong, and what happened around it")
    parser.add_argument("--trace", action="store_true", help="print what happens, and play none of it")
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


if __name__ == "__main__":
    sys.exit(main())
