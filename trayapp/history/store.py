"""The file in the writer's hands: opened when it can be, written a batch at a time, kept tidy."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from trayapp.core.words import FOR_EVER
from trayapp.history.extent import crowded
from trayapp.history.faults import Damaged, Impossible, WrittenByNewer, is_damage, is_ours, keeps_connection
from trayapp.history.hours import DAY
from trayapp.history.ledger import Ledger
from trayapp.history.opening import begin_anew, is_damaged, open_for_writing
from trayapp.history.seals import Inspection
from trayapp.history.sessions import Presence
from trayapp.history.tidying import Tidying, reclaim, slice_after
from trayapp.history.waiting import Batch, Request

log = logging.getLogger("trayapp.history")

_TIDY_EVERY = 3_600_000


class Store:
    """One history file and the connection to it, for one thread. Raises what SQLite and the disk raise.

    `notice` is a sentence once something that was there is not in the history any more, or may not be touched.
    A result or a request that is itself at fault is told to `on_fault` and left out; the others are written.
    `strain` is a sentence while something keeps the file from being what it should be, though everything is written.
    `kept_for` is how long (ms) single checks are kept: for ever, until somebody says otherwise.
    """

    def __init__(
        self,
        path: Path,
        clock: Callable[[], int],
        on_fault: Callable[[BaseException], None],
        presence: Presence | None = None,
    ) -> None:
        self.path = path
        self.notice: str | None = None
        self.strain: str | None = None
        self.kept_for = FOR_EVER
        self._clock = clock
        self._on_fault = on_fault
        self._ledger: Ledger | None = None
        self._identity: tuple[int, int] | None = None
        self._newer: WrittenByNewer | None = None
        self._presence = presence
        self._tidying = Tidying()
        self._tidy_at = 0
        self._inspection = Inspection()

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
                if self._presence is not None:
                    self._presence.note(ledger.connection, self._clock())
                for result in batch.results:
                    with self._left_out_if_at_fault():
                        ledger.append(result)
                for request in batch.requests:
                    with self._left_out_if_at_fault(request), ledger.attempt():
                        answers.append((request, request.do(ledger)))
        for request, answer in answers:
            request.succeed(answer)

    def tidy(self, written: int) -> None:
        """Pack, sum up and delete a slice of what is old, if an hour has gone by or the last slice left some.

        `written` is how many results came in since the last time.
        """
        self.strain = crowded(self.path)
        self._inspect()
        now = self._clock()
        if self._tidy_at - _TIDY_EVERY <= now < self._tidy_at:  # sooner than that the clock was set back
            return
        with self._given_up_on_error():
            ledger = self.open()
            with ledger.transaction(durable=False):
                finished = self._tidying.go_on(ledger, now, kept_for := self.kept_for, slice_after(written))
            settled = reclaim(ledger)
        if finished and settled and kept_for == self.kept_for:
            self._tidy_at = now + _TIDY_EVERY

    def _inspect(self) -> None:
        with self._given_up_on_error():
            found = self._inspection.go_on(self.open().connection)
        if found:
            self._note(found)

    def keep_for(self, milliseconds: int) -> None:
        """From the next write on single checks are kept so long, at least a day. From any thread."""
        self.kept_for = max(DAY, milliseconds)
        self._tidy_at = 0

    def end(self) -> None:
        """End the session, and close the file. A file that does not take that any more says when it was last seen."""
        if self._presence is not None and self._ledger is not None:
            try:
                with self._ledger.transaction(durable=False):
                    self._presence.end(self._ledger.connection, self._clock())
            except (sqlite3.Error, OSError) as error:
                log.info("the end of the session is not noted: %s", error)
        self.close()

    def close(self) -> None:
        """Close the file; SQLite then brings the write-ahead log home. `write` opens it again."""
        if self._ledger is not None:
            ledger, self._ledger = self._ledger, None
            ledger.connection.close()

    def _note(self, notice: str) -> None:
        log.warning("%s", notice)
        self.notice = f"{self.notice} {notice}" if self.notice else notice

    @contextmanager
    def _given_up_on_error(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if self._presence is not None:
                self._presence.forget()
            if is_damage(error):
                self.close()
                if not is_damaged(self.path):
                    raise
                self._note(begin_anew(self.path, self._clock(), Damaged()))
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
            if not isinstance(error, Impossible):
                self._on_fault(error)
            if request is not None:
                request.fail(error)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
