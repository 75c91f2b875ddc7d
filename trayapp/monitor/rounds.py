"""Runs every service's check when it is due: one timer for all, one check per service, so many at once."""

from __future__ import annotations

import asyncio
import functools
import heapq
import itertools
from collections.abc import Callable, Coroutine
from typing import Any

from trayapp.monitor.abandoned import Abandoned
from trayapp.monitor.clock import Clock
from trayapp.monitor.openfiles import most_in_flight
from trayapp.monitor.pulse import LATE
from trayapp.monitor.scheduler import Schedule

AT_ONCE = 32
"""Checks that are busy: more would starve the screen's thread of the interpreter."""

PATIENT = 0.25
"""Seconds after which a check in flight is no longer busy: it waits for somebody, and others may begin."""

NEVER = float("-inf")


class Rounds:
    """The beat of all services by id. Belongs to one asyncio loop; `clock` gives its monotonic seconds.

    `check` is called with an id and the moment it was due, and None means that it is not to be checked
    any more. `checking` is told when a check begins and ends; `ended` gets the fault of one that failed,
    and must put the service back on its beat where the check itself did not.
    """

    def __init__(
        self,
        clock: Clock,
        check: Callable[[str, float], Coroutine[Any, Any, None] | None],
        checking: Callable[[str, bool], None],
        ended: Callable[[str, BaseException | None], None],
        most: int | None = None,
        *,
        bound: Callable[[str], float] | None = None,
        overran: Callable[[str, float, float], None] = lambda *_: None,
    ) -> None:
        """`most` may be in flight; None: as many as the system lets us.

        `bound` says after how many seconds a check is given up, whatever it does; `overran` is told then: the id, when
        the check was due, and for how long it was waited for.
        """
        self._clock = clock
        self._check = check
        self._checking = checking
        self._ended = ended
        self._schedule = Schedule()
        self._ready: list[tuple[float, float, int, str]] = []
        """Who waits for room: a heap by when it was asked last, and when it is due."""
        self._asked: dict[str, float] = {}
        self._numbers = itertools.count()
        self._most = most or most_in_flight()
        self._bound = bound
        self._overran = overran
        self._ends: dict[str, asyncio.TimerHandle] = {}
        self.abandoned = Abandoned()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._busy: dict[str, float] = {}
        self._refilling: asyncio.TimerHandle | None = None
        self._again: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._arming: asyncio.Handle | None = None
        self._stopped = False

    def plan(self, id_: str, due: float) -> None:
        """Check it at this moment, and not at the one planned before; never twice at the same time."""
        self._schedule.set(id_, due)
        self._arm_soon()

    def drop(self, id_: str) -> None:
        """Plan nothing for it any more. What is in flight goes on."""
        self._schedule.remove(id_)
        self._again.discard(id_)
        self._asked.pop(id_, None)

    def clear(self) -> None:
        """Plan nothing for anybody any more. What is in flight goes on."""
        self._schedule = Schedule()
        self._ready.clear()
        self._again.clear()

    def due(self, id_: str) -> float | None:
        """When its next check is planned; None: none is."""
        return self._schedule.due(id_)

    def lateness(self) -> float:
        """Seconds since when something that is due has not begun; 0 where nothing is."""
        due = [
            moment
            for moment in (self._schedule.earliest(), *(due for _, due, _, _ in self._ready))
            if moment is not None
        ]
        return max(0.0, self._clock.monotonic() - min(due)) if due else 0.0

    def step_aside(self, id_: str) -> None:
        """The check in flight asks nobody any more and only waits: its place is another's, and it needs no bound."""
        if (end := self._ends.pop(id_, None)) is not None:
            end.cancel()
        if self._busy.pop(id_, None) is not None:
            self._fill()

    def in_flight(self, id_: str) -> bool:
        return id_ in self._running

    async def stop(self, patience: float) -> None:
        """Cancel what is in flight and wait at most `patience` seconds for it."""
        self._stopped = True
        for handle in (self._timer, self._arming, self._refilling, *self._ends.values()):
            if handle is not None:
                handle.cancel()
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=patience)

    def _arm_soon(self) -> None:
        """Many plans of one moment set the timer once."""
        if self._arming is None and not self._stopped:
            self._arming = asyncio.get_running_loop().call_soon(self._arm)

    def _arm(self) -> None:
        """Set the timer to the earliest moment anything is due."""
        self._arming = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        earliest = self._schedule.earliest()
        if earliest is not None and not self._stopped:
            delay = max(0.0, earliest - self._clock.monotonic())
            self._timer = asyncio.get_running_loop().call_later(delay, self._on_due)

    def _on_due(self) -> None:
        self._timer = None
        for id_, due in self._schedule.take(self._clock.monotonic()):
            heapq.heappush(self._ready, (self._asked.get(id_, NEVER), due, next(self._numbers), id_))
        self._fill()
        self._arm_soon()

    def _fill(self) -> None:
        """Start what is ready, as far as there is room: whoever was not asked for the longest time comes first."""
        while self._ready and not self._stopped and self._has_room():
            _, due, _, id_ = heapq.heappop(self._ready)
            if id_ in self._running:
                self._again.add(id_)
            elif (check := self._check(id_, due)) is not None:
                task = asyncio.get_running_loop().create_task(check, name=f"check {id_}")
                self._running[id_] = task
                self._busy[id_] = self._asked[id_] = self._clock.monotonic()
                self._checking(id_, True)
                task.add_done_callback(functools.partial(self._finish, id_))
                if self._bound is not None:
                    self._watch_end(id_, task, due, self._clock.monotonic(), self._bound(id_))

    def _has_room(self) -> bool:
        """Whether one more may begin. Those that have been waiting for long make room, the oldest first."""
        if len(self._running) >= self._most:
            return False
        while len(self._busy) >= AT_ONCE:
            oldest = next(iter(self._busy))
            wait = self._busy[oldest] + PATIENT - self._clock.monotonic()
            if wait > 0:
                if self._refilling is None:
                    self._refilling = asyncio.get_running_loop().call_later(wait, self._refill)
                return False
            del self._busy[oldest]
        return True

    def _refill(self) -> None:
        self._refilling = None
        self._fill()

    def _watch_end(self, id_: str, task: asyncio.Task[None], due: float, began: float, seconds: float) -> None:
        """Give it up so many seconds from now, if it has not ended by then."""

        def give_up() -> None:
            now = self._clock.monotonic()
            if now > by + LATE:  # we were held up, and so was its own timeout, which may have to begin yet
                self._watch_end(id_, task, due, began, seconds)
                return
            self.abandoned.leave(task, id_)
            self._overran(id_, due, now - began)
            self._leave(id_, None)

        by = self._clock.monotonic() + seconds
        self._ends[id_] = asyncio.get_running_loop().call_later(seconds, give_up)

    def _finish(self, id_: str, task: asyncio.Task[None]) -> None:
        if not self.abandoned.back(task):
            self._leave(id_, None if task.cancelled() else task.exception())

    def _leave(self, id_: str, fault: BaseException | None) -> None:
        """Its place is another's."""
        del self._running[id_]
        self._busy.pop(id_, None)
        if (end := self._ends.pop(id_, None)) is not None:
            end.cancel()
        self._checking(id_, False)
        if not self._stopped:
            if id_ in self._again:
                self._again.discard(id_)
                self._schedule.set(id_, self._clock.monotonic())
            self._ended(id_, fault)
            self._fill()
            self._arm_soon()
