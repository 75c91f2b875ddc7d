"""A loop on which hours can be made to pass at once, for what happens only after them; else it runs in real time.

While it hurries nobody is waited for, neither timers nor the network: to be asked for only where no answer is due.
"""

from __future__ import annotations

import asyncio
import selectors
import threading
from typing import Any

from trayapp.monitor.clock import SystemClock


class _Hasty(selectors.DefaultSelector):
    """Instead of waiting for a timer has its moment come, as long as there is time to be skipped."""

    skipped = 0.0
    left = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        if not self.left or timeout is None:
            return super().select(timeout)
        ready = super().select(0)
        if not ready:
            step = min(max(timeout, 0.0), self.left)
            self.skipped += step
            self.left -= step
        return ready


class HastyLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._hasty = _Hasty()
        super().__init__(self._hasty)

    def time(self) -> float:
        return super().time() + self._hasty.skipped

    @property
    def skipped(self) -> float:
        """Seconds that passed here and nowhere else."""
        return self._hasty.skipped

    def hurry(self, seconds: float) -> None:
        """To be called from another thread: returns when so much time has passed here."""
        over = threading.Event()

        def begin() -> None:
            self._hasty.left = seconds
            self.call_later(seconds, over.set)

        self.call_soon_threadsafe(begin)
        while not over.wait(0.01):
            assert not self.is_closed()


class HastyClock(SystemClock):
    """The machine's clocks and what was skipped."""

    def __init__(self, loop: HastyLoop) -> None:
        self._loop = loop

    def now(self) -> int:
        return super().now() + round(self._loop.skipped * 1000)

    def monotonic(self) -> float:
        return self._loop.time()

    def boot(self) -> float:
        return super().boot() + self._loop.skipped
