"""The file in the writer's hands: opened when it can be, written a batch at a time, kept tidy."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from trayapp.history.faults import WrittenByNewer, is_damage, is_ours, keeps_connection
from trayapp.history.ledger import Ledger
from trayapp.history.opening import is_damaged, open_for_writing, set_aside
from trayapp.history.pruning import KEPT_FOR, prune, reclaim
from trayapp.history.waiting import Batch, Request

log = logging.getLogger("trayapp.history")

_TIDY_EVERY = 3_600_000


class Store:
    """One history file and the connection to it, for one thread. Raises what SQLite and the disk raise.

    `notice` is a sentence once something that was there is not in the history any more, or may not be touched.
    A result or a request that is itself at fault is told to `on_fault` and left out; the others are written.
    """

    def __init__(self, path: Path, clock: Callable[[], int], on_fault: Callable[[BaseException], None]) -> None:
        self.path = path
        self.notice: str | None = None
        self._clock = clock
        self._on_fault = on_fault
        self._ledger: Ledger | None = None
        self._identity: tuple[int, int] | None = None
        self._newer: WrittenByNewer | None = None
        self._tidy_at = 0

    @property
    def is_open(self) -> bool:
        return self._ledger is not None

    def open(self) -> Ledger:
        """The ledger; opened anew where the file was closed, moved or deleted. WrittenByNewer is final."""
        if self._newer is not None:
            raise self._newer
        if self._ledger is not None and self._identity != _identity(self.path):
            # SQLite would go on writing into a file that has no name any more, without an error.
            self.close()
            self._note(f"{self.path.name} was taken away while in use: what it held before is not remembered.")
        if self._ledger is None:
            try:
                connection, notice = open_for_writing(self.path, self._clock())
            except WrittenByNewer as newer:
                self._newer = newer
                self._note(str(newer))
                raise
            self._ledger = Ledger(connection)
            self._identity = _identity(self.path)
            if notice:
                self._note(notice)
        return self._ledger

    def write(self, batch: Batch) -> None:
        """Everything in one transaction. Requests are answered when it is on the disk."""
        answers: list[tuple[Request[Any], Any]] = []
        with self._given_up_on_error():
            ledger = self.open()
            with ledger.transaction(durable=bool(batch.requests)):
                for result in batch.results:
                    with self._left_out_if_at_fault():
                        ledger.append(result)
                for request in batch.requests:
                    with self._left_out_if_at_fault(request), ledger.attempt():
                        answers.append((request, request.do(ledger)))
        for request, answer in answers:
            request.succeed(answer)

    def tidy(self) -> None:
        """Delete a slice of what is too old, if an hour has gone by or the last slice left some."""
        now = self._clock()
        if now < self._tidy_at:
            return
        with self._given_up_on_error():
            ledger = self.open()
            with ledger.transaction(durable=False):
                finished = prune(ledger, now - KEPT_FOR)
            reclaim(ledger)
        if finished:
            self._tidy_at = now + _TIDY_EVERY

    def close(self) -> None:
        """Close the file; SQLite then brings the write-ahead log home. `write` opens it again."""
        if self._ledger is not None:
            ledger, self._ledger = self._ledger, None
            ledger.connection.close()

    def _note(self, notice: str) -> None:
        log.warning("%s", notice)
        self.notice = notice

    @contextmanager
    def _given_up_on_error(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if is_damage(error):
                self.close()
                if not is_damaged(self.path):
                    raise
                aside = set_aside(self.path, self._clock())
                self._note(f"{self.path.name} was damaged: it is kept as {aside.name}, and a new history was begun.")
            elif not keeps_connection(error):
                self.close()
            raise

    @contextmanager
    def _left_out_if_at_fault(self, request: Request[Any] | None = None) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            if not is_ours(error):
                raise
            self._on_fault(error)
            if request is not None:
                request.fail(error)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
