"""A thread of its own for something that may hang: callers wait as long as they like, and the program never has to."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

Result = TypeVar("Result")


class Lane:
    """Does one piece of work after another in one daemon thread, which begins with the first.

    Work whose future was cancelled before its turn is left out. What a piece of work raises is
    raised by its future.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._waiting: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._began: float | None = None

    def submit(self, work: Callable[[], Result]) -> Future[Result]:
        """Queues a piece of work; from any thread."""
        future: Future[Result] = Future()
        self._waiting.put((work, future))
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
        return future

    @property
    def held_for(self) -> float:
        """Seconds that the piece of work in hand has taken until now; 0 when there is none."""
        began = self._began
        return 0.0 if began is None else time.monotonic() - began

    def _run(self) -> None:
        while True:
            work, future = self._waiting.get()
            if not future.set_running_or_notify_cancel():
                continue
            self._began = time.monotonic()
            try:
                future.set_result(work())
            except BaseException as error:  # noqa: BLE001  (whoever waits for the future gets it)
                future.set_exception(error)
            finally:
                self._began = None
                del work, future  # they may hold a secret until the next piece comes
