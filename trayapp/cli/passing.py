"""How far a long command has come, on a terminal; a file or a pipe is told nothing of it."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

from trayapp.cli import show

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Passing:
    """One bar on standard error, for one step of a command after another; gone when the command ends."""

    def __init__(self) -> None:
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.progress import Progress  # noqa: PLC0415 - heavy; only a terminal needs it

            self._bar = Progress(console=show.console(stderr=True), transient=True)
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def begin(self, step: str, total: int | None) -> None:
        """The next step, which has so many parts; None: nobody knows."""
        if self._bar is not None:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._task = self._bar.add_task(step, total=total)

    def reach(self, part: int) -> None:
        """So many parts of the step are done."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=part)

    def reach_of(self, part: int, total: int) -> None:
        """So many parts of so many."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=part, total=total)
