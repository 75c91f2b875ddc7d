"""Time that passes only when nobody has anything to do: hours of waiting take no time, and always the same."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

NOON = 1_800_000_000_000
"""When every virtual world begins, in ms."""


class _Skipping(selectors.DefaultSelector):
    """Instead of waiting for a timer, has its moment come."""

    skipped = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        ready = super().select(0 if timeout is not None else None)
        if not ready and timeout is not None:
            self.skipped += max(timeout, 0.0)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._skipping = _Skipping()
        super().__init__(self._skipping)

    def time(self) -> float:
        return 1000.0 + self._skipping.skipped

    def hold(self, seconds: float) -> None:
        """The loop is held up: so much time passes at once."""
        self._skipping.skipped += seconds


class VirtualClock:
    """The clocks of the running virtual loop; the machine may sleep, and its wall clock be set."""

    def __init__(self) -> None:
        self._slept = 0.0
        self._stepped = 0

    def now(self) -> int:
        return NOON + round((self.boot() - 1000) * 1000) + self._stepped

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    def boot(self) -> float:
        return self.monotonic() + self._slept

    def sleep(self, seconds: float) -> None:
        self._slept += seconds

    def step(self, ms: int) -> None:
        self._stepped += ms


def play(scene: Coroutine[Any, Any, T]) -> T:
    """What the coroutine returns, in a world of its own."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(scene)
