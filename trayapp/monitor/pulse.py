"""Is our own loop late? Felt by a beat that runs while anybody is being asked, and only then.

A loop that was held up sees answers late and deadlines at once: what it measured then says nothing about others.
"""

from __future__ import annotations

import asyncio

from trayapp.monitor.clock import Clock

BEAT = 0.25
"""Seconds between two beats."""

LATE = 0.5
"""Seconds by which a beat may be late before every check under way is in doubt."""


class Pulse:
    """Belongs to one asyncio loop. `begin` and `end` stand around each check."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asked = 0
        self._next = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._late_until = float("-inf")

    def begin(self) -> None:
        self._asked += 1
        if self._timer is None:
            self._arm()

    def end(self) -> None:
        self._asked -= 1

    def late_since(self, moment: float) -> bool:
        """Whether the loop was held up at any time after this monotonic second."""
        self._feel()
        return self._late_until > moment

    def _arm(self) -> None:
        self._next = self._clock.monotonic() + BEAT
        self._timer = asyncio.get_running_loop().call_later(BEAT, self._beat)

    def _beat(self) -> None:
        self._feel()
        self._timer = None
        if self._asked:
            self._arm()

    def _feel(self) -> None:
        """Also asked before the beat that is overdue: of two things that are late, either may come first."""
        now = self._clock.monotonic()
        if self._timer is not None and now - self._next > LATE:
            self._late_until = now
