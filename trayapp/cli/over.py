"""When watching is over, and why: a signal, the time given to it, or nobody to watch for."""

from __future__ import annotations

import queue
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = [number for name in ("SIGINT", "SIGTERM", "SIGHUP") if (number := getattr(signal, name, None)) is not None]


class Over:
    """Set by whoever is first, from any thread or signal handler; waited for by the main thread."""

    def __init__(self) -> None:
        # Of all that wakes another thread, only this may be used in a signal handler: an Event would lock itself.
        self._reasons: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.reason = "finished"
        self.lost: str | None = None
        """Set when nothing more can be printed: a sentence, or empty because the reader left."""

    @classmethod
    @contextmanager
    def at_signal(cls) -> Iterator[Over]:
        """Over at Ctrl+C, at a polite request to end, and when the terminal is closed."""
        over = cls()

        def heard(number: int, frame: FrameType | None) -> None:
            over.set("signal")

        before = {number: signal.signal(number, heard) for number in SIGNALS}
        try:
            yield over
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def set(self, reason: str) -> None:
        self._reasons.put(reason)

    def lose(self, sentence: str) -> None:
        """Nothing more can be printed."""
        self.lost = sentence
        self.set(sentence or "nobody reads any more")

    def wait(self, seconds: float | None, still: Callable[[], bool]) -> None:
        """Until it is over, the seconds have passed, or something is not so any more (looked at every second)."""
        end = None if seconds is None else time.monotonic() + seconds
        while still():
            left = 1.0 if end is None else min(1.0, end - time.monotonic())
            if left <= 0:
                return
            try:
                self.reason = self._reasons.get(timeout=left)
            except queue.Empty:
                continue
            return
