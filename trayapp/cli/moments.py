"""Moments at the command line: "2h", "until 18:00", "tomorrow", "off" understood, and said again in local time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from trayapp.config.durations import parse_duration
from trayapp.config.zones import WEEKDAYS
from trayapp.core.instants import MONTHS
from trayapp.core.words import FOR_EVER

"""In English whatever the locale."""

MORNING = time(8)
"""When a day begins that was named without a time."""

LONGEST = 3_660 * 86_400_000
"""Milliseconds: what is meant to last longer is meant for ever."""

HOW = "write how long, such as 30m, 2h or 1d, or until when: 18:00, tomorrow, until fri, until 2026-12-01"

_DURATION = re.compile(r"\d{1,12}(ms|s|m|h|d)")
_TIME = re.compile(r"\d{1,2}:\d\d")
_FULL_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAYS = {name: number for names in (WEEKDAYS, _FULL_NAMES) for number, name in enumerate(names)}


@dataclass(frozen=True, slots=True)
class When:
    """Until when something is to hold, ms UTC; None: it ends now. `back`: for as long as it is down."""

    until: int | None = None
    back: bool = False


def split(words: Sequence[str], now: int) -> tuple[list[str], When | None]:
    """Ids, and the moment that stands after them; None where none does. Raises ValueError with a sentence.

    After "until" and "for" everything belongs to the moment; without, only what can hardly be an id.
    """
    for preposition in ("until", "for"):
        if preposition in words:
            place = len(words) - 1 - words[::-1].index(preposition)
            return list(words[:place]), _read(preposition, [word.lower() for word in words[place + 1 :]], now)
    if not (words and _speaks_of_time(words[-1])):
        return list(words), None
    tomorrow_at = bool(_TIME.fullmatch(words[-1])) and words[-2:-1] == ["tomorrow"]
    place = len(words) - (2 if tomorrow_at else 1)
    preposition = "for" if _DURATION.fullmatch(words[-1]) else "until"
    return list(words[:place]), _read(preposition, [word.lower() for word in words[place:]], now)


def _speaks_of_time(word: str) -> bool:
    return word.lower() in ("off", "tomorrow") or bool(_DURATION.fullmatch(word) or _TIME.fullmatch(word))


def _read(preposition: str, words: Sequence[str], now: int) -> When:
    match preposition, words:
        case _, ["off"]:
            return When()
        case "until", ["back"]:
            return When(FOR_EVER, back=True)
        case "until", ["further", "notice"]:
            return When(FOR_EVER)
        case "for", ["ever"]:
            return When(FOR_EVER)
        case "for", [*_, _] if _DURATION.fullmatch(written := "".join(words)):
            return When(_future(now + parse_duration(written), written, now))
        case "until", [*_, _]:
            written = " ".join(words)
            return When(_future(_moment(written, now), written, now))
    raise ValueError(f'"{" ".join((preposition, *words))}" names no moment; {HOW}')


def _future(moment: int, written: str, now: int) -> int:
    if moment <= now:
        raise ValueError(f'"{written}" is over already')
    if moment > now + LONGEST:
        raise ValueError(f'"{written}" is more than ten years; write "until further notice"')
    return moment


def _moment(written: str, now: int) -> int:
    """A time is the next one that the clock shows; a day without a time means its morning."""
    today = datetime.fromtimestamp(now / 1000).date()
    day, _, clock = written.replace("t", " ", 1).partition(" ") if written[:1].isdigit() else written.partition(" ")
    if _TIME.fullmatch(day) and not clock:
        later_today = _ms(datetime.combine(today, _time(day)))
        return later_today if later_today > now else _ms(datetime.combine(today + timedelta(days=1), _time(day)))
    return _ms(datetime.combine(_day(day, today, written), _time(clock) if clock else MORNING))


def _day(written: str, today: date, whole: str) -> date:
    if written == "tomorrow":
        return today + timedelta(days=1)
    if written in _DAYS:
        return today + timedelta(days=(_DAYS[written] - today.weekday() - 1) % 7 + 1)
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise ValueError(f'"{whole}" names no moment; {HOW}') from None


def _time(written: str) -> time:
    try:
        return time.fromisoformat(written.rjust(5, "0"))
    except ValueError:
        raise ValueError(f'"{written}" is no time of day; write it from 00:00 to 23:59') from None


def _ms(local: datetime) -> int:
    """By the clock of this computer; 0 for what no system's clock has ever shown."""
    return round(local.timestamp() * 1000) if local.year >= 1970 else 0


def until(moment: int, now: int) -> str:
    """ "until 18:00", "until tomorrow 08:00", "until further notice"."""
    return "until further notice" if moment >= FOR_EVER else f"until {clock(moment, now)}"


def clock(moment: int, now: int) -> str:
    """A moment in local time, with as much of its date as is needed: "18:00", "Fri 08:00", "1 Dec 2027 08:00"."""
    when, here = (datetime.fromtimestamp(ms / 1000) for ms in (moment, now))
    days = (when.date() - here.date()).days
    if abs(days) <= 1:
        day = ("", "tomorrow ", "yesterday ")[days]
    elif abs(days) < 7:
        day = f"{WEEKDAYS[when.weekday()].capitalize()} "
    else:
        day = f"{when.day} {MONTHS[when.month - 1]} {'' if when.year == here.year else f'{when.year} '}"
    return f"{day}{when:%H:%M}"
