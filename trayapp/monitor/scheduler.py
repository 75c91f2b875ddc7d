"""What is due: one heap, and the spreading of starts over time."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

GOLDEN = 0.618_033_988_749_895
"""Multiples of the golden ratio, modulo one, fill an interval evenly however many there are."""

FIRST_SPACING = 0.02
"""Seconds between two first checks: at most 50 new connections a second, unless the services' beat takes more."""


@dataclass(frozen=True, slots=True)
class Start:
    """When a service's first check is due, in seconds from now, and how long after that its second."""

    first: float
    then: float


def starts(intervals: Mapping[str, float]) -> dict[str, Start]:
    """How services with these intervals (in seconds) begin: each is asked once within its own interval, and those that
    begin with it before any has its second turn, if it has time for that. The most often asked come first.
    """
    spacing = min(FIRST_SPACING, 1 / (sum(1 / every for every in intervals.values()) or 1))
    span = len(intervals) * spacing
    found = {}
    for place, id_ in enumerate(sorted(intervals, key=intervals.__getitem__)):
        every, first = intervals[id_], place * spacing
        # Many are spread over their beat by being many; few are spread over what is left of it.
        then = every if span > every / 2 else span - first + phase(place) * (every - span)
        found[id_] = Start(first, then)
    return found


class Schedule:
    """Services by the moment they are due, in seconds on a monotonic clock.

    Moving or removing one leaves its old entry in the heap, recognised by its number and dropped
    when it surfaces, so every operation costs O(log n).
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, str]] = []
        self._current: dict[str, tuple[float, int]] = {}
        self._numbers = itertools.count()

    def set(self, service: str, due: float) -> None:
        """Put the service at `due`, wherever it was before."""
        number = next(self._numbers)
        self._current[service] = (due, number)
        heapq.heappush(self._heap, (due, number, service))

    def remove(self, service: str) -> None:
        self._current.pop(service, None)

    def due(self, service: str) -> float | None:
        entry = self._current.get(service)
        return entry[0] if entry else None

    def earliest(self) -> float | None:
        """When the next service is due, or None when none is."""
        self._drop_stale()
        return self._heap[0][0] if self._heap else None

    def take(self, now: float) -> Iterator[tuple[str, float]]:
        """Remove and yield what is due at `now`, the longest overdue first, with its moment."""
        while True:
            self._drop_stale()
            if not self._heap or self._heap[0][0] > now:
                return
            due, _, service = heapq.heappop(self._heap)
            del self._current[service]
            yield service, due

    def _drop_stale(self) -> None:
        while self._heap:
            _, number, service = self._heap[0]
            entry = self._current.get(service)
            if entry is not None and entry[1] == number:
                return
            heapq.heappop(self._heap)


def phase(index: int) -> float:
    """Where in its interval the index-th service belongs, in (0, 1]: even for any number of services."""
    return 1.0 - (index * GOLDEN) % 1.0
