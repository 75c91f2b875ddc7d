"""When what is true is shown: soon after it changed, and what changes together is shown together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

AT_ONCE = 0.05
"""Seconds in which changes gather into one snapshot."""

IN_TIME = 1.0
"""The same while only figures moved: nobody reads them faster, and every snapshot wakes the screen."""


class Publishing:
    """Calls `publish` when it is time to. Belongs to one asyncio loop."""

    def __init__(self, publish: Callable[[], None]) -> None:
        self._publish = publish
        self._timer: asyncio.TimerHandle | None = None
        self._stopped = False

    def ask(self, within: float = AT_ONCE) -> None:
        """Something changed: publish within so many seconds."""
        if self._stopped:
            return
        loop = asyncio.get_running_loop()
        if self._timer is not None:
            if self._timer.when() <= loop.time() + within:
                return
            self._timer.cancel()
        self._timer = loop.call_later(within, self._now)

    def stop(self) -> None:
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()

    def _now(self) -> None:
        self._timer = None
        self._publish()
