"""Faults of our own: logged with their traceback, counted, shown once, and never taken for somebody's outage."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any


class Faults:
    """Every exception that nobody caught, from any thread, task, slot or destructor."""

    def __init__(self, logger: logging.Logger | None = None) -> None:
        self._logger = logger or logging.getLogger("trayapp.faults")
        self._lock = threading.Lock()
        self._subscribers: list[Callable[[str], None]] = []
        self.count = 0
        self.sentence = ""
        """What a person is told, empty while all is well. Names the kind of fault only: messages may hold secrets."""

    def subscribe(self, told: Callable[[str], None]) -> None:
        """`told` is called with the new sentence after each fault, in whichever thread it happened."""
        with self._lock:
            self._subscribers.append(told)

    def record(self, error: BaseException, where: str) -> None:
        """Log, count and tell one fault. `where` ends the phrase "KeyError in …"."""
        kind = type(error).__name__
        with self._lock:
            self.count += 1
            times = f", the latest of {self.count}" if self.count > 1 else ""
            self.sentence = sentence = f"Watchbell has a problem: {kind} in {where}{times}. The log has the details."
            subscribers = tuple(self._subscribers)
        self._logger.error("%s in %s", kind, where, exc_info=error)
        for told in subscribers:
            try:
                told(sentence)
            except Exception:
                self._logger.exception("a subscriber to faults failed itself")

    def install(self) -> None:
        """Hear of every exception that would otherwise end a thread or be printed and forgotten."""
        sys.excepthook = self._uncaught
        threading.excepthook = self._uncaught_in_thread
        sys.unraisablehook = self._unraisable

    def loop_handler(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """For `loop.set_exception_handler`: tasks nobody awaited and callbacks that raised."""
        error = context.get("exception")
        if isinstance(error, BaseException):
            self.record(error, f"the monitor's loop ({context.get('message', 'no message')})")
        else:
            self._logger.warning("asyncio: %s", context.get("message"))

    def _uncaught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        # PySide6 sends exceptions of slots here and goes on; anywhere else the program ends, and must not do so mutely.
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        self.record(error, f"the {threading.current_thread().name} thread")
        if sys.stderr is not None:
            sys.stderr.write(f"watchbell: {self.sentence}\n")

    def _uncaught_in_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
            self.record(args.exc_value, f"the {args.thread.name if args.thread else 'nameless'} thread")

    def _unraisable(self, args: sys.UnraisableHookArgs) -> None:
        if args.exc_value is not None:
            self.record(args.exc_value, f"{args.err_msg or 'a destructor'} ({type(args.object).__name__})")
