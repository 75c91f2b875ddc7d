"""Were we awake all the time? Looked at every few seconds, and at the end of each check.

The clocks prove it; what the system says of going to sleep only makes us look sooner.
"""

from __future__ import annotations

from dataclasses import dataclass

from trayapp.monitor.clock import Clock, Divergence, Reading

HELD = 30_000
"""Milliseconds between two looks that are seconds apart: somebody stopped us (SIGSTOP, a frozen container)."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch that nobody watched: `since` (wall time of the last look before it), `lost` milliseconds long.

    `reason` is "asleep", "self.late" or "self.clock_step"; in a clock step no time was lost, `lost` is how far
    the clock was set.
    """

    since: int
    lost: int
    reason: str


class Vigil:
    """The last moment at which we were surely awake."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = Reading.of(clock)

    def look(self) -> Gap | None:
        """What happened since the last look, if it was no ordinary time."""
        before, self._last = self._last, Reading.of(self._clock)
        passed = Divergence.between(before, self._last)
        if passed.is_sleep:
            return Gap(before.wall, passed.slept, "asleep")
        if passed.awake >= HELD:
            return Gap(before.wall, passed.awake, "self.late")
        if passed.is_step:
            return Gap(before.wall, passed.stepped, "self.clock_step")
        return None
