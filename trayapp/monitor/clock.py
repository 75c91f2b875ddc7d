"""The clocks the monitor is given, and what they prove about the time between two readings of them.

Monotonic time stands still while the machine sleeps, boot time does not (CLOCK_BOOTTIME on Linux), and
wall time goes where somebody sets it: how far they moved apart is proof of sleep and of a set clock.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import Protocol

SLEPT = 500
"""Milliseconds by which boot time must outrun monotonic time to prove sleep. They differ by microseconds otherwise."""

STEP = 2_000
"""Milliseconds by which wall time must leave boot time to count as a step; less is what time servers correct."""

_AT_ONCE = 0.05
"""Seconds that reading three clocks may take, lest a pause between them look like sleep."""

_TRIES = 10


class Clock(Protocol):
    """Wall time for what is remembered, monotonic time for what is due, boot time to know of sleep."""

    def now(self) -> int:
        """Milliseconds since the Unix epoch, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary beginning; never goes back."""
        ...

    def boot(self) -> float:
        """The same, with the time in which the machine slept, where the system knows it."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()

    if sys.platform == "linux":

        def boot(self) -> float:
            return time.clock_gettime(time.CLOCK_BOOTTIME)

    elif sys.platform == "darwin":

        def boot(self) -> float:
            # Apple's CLOCK_MONOTONIC goes on in sleep, and Python's time.monotonic is another clock that does not.
            return time.clock_gettime(time.CLOCK_MONOTONIC)

    else:

        def boot(self) -> float:
            return time.monotonic()


@dataclass(frozen=True, slots=True)
class Reading:
    """All clocks at one moment: `wall` in milliseconds, the others in seconds."""

    wall: int
    monotonic: float
    boot: float

    @classmethod
    def of(cls, clock: Clock) -> Reading:
        """Read them at once: whoever is stopped between two clocks reads them again."""
        for _ in range(_TRIES):
            before = clock.monotonic()
            reading = cls(clock.now(), before, clock.boot())
            if clock.monotonic() - before < _AT_ONCE:
                break
        return reading


@dataclass(frozen=True, slots=True)
class Divergence:
    """What happened between two readings, in milliseconds.

    `awake` is how long the machine ran, `slept` how long it slept, and `stepped` how far the wall
    clock was set, backwards if negative.
    """

    awake: int
    slept: int
    stepped: int

    @classmethod
    def between(cls, before: Reading, after: Reading) -> Divergence:
        awake = round((after.monotonic - before.monotonic) * 1000)
        passed = round((after.boot - before.boot) * 1000)
        return cls(awake, passed - awake, after.wall - before.wall - passed)

    @property
    def is_sleep(self) -> bool:
        return self.slept >= SLEPT

    @property
    def is_step(self) -> bool:
        return abs(self.stepped) >= STEP
