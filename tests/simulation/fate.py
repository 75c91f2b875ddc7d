"""Draws what will happen: a seed and a plan give a trace, always the same one.

Nothing here knows how Watchbell decides. Lengths are spread over orders of magnitude, so that outages are shorter and
longer than anybody can notice.
"""

from __future__ import annotations

from tests.simulation.dice import Dice, Plan
from tests.simulation.journey import Journey
from tests.simulation.stretches import Stretches
from tests.simulation.trace import Trace
from tests.simulation.troubles import Troubles

__all__ = ["MONTH", "Plan", "draw"]

MONTH = Plan()


def draw(seed: int, plan: Plan = MONTH) -> Trace:
    """The trace of this seed. Its time begins at eight in the morning."""
    dice = Dice(f"watchbell {seed} {plan}")
    journey = Journey(dice, plan)
    happenings = journey.happenings()
    troubles = Troubles(dice, plan, Stretches.of(journey.sleeps))
    happenings += troubles.outages(list(happenings))
    happenings += troubles.noise()
    return Trace(seed, plan.length, tuple(sorted(h for h in happenings if h.since < plan.length)))
