"""Maintenance windows and quiet hours: which stretches of time a rule means, in any zone and across its clock changes.

A rule speaks in the wall clock of a zone. A time that the clock skips (spring forward, a shifted
date line) begins at the first instant after the gap; one that the clock shows twice means the first.
Each occurrence happens once, and one with a length lasts that long in elapsed time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import takewhile
from typing import Protocol

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)

EVERY_DAY = frozenset(range(7))
LAST_DAY = -1
"""The last day of a month, whatever its number."""

FORESEEN = 40 * 86_400_000
"""Milliseconds: what goes on without a break for longer is said to end then, and looked at again."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time that a rule means: [start, end), never empty."""

    start: int
    end: int


class Rule(Protocol):
    """What maintenance and quiet hours repeat by."""

    def windows(self, after: int) -> Iterator[Window]:
        """The windows that end after this moment, in order of their starts; it may be endless."""
        ...


@dataclass(frozen=True, slots=True)
class Once:
    """One window, from a wall-clock time to another or for so many milliseconds."""

    begin: datetime
    lasting: datetime | int
    zone: tzinfo

    def windows(self, after: int) -> Iterator[Window]:
        window = _window(self.begin, self.lasting, self.zone)
        if window.end > after:
            yield window


@dataclass(frozen=True, slots=True)
class Repeated:
    """A window on every day that fits: from `at` on, for so many milliseconds or until the next such wall-clock time.

    A day fits by its weekday (0 is Monday), or where `monthdays` are given by its number in the month.
    None begins before `first` or at or after `beyond`.
    """

    at: time
    lasting: time | int
    zone: tzinfo
    weekdays: frozenset[int] = EVERY_DAY
    monthdays: frozenset[int] = frozenset()
    first: datetime | None = None
    beyond: datetime | None = None

    def windows(self, after: int) -> Iterator[Window]:
        for day in self._days(after):
            begin = datetime.combine(day, self.at)
            if self.beyond is not None and begin >= self.beyond:
                return
            if not self._fits(day) or (self.first is not None and begin < self.first):
                continue
            window = _window(begin, self._lasting(begin), self.zone)
            if window.end > after:
                yield window

    def _days(self, after: int) -> Iterator[date]:
        """Every day from one so early that its window is over by then, even where the zone lost or gained a day."""
        longest = self.lasting if isinstance(self.lasting, int) else 0
        day = (_EPOCH + (after - longest) * _MS).date() - 3 * _DAY
        if self.first is not None:
            day = max(day, self.first.date())
        while day < date.max:
            yield day
            day += _DAY

    def _fits(self, day: date) -> bool:
        if not self.monthdays:
            return day.weekday() in self.weekdays
        return day.day in self.monthdays or (LAST_DAY in self.monthdays and (day + _DAY).day == 1)

    def _lasting(self, begin: datetime) -> datetime | int:
        if isinstance(self.lasting, int):
            return self.lasting
        end = datetime.combine(begin.date(), self.lasting)
        return end if end > begin else end + _DAY


def active(rules: Iterable[Rule], now: int) -> Window | None:
    """The stretch that some rule means now: from the start of the earliest of them until none goes on."""
    rules = tuple(rules)
    start, end = now, now
    while end < now + FORESEEN:
        going_on = [window for rule in rules for window in _going_on(rule, end)]
        if not going_on:
            break
        start = min(start, *(window.start for window in going_on))
        end = max(window.end for window in going_on)
    return Window(start, end) if end > now else None


def next_change(rules: Iterable[Rule], now: int) -> int | None:
    """When to ask again: the end of what goes on now, or else the next start; None: nothing will change any more."""
    rules = tuple(rules)
    window = active(rules, now)
    if window is not None:
        return window.end
    coming = (next(rule.windows(now), None) for rule in rules)
    return min((window.start for window in coming if window is not None), default=None)


def _going_on(rule: Rule, moment: int) -> Iterator[Window]:
    return takewhile(lambda window: window.start <= moment, rule.windows(moment))


def instant(wall: datetime, zone: tzinfo) -> int:
    """The first moment, UTC in milliseconds, at which the clock of the zone shows this time or has passed it."""
    before, after = (wall.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    moment = wall.replace(tzinfo=UTC) - before
    if after > before:  # the clock skips it (PEP 495)
        moment = _change(moment - (after - before), moment, zone)
    return (moment - _EPOCH) // _MS


def _change(earlier: datetime, later: datetime, zone: tzinfo) -> datetime:
    """The moment, to the second, from which on the zone has the offset it has at `later`."""
    offset = later.astimezone(zone).utcoffset()
    while later - earlier > _SECOND:
        middle = earlier + (later - earlier) // (2 * _SECOND) * _SECOND
        if middle.astimezone(zone).utcoffset() == offset:
            later = middle
        else:
            earlier = middle
    return later


def _window(begin: datetime, lasting: datetime | int, zone: tzinfo) -> Window:
    """The window from `begin` on; one that the clock skips whole lasts as long as it was written."""
    start = instant(begin, zone)
    if isinstance(lasting, int):
        return Window(start, start + lasting)
    end = instant(lasting, zone)
    return Window(start, end if end > start else start + (lasting - begin) // _MS)
