"""Standard output with a thread of its own: a reader that stops reading holds up nobody but itself."""

from __future__ import annotations

import os
import queue
import sys
import threading
from collections.abc import Callable

BACKLOG = 10_000
"""Lines kept for a reader that does not read; what comes after them is lost, and said to be."""


class Output:
    """Lines for whoever reads us, UTF-8. `line` may be called from any thread and never waits.

    `lost` is called once, in the writing thread, when nothing can be written any more: with an empty
    sentence when the reader left, which is no fault.
    """

    def __init__(self, lost: Callable[[str], None], descriptor: int | None = None) -> None:
        self._lost = lost
        self._descriptor = sys.stdout.fileno() if descriptor is None else descriptor
        self._lines: queue.Queue[str | None] = queue.Queue(BACKLOG)
        self.dropped = 0
        """Lines that found the backlog full."""
        self.failed = False
        self._thread = threading.Thread(target=self._write_all, name="output", daemon=True)
        self._thread.start()

    def line(self, text: str) -> None:
        try:
            self._lines.put_nowait(text)
        except queue.Full:
            self.dropped += 1

    def close(self, patience: float) -> None:
        """Write what waits, for at most so many seconds."""
        try:
            self._lines.put_nowait(None)
        except queue.Full:
            return
        self._thread.join(patience)

    def _write_all(self) -> None:
        # Past sys.stdout, whose lock a hung write would hold: the interpreter could not end then.
        while (text := self._lines.get()) is not None:
            left = text.encode("utf-8", "backslashreplace") + b"\n"
            try:
                while left:
                    left = left[os.write(self._descriptor, left) :]
            except OSError as fault:
                self.failed = True
                self._lost("" if isinstance(fault, BrokenPipeError) else f"cannot write: {fault.strerror}")
                return
