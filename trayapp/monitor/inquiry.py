"""One question to the world, asked for everybody who needs its answer: after a failure, and not again too soon."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

from trayapp.monitor.clock import Clock

SPACING = 5.0
"""Seconds from the beginning of one round of questions to that of the next."""

T = TypeVar("T")


class Inquiry(Generic[T]):
    """Rounds of asking, one at a time. Belongs to one asyncio loop."""

    def __init__(self, ask: Callable[[], Coroutine[Any, Any, T]], clock: Clock) -> None:
        self._ask = ask
        self._clock = clock
        self._latest: T | None = None
        self._fault: BaseException | None = None
        self._began = float("-inf")
        self._round: asyncio.Task[T] | None = None
        self._next: asyncio.TimerHandle | None = None
        self._news = asyncio.Event()
        self._waiting = 0

    async def until(self, settles: Callable[[T], bool], enough: Callable[[], bool]) -> T | None:
        """The first round that settles it, the latest one first; None once `enough` holds without one.

        A new round begins only if it must, and never sooner than SPACING after the one before. Raises what
        the round raised that it waited for: a fault of ours.
        """
        self._waiting += 1
        try:
            while not enough():
                if self._latest is not None and settles(self._latest):
                    return self._latest
                self._ask_soon()
                await self._news.wait()
                if self._fault is not None:
                    raise self._fault
        finally:
            self._waiting -= 1
        return None

    def stir(self) -> None:
        """Something happened by which `enough` may hold now."""
        if self._waiting:
            self._news.set()
            self._news = asyncio.Event()

    def forget(self) -> None:
        """What was answered so far, or is being answered, was in another world; whoever waits asks anew."""
        self._latest = None
        if self._round is not None:
            self._round.cancel()
            self._round = None
        self.stir()

    def stop(self) -> None:
        if self._next is not None:
            self._next.cancel()
        if self._round is not None:
            self._round.cancel()

    def _ask_soon(self) -> None:
        if self._round is None and self._next is None:
            wait = max(0.0, self._began + SPACING - self._clock.monotonic())
            self._next = asyncio.get_running_loop().call_later(wait, self._begin)

    def _begin(self) -> None:
        self._next = None
        if self._waiting:
            self._began = self._clock.monotonic()
            self._fault = None
            self._round = asyncio.get_running_loop().create_task(self._ask(), name="inquiry")
            self._round.add_done_callback(self._end)

    def _end(self, ended: asyncio.Task[T]) -> None:
        if ended is not self._round or ended.cancelled():
            return  # forgotten, or at the end of everything
        self._round = None
        self._fault = ended.exception()
        if self._fault is None:
            self._latest = ended.result()
        self.stir()
