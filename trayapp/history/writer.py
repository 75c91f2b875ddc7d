"""The history as the rest of the program knows it: leave something, and it is remembered.

One daemon thread owns the one connection that writes and checkpoints. A disk that is full, slow or
gone is told in `trouble` and otherwise changes nothing: whoever leaves something goes on at once.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

from trayapp.core.news import NO_NOTES, Notes
from trayapp.core.words import CheckResult, Correction, Marker, Notification, Service, StatusChange, Telling
from trayapp.history import adopting, corrections, markers, registry
from trayapp.history.adopting import Bequest, Gap
from trayapp.history.faults import HistoryUnavailable, is_ours, may_pass_at_once, sentence
from trayapp.history.ledger import Ledger
from trayapp.history.memory import Remembered, recall
from trayapp.history.registry import Registration
from trayapp.history.sessions import Presence
from trayapp.history.store import Store
from trayapp.history.waiting import Batch, Request, Waiting

log = logging.getLogger("trayapp.history")

T = TypeVar("T")


def wall_clock() -> int:
    """Milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


class History:
    """Opens the file at `path`, creating or migrating it, and owns the thread that writes it.

    `on_fault` is told, in that thread, of every fault of ours; none ends the thread.
    `company` is how long a result waits for others, `retry` how long a failed write waits, in seconds.
    While it is open that is a session of this `version` of Watchbell, unless nobody is `watching`.

    A future that fails says that its write is not on disk *now*; it stays in memory, in its place, and is
    written as soon as writing works again. Only a fault of ours, a file of a newer Watchbell, and close()
    make that final.
    """

    def __init__(
        self,
        path: Path,
        *,
        on_fault: Callable[[BaseException], None],
        clock: Callable[[], int] = wall_clock,
        company: float = 1.0,
        retry: float = 5.0,
        version: str = "",
        watching: bool = True,
    ) -> None:
        self._on_fault = on_fault
        self._clock = clock
        self._retry = retry
        self._waiting = Waiting(company)
        presence = Presence(clock(), version) if watching else None
        self._store = Store(path, clock, on_fault, presence)
        self._passing: str | None = None
        self._tried_to_open = threading.Event()
        self._complete = False
        self._thread = threading.Thread(target=self._run, name="history", daemon=True)
        self._thread.start()

    def open(self, timeout: float) -> bool:
        """Wait until the file was opened; False if that failed (see `trouble`) or takes longer."""
        return self._tried_to_open.wait(timeout) and self._store.is_open

    @property
    def trouble(self) -> str | None:
        """What is wrong with the storage, as a sentence. Safe from any thread."""
        return self._passing or self._store.notice or self._store.strain

    def keep_for(self, milliseconds: int) -> None:
        """Keep single checks so long, at least a day; what they amounted to stays. Safe from any thread.

        Before anybody has said so they are kept for ever: who opens a history only to write a word deletes nothing.
        """
        self._store.keep_for(milliseconds)

    def record(self, result: CheckResult) -> None:
        """Remember one result. Never waits; on disk within about `company` seconds."""
        self._waiting.add_result(result)

    def commit(
        self,
        changes: Sequence[StatusChange] = (),
        tellings: Sequence[Telling] = (),
        notifications: Sequence[Notification] = (),
        notes: Notes = NO_NOTES,
    ) -> Future[None]:
        """Write these at once, in one transaction with all results left before. Done when no power cut can undo it."""
        decided, told, shown = tuple(changes), tuple(tellings), tuple(notifications)
        return self._ask(lambda ledger: ledger.commit(decided, told, shown, notes, self._clock()))

    def attempted(self, notification: int) -> Future[None]:
        """Somebody is about to be asked to show it: after a crash it may have been seen."""
        return self._ask(lambda ledger: ledger.attempted(notification, self._clock()))

    def delivered(self, notification: int) -> Future[None]:
        """It was shown, or needs no showing any more."""
        return self._ask(lambda ledger: ledger.delivered(notification, self._clock()))

    def set_paused(self, until: int | None, service: str | None = None) -> Future[None]:
        """This service, or with None the whole engine, is paused until then; None: it goes on."""
        return self._ask(lambda ledger: ledger.set_paused(until, service, self._clock()))

    def register(self, services: Sequence[Service], at: int) -> Future[Registration]:
        """Write down what is watched from `at` on, and learn what is new, what dials another target, what is missing.

        Of what is new and what has changed the timeline is UNKNOWN ("new", "changed") from `at` on, and an open
        incident on the former target is closed.
        """
        watched = tuple(services)
        return self._ask(lambda ledger: registry.register(ledger, watched, at))

    def remove(self, services: Iterable[str], at: int) -> Future[None]:
        """These are watched no longer, from `at` on. An open incident closes as "removed"; the past stays."""
        gone = tuple(services)
        return self._ask(lambda ledger: registry.remove(ledger, gone, at))

    def remembered(self, services: Sequence[Service]) -> Future[Remembered]:
        """What is to be believed again after a start. Use Remembered.nothing(now) if this fails."""
        asked = tuple(services)
        return self._ask(lambda ledger: recall(ledger.connection, asked, self._clock()), lasting=False)

    def correct(self, incident: int, verdict: str, note: str = "") -> Future[Correction]:
        """The user says that this incident was a "false alarm" or "maintenance". Impossible: there is no such incident.

        This, its undoing and markers are not tried again: whoever asked is told that it failed, and may ask again.
        """
        return self._ask(
            lambda ledger: corrections.correct(ledger.connection, incident, verdict, note, self._clock()), lasting=False
        )

    def undo_correction(self, incident: int) -> Future[Correction | None]:
        """What was seen of this incident counts again; None: nothing was corrected. Impossible: no such incident."""
        return self._ask(lambda ledger: corrections.undo(ledger.connection, incident, self._clock()), lasting=False)

    def mark(self, text: str, services: Sequence[str], at: int) -> Future[Marker]:
        """Somebody changed this at that moment, at these services or, where none is named, at all of them."""
        named = tuple(services)
        return self._ask(lambda ledger: markers.mark(ledger.connection, text, named, at, self._clock()), lasting=False)

    def gaps(self) -> Future[dict[str, list[Gap]]]:
        """Of every service that is known here: where nothing is known of it, and a past may be brought along."""
        return self._ask(lambda ledger: adopting.all_gaps(ledger.connection), lasting=False)

    def adopt(self, bequests: Sequence[Bequest], kept_for: int) -> Future[None]:
        """A past that others saw takes its place, in one transaction; not tried again. Nobody is told of it.

        Single checks of the last `kept_for` ms stay single.
        """
        return self._ask(lambda ledger: adopting.adopt(ledger, bequests, self._clock(), kept_for), lasting=False)

    def close(self, timeout: float) -> bool:
        """Write what is left and close the file, in at most this many seconds; True if all was written."""
        self._waiting.close(timeout / 2)  # the other half is for closing the file
        self._thread.join(timeout)
        return self._complete

    def _ask(self, do: Callable[[Ledger], T], *, lasting: bool = True) -> Future[T]:
        request = Request(do, lasting)
        self._waiting.add_request(request)
        return request.future

    def _run(self) -> None:
        self._guard(self._store.open)
        self._tried_to_open.set()
        while (batch := self._waiting.take()) is not None:
            self._write(batch)
        left = self._waiting.give_up()
        for request in left.requests:
            request.fail(HistoryUnavailable("The history was closed before this could be written."))
        self._complete = self._guard(self._store.end) is None and not left.results and not left.requests

    def _write(self, batch: Batch) -> None:
        error = self._guard(lambda: self._write_trying_twice(batch))
        if error is None:
            if self._passing is not None:
                log.info("history is written again")
                self._passing = None
            self._guard(lambda: self._store.tidy(len(batch.results)))
            return
        for request in batch.requests:
            request.fail(error)
        if not (is_ours(error) or isinstance(error, HistoryUnavailable)):
            self._waiting.put_back(batch, self._retry)

    def _write_trying_twice(self, batch: Batch) -> None:
        """A fault that passes at once, as a second attempt shows, costs nobody anything: not the memory of a start."""
        try:
            self._store.write(batch)
        except (sqlite3.Error, OSError) as error:
            if not may_pass_at_once(error):
                raise
            log.info("history is written at a second attempt: %s", error)
            self._store.write(batch)

    def _guard(self, act: Callable[[], object]) -> BaseException | None:
        """Do it, and let no error end the thread: one of the storage is `trouble`, one of ours goes to `on_fault`."""
        try:
            act()
        except BaseException as error:  # noqa: BLE001 (it is told, and the caller is given it)
            self._suffer(error)
            return error
        return None

    def _suffer(self, error: BaseException) -> None:
        if is_ours(error):
            self._on_fault(error)
        elif not isinstance(error, HistoryUnavailable):
            told = sentence(error, self._store.path)
            if told != self._passing:
                log.warning("%s (%s)", told, error)
            self._passing = told
