"""The availability strips: what history says of each service over the chosen range.

Strips are read in the GUI thread, because one read is short: only those of visible rows, a few
at a time between two events, and again when a status changes or a minute has passed.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from trayapp.core import timeline
from trayapp.core.words import Incident, Segment, Status
from trayapp.history.faults import HistoryUnavailable

SLICE_S = 0.008
"""Reading goes on no longer than this before the event loop has its turn."""

AT_ONCE = 8
"""Services in one question to history."""

log = logging.getLogger(__name__)


class Past(Protocol):
    """What strips need of history; `history.queries.Reader` has it."""

    def timelines(
        self, services: Sequence[str], since: int, until: int, now: int, /
    ) -> Mapping[str, Sequence[Segment]]: ...

    def incidents(self, since: int, until: int, service: str | None = None, /) -> Sequence[Incident]: ...


@dataclass(frozen=True, slots=True)
class Range:
    """A stretch of time up to now that strips can show, in cells of a span that a person can name."""

    label: str
    words: str
    span: int
    cells: int


HOUR = 3_600_000
DAY = 24 * HOUR
RANGES = (
    Range("24 h", "24 hours", DAY, 48),
    Range("7 d", "7 days", 7 * DAY, 28),
    Range("30 d", "30 days", 30 * DAY, 30),
    Range("90 d", "90 days", 90 * DAY, 45),
    Range("1 y", "52 weeks", 52 * 7 * DAY, 52),
)


@dataclass(frozen=True, slots=True)
class Strip:
    """One service over one range: what the whole of it holds, each cell, and how each cell looks.

    A cell's look is its status and the share of it, 0 to 1, of which we can say what it was.
    """

    range: Range
    since: int
    until: int
    tally: timeline.Tally
    cells: tuple[timeline.Cell, ...]
    looks: tuple[tuple[Status, float], ...]


class Strips(QObject):
    """The strips of the chosen range; `read` tells whose has just been read."""

    read = Signal(str)

    def __init__(self, past: Past, clock: Callable[[], int], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._past = past
        self._clock = clock
        self._range = RANGES[0]
        self._strips: dict[str, Strip] = {}
        self._stale: set[str] = set()
        self._wanted: dict[str, None] = {}
        self._turn = QTimer(self, singleShot=True, interval=0)
        self._turn.timeout.connect(self._read_some)

    @property
    def range(self) -> Range:
        return self._range

    def choose(self, chosen: Range) -> None:
        """Show another range."""
        self._range = chosen
        self._strips.clear()
        self._wanted.clear()

    def of(self, service: str) -> Strip | None:
        """The strip of a service, None until it has been read; asking for it makes it be read."""
        if service in self._stale or service not in self._strips:
            self._wanted[service] = None
            if not self._turn.isActive():
                self._turn.start()
        return self._strips.get(service)

    def age(self, services: Collection[str] | None = None) -> None:
        """What is known of these services, or of all, is old: it is read again when it is next asked for."""
        self._stale.update(self._strips if services is None else services)

    def incidents(self, service: str, since: int, until: int) -> Sequence[Incident]:
        """The incidents that touch a stretch of time; none where history cannot be read now."""
        try:
            return self._past.incidents(since, until, service)
        except HistoryUnavailable as fault:
            log.info("no incidents to show: %s", fault)
            return ()

    @Slot()
    def _read_some(self) -> None:
        enough = time.monotonic() + SLICE_S
        while self._wanted and time.monotonic() < enough:
            services = list(islice(self._wanted, AT_ONCE))
            for service, strip in self._read(services).items():
                del self._wanted[service]
                self._strips[service] = strip
                self._stale.discard(service)
                self.read.emit(service)
        if self._wanted:
            self._turn.start()

    def _read(self, services: Sequence[str]) -> Mapping[str, Strip]:
        until = self._clock()
        since = until - self._range.span
        try:
            timelines = self._past.timelines(services, since, until, until)
        except HistoryUnavailable as fault:
            log.info("no strips to show: %s", fault)
            timelines = dict.fromkeys(services, ())  # nothing observed, until the next minute's try
        return {service: self._strip(timelines[service], since, until) for service in services}

    def _strip(self, segments: Sequence[Segment], since: int, until: int) -> Strip:
        cells = tuple(timeline.cells(segments, since, until, self._range.cells))
        looks = tuple((cell.status, 1 - cell.tally.unknown / cell.tally.total) for cell in cells)
        return Strip(self._range, since, until, timeline.tally(segments, since, until), cells, looks)
