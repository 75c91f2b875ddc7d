"""Time zones by name, and days, dates and times of day as services.toml writes them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from trayapp.config.faults import did_you_mean

DATE_TIME = "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?"
TIME_OF_DAY = "[0-9]{2}:[0-9]{2}"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

YEARS = range(2000, 2200)
"""In these every zone can tell every time, on every machine."""


def zone_named(name: str) -> ZoneInfo:
    """The zone of the IANA database with this name. Raises ValueError with a sentence."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError) as error:  # a folder of zones, a path out of there, or nothing
        hint = did_you_mean(name, available_timezones())
        raise ValueError(f'there is no time zone "{name}"{hint or ", such as Europe/Berlin"}') from error


def date_time(written: str) -> datetime:
    """A wall-clock date and time. Raises ValueError with a sentence."""
    try:
        wall = datetime.fromisoformat(written)
    except ValueError as error:
        raise ValueError(f'"{written}" is no day and time of any calendar; write it like "2026-12-01T22:00"') from error
    if wall.year not in YEARS:
        raise ValueError(f'"{written}" is out of reach; write a year from {YEARS[0]} to {YEARS[-1]}')
    return wall


def time_of_day(written: str) -> time:
    """A time of day. Raises ValueError with a sentence."""
    try:
        return time.fromisoformat(written)
    except ValueError as error:
        raise ValueError(f'"{written}" is no time of day; write it from "00:00" to "23:59"') from error


def weekday_numbers(names: Collection[str]) -> frozenset[int]:
    """Monday is 0; no names are all seven days."""
    return frozenset(number for number, name in enumerate(WEEKDAYS) if not names or name in names)


@cache
def zone_names() -> tuple[str, ...]:
    """The names that people know zones by, such as "Europe/Berlin", in the order of the alphabet."""
    named = (name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return tuple(sorted(named))
