"""Moments as a report writes them: in its own zone, in English whatever the locale of who makes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta, tzinfo

from trayapp.core.instants import MONTHS
from trayapp.core.wording import plain
from trayapp.report.grid import DAY, local
from trayapp.report.values import Report

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def day(moment: int, zone: tzinfo, *, weekday: bool = True) -> str:
    """ "Mon 16 Nov 2026" """
    when = local(moment, zone)
    return f"{f'{WEEKDAYS[when.weekday()]} ' if weekday else ''}{when.day} {MONTHS[when.month - 1]} {when.year}"


def short_day(moment: int, zone: tzinfo) -> str:
    """ "16 Nov" """
    when = local(moment, zone)
    return f"{when.day} {MONTHS[when.month - 1]}"


def iso_day(moment: int, zone: tzinfo) -> str:
    """ "2026-11-16" """
    return local(moment, zone).date().isoformat()


def clock(moment: int, zone: tzinfo) -> str:
    """ "Mon 16 Nov 14:02:11" """
    when = local(moment, zone)
    return f"{WEEKDAYS[when.weekday()]} {when.day} {MONTHS[when.month - 1]} {when:%H:%M:%S}"


def time_of_day(moment: int, zone: tzinfo) -> str:
    """ "14:02" """
    return f"{local(moment, zone):%H:%M}"


def short_weekday(moment: int, zone: tzinfo) -> str:
    """ "Mon 16 Nov" """
    return f"{WEEKDAYS[local(moment, zone).weekday()]} {short_day(moment, zone)}"


def minute(moment: int, zone: tzinfo) -> str:
    """ "16 Nov 14:02" """
    return f"{short_day(moment, zone)} {local(moment, zone):%H:%M}"


def offset(moment: int, zone: tzinfo) -> str:
    """ "UTC+1", "UTC+5:30", "UTC" """
    east = local(moment, zone).utcoffset() or timedelta()
    minutes = round(east.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return "UTC" + (f"{'+' if minutes > 0 else '−'}{hours}{f':{rest:02}' if rest else ''}" if minutes else "")


def zone_name(report: Report) -> str:
    """The zone of a report as people know it; both offsets where its clocks changed meanwhile."""
    first, last = offset(report.since, report.zone), offset(report.until - 1, report.zone)
    offsets = first if first == last else f"{first}, then {last}"
    name = getattr(report.zone, "key", None)
    return offsets if not name or name == offsets else f"{plain(str(name), 60)} ({offsets})"


def window(report: Report) -> str:
    """ "16 Nov – 23 Nov 2026", with times where it does not begin and end at midnight."""
    since, until, zone = report.since, report.until, report.zone
    begin, end = local(since, zone), local(until, zone)
    if (begin.hour, begin.minute, end.hour, end.minute) == (0, 0, 0, 0):
        first, last = day(since, zone, weekday=False), day(until - 1, zone, weekday=False)
        return first if first == last else f"{first} – {last}"
    return f"{day(since, zone, weekday=False)} {begin:%H:%M} – {day(until, zone, weekday=False)} {end:%H:%M}"


def span(start: int, end: int, zone: tzinfo) -> str:
    """A cell: "16 Nov", "16 Nov 06:00 – 12:00", "16 – 22 Nov"."""
    first, last = local(start, zone), local(end, zone)
    whole = (first.hour, first.minute, last.hour, last.minute) == (0, 0, 0, 0)
    if whole:
        one, other = short_day(start, zone), short_day(end - 1, zone)
        return one if one == other else f"{one} – {other}"
    if first.date() == local(end - 1, zone).date():
        return f"{short_day(start, zone)} {first:%H:%M} – {last:%H:%M}"
    return f"{minute(start, zone)} – {minute(end, zone)}"


def ticks(since: int, until: int, zone: tzinfo, edges: Sequence[int]) -> list[tuple[int, str]]:
    """Moments to be written below a time axis: at most eight, at midnights or at round hours."""
    if until - since < 3 * DAY:
        for every in (1, 3, 6, 12):
            named = [(edge, _hour(edge, zone)) for edge in edges if _on_the_hour(edge, zone, every)]
            if len(named) <= 8:
                break
    else:
        days = [edge for edge in edges if (local(edge, zone).hour, local(edge, zone).minute) == (0, 0)]
        names = len(days) <= 9
        named = [(mark, _weekday(mark, zone) if names else short_day(mark, zone)) for mark in days]
    every = -(-len(named) // 8)
    return [mark for mark in named[::every] if mark[0] <= until - (until - since) // 16] if named else []


def _hour(moment: int, zone: tzinfo) -> str:
    when = local(moment, zone)
    return f"{when:%H:%M}" if when.hour else short_day(moment, zone)


def _weekday(moment: int, zone: tzinfo) -> str:
    when = local(moment, zone)
    return f"{WEEKDAYS[when.weekday()]} {when.day}"


def _on_the_hour(moment: int, zone: tzinfo, every: int) -> bool:
    when = local(moment, zone)
    return when.minute == 0 and when.hour % every == 0
