"""What waits to be written: where the callers' threads and the writer's meet.

A caller leaves something and goes on. The writer sleeps until there is something to do: a request
wakes it at once, a result may wait a little for company.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import chain
from time import monotonic
from typing import Any, Generic, TypeVar

from trayapp.core.words import CheckResult
from trayapp.history.faults import HistoryUnavailable
from trayapp.history.ledger import Ledger

MOST_RESULTS = 100_000
"""Results kept while nothing can be written, the newest: a day of 70 services, some 60 MB."""

MOST_REQUESTS = 50_000
"""Requests kept, the newest: more than ten thousand services that fail at once have to say, some 50 MB."""

_BATCH = 10_000

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Request(Generic[T]):
    """Something to do in the writer's next transaction, and who waits for it.

    `lasting`: it has to be done even when its caller has been told that it could not be done now.
    """

    do: Callable[[Ledger], T]
    lasting: bool
    future: Future[T] = field(default_factory=Future)

    def __post_init__(self) -> None:
        # From here on nobody can cancel it: an answer always finds somebody who takes it.
        self.future.set_running_or_notify_cancel()

    def succeed(self, answer: T) -> None:
        if not self.future.done():
            self.future.set_result(answer)

    def fail(self, error: BaseException) -> None:
        if not self.future.done():
            self.future.set_exception(error)


@dataclass(frozen=True, slots=True)
class Batch:
    """What goes into one transaction: the results, then the requests."""

    results: tuple[CheckResult, ...]
    requests: tuple[Request[Any], ...]


class Waiting:
    """Two bounded queues. `company` is how long, in seconds, the first result waits for others."""

    def __init__(self, company: float) -> None:
        self._company = company
        self._changed = threading.Condition()
        self._results: deque[CheckResult] = deque(maxlen=MOST_RESULTS)
        self._requests: deque[Request[Any]] = deque(maxlen=MOST_REQUESTS)
        self._due: float | None = None
        self._closed_until: float | None = None

    def add_result(self, result: CheckResult) -> None:
        """Leave a result. Where too many wait, the oldest is forgotten."""
        with self._changed:
            self._results.append(result)
            if self._due is None:
                self._due = monotonic() + self._company
                self._changed.notify()

    def add_request(self, request: Request[Any]) -> None:
        """Leave a request, to be tried at once. It fails if the queue is closed; if it is full, the oldest does."""
        with self._changed:
            if self._closed_until is not None:
                refused: Request[Any] | None = request
                why = "The history is closed."
            else:
                refused = self._requests.popleft() if len(self._requests) == MOST_REQUESTS else None
                why = "Too much waits to be written."
                self._requests.append(request)
                self._due = monotonic()
                self._changed.notify()
        if refused is not None:
            refused.fail(HistoryUnavailable(why))

    def take(self) -> Batch | None:
        """Wait for the next batch; None once the queue is closed and empty, or its time is over."""
        with self._changed:
            while True:
                now = monotonic()
                if self._closed_until is not None and (self._due is None or now >= self._closed_until):
                    return None
                if self._due is not None and self._due <= now:
                    return self._next_batch(now)
                ends = [moment for moment in (self._due, self._closed_until) if moment is not None]
                self._changed.wait(min(ends) - now if ends else None)

    def _next_batch(self, now: float) -> Batch:
        results = tuple(self._results.popleft() for _ in range(min(_BATCH, len(self._results))))
        # Requests are to find all results before them already written.
        requests = () if self._results else tuple(self._requests)
        if requests:
            self._requests.clear()
        self._due = now if self._results or self._requests else None
        return Batch(results, requests)

    def put_back(self, batch: Batch, seconds: float) -> None:
        """It could not be written: keep it, and try again after this time or with the next request."""
        with self._changed:
            self._results = _in_front(batch.results, self._results)
            self._requests = _in_front((r for r in batch.requests if r.lasting), self._requests)
            if self._due is None and (self._results or self._requests):
                self._due = monotonic() + (seconds if self._closed_until is None else min(seconds, 0.1))

    def close(self, seconds: float) -> None:
        """Let the writer finish at once, within this time."""
        with self._changed:
            now = monotonic()
            self._closed_until = now + seconds
            if self._due is not None:
                self._due = now
            self._changed.notify()

    def give_up(self) -> Batch:
        """Everything that is left when the writer has ended."""
        with self._changed:
            batch = Batch(tuple(self._results), tuple(self._requests))
            self._results.clear()
            self._requests.clear()
            return batch


def _in_front(first: Iterable[T], rest: deque[T]) -> deque[T]:
    return deque(chain(first, rest), rest.maxlen)
