"""A made-up week for the demo world, so that strips, figures and incidents are there to be looked at at once.

It is told through the same changes that a running program commits: nothing else knows that it is made up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from random import Random

from trayapp.core.words import Incident, Service, Status, StatusChange

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY

AWAKE = 15 * HOUR
"""Each day the machine was awake for so long, and then slept until the next began."""

# Status, minutes from the beginning of a waking day, minutes it lasted, on how many days in seven.
_TROUBLES: dict[str, Sequence[tuple[Status, int, int, int]]] = {
    "slow-library": [(Status.DEGRADED, 240, 90, 5), (Status.DEGRADED, 660, 45, 3)],
    "flaky-bakery": [(Status.DOWN, 95, 12, 6), (Status.DEGRADED, 130, 20, 6), (Status.DOWN, 500, 31, 4)],
    "ferry-timetable": [(Status.DOWN, 320, 140, 1)],
    "lighthouse": [(Status.DOWN, 700, 4, 1)],
}

_CAUSES = {
    "flaky-bakery": ("http.status", "HTTP 503"),
    "ferry-timetable": ("http.body", 'the page does not contain "Next ferry"'),
    "lighthouse": ("refused", "connection refused"),
}


def week_before(services: Sequence[Service], now: int) -> list[StatusChange]:
    """What happened to the demo's services in the seven days before `now`, oldest first."""
    ids = count(1)
    changes = [change for service in services for change in _week_of(service.id, now, ids)]
    return sorted(changes, key=lambda change: change.at)


def _week_of(service: str, now: int, ids: Iterator[int]) -> Iterator[StatusChange]:
    chance = Random(service)  # the same week for everybody
    before = Status.UNKNOWN
    for day in range(7):
        morning = now - WEEK + day * DAY + DAY - AWAKE
        for status, since, incident in _waking_day(service, morning, chance, ids):
            yield StatusChange(service, since, since, before, status, incident=incident)
            before = status
        night = morning + AWAKE
        yield StatusChange(service, night, night, before, Status.UNKNOWN, "asleep" if day < 6 else "not running")
        before = Status.UNKNOWN


def _waking_day(
    service: str, morning: int, chance: Random, ids: Iterator[int]
) -> Iterator[tuple[Status, int, Incident | None]]:
    yield Status.UP, morning, None
    shift = chance.randrange(30)
    for status, begins, lasts, days in _TROUBLES.get(service, ()):
        if chance.randrange(7) >= days:
            continue
        start = morning + (begins + shift) * MINUTE
        end = start + lasts * MINUTE
        incident = None
        if status is Status.DOWN:
            cause, message = _CAUSES[service]
            incident = Incident(next(ids), service, start, start, cause, message, end, "recovered")
        yield status, start, incident
        yield Status.UP, end, None
