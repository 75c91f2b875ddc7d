"""The dice that fate throws, and how much is to happen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

from tests.simulation.stretches import Stretches
from tests.simulation.trace import DAY


@dataclass(frozen=True, slots=True)
class Plan:
    """How much happens, in how many days; in fewer of them as much happens, faster.

    `noise` is the share of the checks of a service that is well which fail.
    """

    days: int = 30
    sleeps: int = 60
    drops: int = 40
    portals: int = 4
    outages: int = 36
    noise: float = 0.001

    @property
    def length(self) -> int:
        return self.days * DAY

    @property
    def haste(self) -> float:
        """By how much the longest of everything is shorter, where all of it has to happen in a few days."""
        return min(1.0, self.days / 6)


class Dice(Random):
    """Lengths and moments, in ms."""

    def upto(self, most: float) -> int:
        return round(self.uniform(0, most))

    def between(self, least: float, most: float) -> int:
        return round(self.uniform(least, most))

    def spread(self, least: float, most: float) -> int:
        """Any order of magnitude is as likely as any other."""
        return round(math.exp(self.uniform(math.log(least), math.log(most))))

    def outside(self, asleep: Stretches, length: int) -> int:
        """Any moment at which the machine is awake."""
        while (moment := self.upto(length)) in asleep:
            pass
        return moment
