"""Reading around what can not be read: from both ends, then from places between them.

Nobody knows how long a damaged stretch is. Between two places that were reached the middle is tried, and the middles
of its halves; where only one side was reached, places at twice the distance from it each time.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Generator, Iterator
from itertools import islice
from typing import Any, NamedTuple

_ROWS = 500
_TRIES = 128
"""How many places between the ends are tried."""

_ON_A_PAGE = 60
"""Rows that a page of ours holds, about: what is lost where nothing behind the damage can be reached."""

Row = tuple[Any, ...]
Placed = Iterator[tuple[int, Row]]
Read = Callable[[int, int, bool], Placed]


class Stretch(NamedTuple):
    """Two places at which reading ended, and whether they were reached from outside."""

    low: int
    high: int
    from_below: bool
    from_above: bool


class Stretches:
    """The rows of one table or of one service in it, a piece at a time; some come twice.

    `read(low, high, backwards)` yields rows with their places in order, and raises sqlite3.Error where it can not go
    on. `dense`: every place is taken, as ids are. Once all were yielded `lost` is about how many were not to be had,
    and `blind` says that nobody knows.
    """

    def __init__(self, read: Read, last: int, *, dense: bool = False) -> None:
        self._read, self._last, self._dense = read, last, dense
        self._known: list[tuple[int, int]] = []
        self._places: set[int] = set()
        self._taken = 0
        self._whole = False
        self.lost = 0
        self.blind = False

    def __iter__(self) -> Iterator[list[Row]]:
        low = yield from self._on(0, self._last, backwards=False)
        if self._whole:
            return
        high = yield from self._on(low, self._last, backwards=True)
        if not self._whole:
            yield from self._between(Stretch(low, high, low > 0 or self._dense, high < self._last))
            self._estimate()

    def _between(self, all_of_it: Stretch) -> Iterator[list[Row]]:
        waiting, distance = deque([all_of_it]), 1
        for _ in range(_TRIES):
            if not waiting:
                return
            stretch = waiting.popleft()
            low, high, from_below, from_above = stretch
            if high - low < 2:
                continue
            one_sided = from_below is not from_above
            middle = (low + high) // 2
            if one_sided:
                middle = low + distance if from_below else high - distance
                distance *= 2
                if not low < middle < high:
                    continue
            known = len(self._known)
            up = yield from self._on(middle, high, backwards=False)
            down = yield from self._on(low, middle, backwards=True)
            if one_sided and len(self._known) == known:
                waiting.append(stretch)  # nothing yet: further away
                continue
            waiting += (Stretch(low, down, True, True), Stretch(up, high, True, True))

    def _on(self, low: int, high: int, *, backwards: bool) -> Generator[list[Row], None, int]:
        """Read from one end of a stretch, which is where reading ends if it finds nothing; returns where it ended."""
        place = begin = high if backwards else low
        rows = self._read(low, high, backwards)
        while True:
            piece: list[tuple[int, Row]] = []
            fails = False
            try:
                for row in islice(rows, _ROWS):
                    piece.append(row)
            except sqlite3.Error:
                fails = True
            if piece:
                place = piece[-1][0]
                self._places |= {piece[0][0], place}
                self._taken += len(piece)
                yield [row for _, row in piece]
            if fails or not piece:
                break
        self._whole = not fails
        if self._whole:
            place = low if backwards else high
        if place != begin:
            self._known.append((min(begin, place), max(begin, place)))
        return place

    def _estimate(self) -> None:
        """By how closely the known rows stand, how many are missing between them."""
        if not self._taken:
            self.blind = True
            return
        first, last = min(self._places), max(self._places)
        seen, reached = 1, 0
        gaps: list[int] = []
        for low, high in [*sorted(self._known), (self._last, self._last)]:
            gaps += [low - reached] if low > reached else []
            seen += max(0, min(high, last) - max(low, reached, first))
            reached = max(reached, high)
        share = 1.0 if self._dense else self._taken / seen
        self.lost = sum(_ON_A_PAGE if gap > last - first else max(1, round(share * gap)) for gap in gaps)
