"""Moments and lengths of time as a report writes them: exact, and the same in every language."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""English, whatever the locale; the first is number 0."""


def moment(at: int, zone: tzinfo) -> str:
    """ "2026-11-22 14:02:11 +01:00 (13:02:11 UTC)": local time as the reader has it, and the one that all share."""
    local, common = there(at, zone), there(at, UTC)
    if not local.utcoffset():
        return f"{local.strftime('%Y-%m-%d %H:%M:%S')} UTC"
    shared = common.strftime("%H:%M:%S" if common.date() == local.date() else "%Y-%m-%d %H:%M:%S")
    return f"{local.strftime('%Y-%m-%d %H:%M:%S')} {offset(at, zone)} ({shared} UTC)"


def time_of_day(at: int, zone: tzinfo) -> str:
    """ "14:02:11.120"."""
    local = there(at, zone)
    return f"{local.strftime('%H:%M:%S')}.{at % 1000:03d}"


def there(at: int, zone: tzinfo) -> datetime:
    """The moment there; the edge of the calendar for what no calendar reaches."""
    seconds = max(-62_000_000_000, min(at // 1000, 253_000_000_000))
    return datetime.fromtimestamp(seconds, zone)


def offset(at: int, zone: tzinfo) -> str:
    """How far its clocks are from UTC then: "+01:00", or "UTC"."""
    local = there(at, zone)
    return local.isoformat()[19:] if local.utcoffset() else "UTC"


def exactly(ms: int) -> str:
    """ "3 d 4 h 0 min 9 s": to the second, for whoever is owed money for it."""
    if ms < 1_000:
        return f"{max(ms, 0)} ms"
    minutes, seconds = divmod(ms // 1_000, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    counted = [(days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s")]
    first = next(at for at, (count, _) in enumerate(counted) if count)
    return " ".join(f"{count} {unit}" for count, unit in counted[first:])
