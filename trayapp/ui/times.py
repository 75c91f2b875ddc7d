"""Moments as a person says them: in local time, written as the desktop's language writes them."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from PySide6.QtCore import QDateTime, QLocale

from trayapp.core.words import FOR_EVER

MINUTE = 60_000
HOUR = 60 * MINUTE
MORNING = time(8)
"""When "until tomorrow" ends: snoozed in the evening, it is heard of again with the first coffee."""


def tomorrow(now: int) -> int:
    """Tomorrow morning, local time, ms UTC."""
    day = datetime.fromtimestamp(now / 1000).date() + timedelta(days=1)
    return int(datetime.combine(day, MORNING).timestamp() * 1000)


def clock(moment: int, now: int) -> str:
    """A moment, with as much of its date as is needed: "14:02", "Tue 14:02", "12 Nov 14:02"."""
    locale = QLocale()
    when, today = QDateTime.fromMSecsSinceEpoch(moment), QDateTime.fromMSecsSinceEpoch(now)
    hour = locale.toString(when.time(), QLocale.FormatType.ShortFormat)
    days = when.date().daysTo(today.date())
    if days == 0:
        return hour
    if abs(days) < 7:
        return f"{locale.dayName(when.date().dayOfWeek(), QLocale.FormatType.ShortFormat)} {hour}"
    return f"{locale.toString(when.date(), 'd MMM')} {hour}"


def lasting(until: int, now: int) -> str:
    """How long something holds: "until 16:00", "until Tue 08:00", "until you end it"."""
    return "until you end it" if until >= FOR_EVER else f"until {clock(until, now)}"


def span(since: int, until: int, now: int) -> str:
    """A stretch of time: "14:00 – 14:30", "Tue 14:00 – 20:00", "12 Nov 14:00 – 14 Nov 14:00"."""
    first = clock(since, now)
    same_day = QDateTime.fromMSecsSinceEpoch(since).date() == QDateTime.fromMSecsSinceEpoch(until).date()
    last = clock(until, until) if same_day else clock(until, now)
    return f"{first} – {last}"
