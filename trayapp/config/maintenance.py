"""[maintenance.<id>]: when which services are worked on, so that nothing that happens then counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Annotated

from trayapp.config.declared import Mismatch
from trayapp.config.durations import format_duration
from trayapp.config.zones import (
    DATE_TIME,
    TIME_OF_DAY,
    WEEKDAYS,
    date_time,
    time_of_day,
    weekday_numbers,
    zone_named,
)
from trayapp.core.calendar import LAST_DAY, Once, Repeated, Rule
from trayapp.core.keys import Duration, Key
from trayapp.core.words import Service

_DAY = 86_400_000
_SHORTER_THAN = {"day": Duration(_DAY), "week": Duration(7 * _DAY), "month": Duration(28 * _DAY)}

DAYS: Mapping[str, tuple[str, ...]] = {
    "week": WEEKDAYS,
    "month": (*(str(day) for day in range(1, 32)), "last"),
}
"""What the days of a maintenance may be, by how often it is; with other words there are none to choose."""

OUT_OF_PLACE: Mapping[str, tuple[tuple[str, ...], str]] = {
    "once": (("days", "at"), 'belongs to a recurring maintenance; add every = "day", "week" or "month"'),
    "day": (("days",), 'belongs to every = "week" or "month"; leave one of the two out'),
}
"""Keys that make no sense, by how often a maintenance is, and what is said of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """When which services are worked on: once, or every day, week or month. Raises Mismatch."""

    id: str
    note: Annotated[str, Key("What is done", "A word or two, to know it by.", most=2000)] = ""
    services: Annotated[tuple[str, ...], Key("Services", "Which are worked on; none and no group: all.")] = ()
    groups: Annotated[tuple[str, ...], Key("Groups", "Whose services are worked on, too.")] = ()
    every: Annotated[
        str, Key("How often", "Once, or every day, week or month.", pattern="|".join(("once", *_SHORTER_THAN)))
    ] = "once"
    days: Annotated[
        tuple[str, ...],
        Key(
            "Days",
            "Weekdays (mon to sun), or days of the month (1 to 31, last).",
            pattern="|".join((*DAYS["week"], *DAYS["month"])),
            placeholder="mon",
        ),
    ] = ()
    at: Annotated[
        str,
        Key("At", "When it begins on each of its days.", pattern=TIME_OF_DAY, check=time_of_day, placeholder="02:30"),
    ] = ""
    start: Annotated[
        str,
        Key(
            "Start",
            "When it begins; of a recurring one, not before when.",
            pattern=DATE_TIME,
            check=date_time,
            placeholder="2026-12-01T22:00",
        ),
    ] = ""
    duration: Annotated[
        Duration | None,
        Key("Duration", "How long it takes, each time.", least=60_000, most=31 * _DAY, placeholder="2h"),
    ] = None
    end: Annotated[
        str,
        Key(
            "End",
            "When it ends; of a recurring one, after when no more.",
            pattern=DATE_TIME,
            check=date_time,
            placeholder="2026-12-02T04:00",
        ),
    ] = ""
    zone: Annotated[
        str,
        Key(
            "Time zone",
            "Whose clock is meant; else that of this computer.",
            check=zone_named,
            placeholder="Europe/Berlin",
        ),
    ] = ""

    def __post_init__(self) -> None:
        if faults := tuple(self._mismatches()):
            raise Mismatch(*faults)

    def covers(self, service: Service) -> bool:
        """Whether this service is worked on."""
        everything = not self.services and not self.groups
        return everything or service.id in self.services or service.group in self.groups

    def rule(self, local: tzinfo) -> Rule:
        """When it is, for `core.calendar`. `local` is the zone of this computer."""
        zone = zone_named(self.zone) if self.zone else local
        start, end = (date_time(written) if written else None for written in (self.start, self.end))
        if self.every == "once":
            assert start is not None
            return Once(start, self.duration or end or 0, zone)
        assert self.duration is not None
        of_month = frozenset(LAST_DAY if day == "last" else int(day) for day in self.days if self.every == "month")
        weekdays = weekday_numbers(() if of_month else self.days)
        return Repeated(time_of_day(self.at), self.duration, zone, weekdays, of_month, first=start, beyond=end)

    def _mismatches(self) -> Iterator[tuple[str, str]]:
        if self.start and self.end and date_time(self.end) <= date_time(self.start):
            yield "end", f'"{self.end}" is not after the start, "{self.start}"'
        yield from self._mismatches_of_once() if self.every == "once" else self._mismatches_of_recurring()
        keys, sentence = OUT_OF_PLACE.get(self.every, ((), ""))
        for key in keys:
            if getattr(self, key):
                yield key, sentence

    def _mismatches_of_once(self) -> Iterator[tuple[str, str]]:
        if not self.start:
            yield "start", 'is missing; add start = "2026-12-01T22:00", or every = "week" for a recurring maintenance'
        if bool(self.end) == (self.duration is not None):
            yield "end", "write either an end or a duration" + (", not both" if self.end else "")

    def _mismatches_of_recurring(self) -> Iterator[tuple[str, str]]:
        if not self.at:
            yield "at", 'is missing; add at = "02:30"'
        if self.duration is None:
            yield "duration", 'is missing; add duration = "2h"'
        elif self.duration >= _SHORTER_THAN[self.every]:
            limit = format_duration(_SHORTER_THAN[self.every])
            yield "duration", f"must be shorter than {limit}, or the maintenance never ends"
        known = DAYS.get(self.every, self.days)
        wrong = next((day for day in self.days if day not in known), None)
        if wrong is not None:
            yield "days", f'"{wrong}" is no day of a {self.every}; there are {known[0]} to {known[-1]}'
        elif known and not self.days:
            yield "days", f'is missing; add days = ["{known[0]}"]'
