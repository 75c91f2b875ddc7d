"""A loop for a month: `tests.monitor.virtual` without the system calls, for nothing here waits for a file."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

T = TypeVar("T")

BEGINNING = 1000.0

MIDNIGHT = 1_800_000_000_000
"""What the wall clock says at the beginning of every world, in ms."""


class _Timeless(selectors.BaseSelector):
    """Knows of no files, and has the moment of every timer come at once."""

    def __init__(self) -> None:
        self.passed = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise AssertionError("nothing would ever happen any more")
        if timeout > 0:
            self.passed += timeout
        return []

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return selectors.SelectorKey(fileobj, 0, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return selectors.SelectorKey(fileobj, 0, 0, None)

    def get_key(self, fileobj: Any) -> selectors.SelectorKey:
        raise KeyError(fileobj)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return {}


class QuickLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._timeless = _Timeless()
        super().__init__(self._timeless)
        self._clock_resolution = 1e-6

    def time(self) -> float:
        return BEGINNING + self._timeless.passed


class QuickClock:
    """The clocks of a laptop on the running loop."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, QuickLoop)
        self.monotonic = loop.time
        self._ahead = -BEGINNING

    def world(self) -> int:
        """The world's moment, in ms from its beginning."""
        return round((self.monotonic() + self._ahead) * 1000)

    def now(self) -> int:
        return MIDNIGHT + round((self.monotonic() + self._ahead) * 1000)

    def boot(self) -> float:
        return self.monotonic() + self._ahead

    def sleep(self, seconds: float) -> None:
        self._ahead += seconds


def play(scene: Coroutine[Any, Any, T]) -> T:
    """What the coroutine returns, in a world of its own."""
    with asyncio.Runner(loop_factory=QuickLoop) as runner:
        return runner.run(scene)
