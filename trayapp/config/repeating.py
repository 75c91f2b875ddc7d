"""A maintenance begun or turned into one of another kind: its table stays right, and keeps what still makes sense."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from trayapp.config.durations import format_duration
from trayapp.config.maintenance import DAYS, OUT_OF_PLACE
from trayapp.config.zones import WEEKDAYS, date_time
from trayapp.core.keys import Duration

_EVENING = time(22)
_USUAL = "2h"


def begun(now: datetime) -> dict[str, Any]:
    """The table of a new maintenance: two hours tomorrow evening. `now` is wall-clock time."""
    return {"start": _tomorrow(now, _EVENING), "duration": _USUAL}


def repeated(table: Mapping[str, Any], every: str, now: datetime) -> dict[str, Any]:
    """The table with another `every`. What it means no more goes; what it needs comes from what it said before."""
    before = table.get("every", "once")
    senseless, _ = OUT_OF_PLACE.get(every, ((), ""))
    after = {key: value for key, value in table.items() if key not in (*senseless, "every")}
    if every != "once":
        after["every"] = every
    start, end = _wall(table.get("start")), _wall(table.get("end"))
    if before == "once" and every != "once":
        for key in ("start", "end"):  # of a recurring one they would be its first and its last day
            after.pop(key, None)
        after.setdefault("at", f"{start or datetime.combine(now, _EVENING):%H:%M}")
        after.setdefault("duration", _between(start, end))
    if before != "once" and every == "once":
        after.pop("end", None)
        after["start"] = _tomorrow(now, _time(table.get("at")))
    if every in DAYS:
        after["days"] = _days(table.get("days"), every, start or now)
    return after


def _days(written: Any, every: str, begin: datetime) -> list[str]:
    """The days that it may have; with none of these, the day on which it began."""
    kept = [day for day in written if day in DAYS[every]] if isinstance(written, list) else []
    return kept or [WEEKDAYS[begin.weekday()] if every == "week" else str(begin.day)]


def _between(start: datetime | None, end: datetime | None) -> str:
    minutes = (end - start) // timedelta(minutes=1) if start and end else 0
    return format_duration(Duration(minutes * 60_000)) if minutes > 0 else _USUAL


def _tomorrow(now: datetime, at: time) -> str:
    return f"{datetime.combine(now + timedelta(days=1), at):%Y-%m-%dT%H:%M}"


def _wall(written: Any) -> datetime | None:
    try:
        return date_time(written) if isinstance(written, str) else None
    except ValueError:
        return None


def _time(written: Any) -> time:
    try:
        return time.fromisoformat(written) if isinstance(written, str) else _EVENING
    except ValueError:
        return _EVENING
