"""Which stretch of the past is meant: --since and --until, as durations that are over or as moments."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from trayapp.cli import exits, moments, show
from trayapp.config.durations import parse_duration
from trayapp.core.instants import MONTHS
from trayapp.core.wording import plain

HOW = 'write how long ago, such as 24h or 7d, or when: 18:00, yesterday, 2026-11-01, "2026-11-01 18:00"'

_DURATION = re.compile(r"\d{1,12}(ms|s|m|h|d)")
_TIME = re.compile(r"\d{1,2}:\d\d")
_YEARS = range(1970, 2200)


@dataclass(frozen=True, slots=True)
class Stretch:
    """[since, until), ms UTC, nothing of which lies after now. `now` is when it was asked for."""

    since: int
    until: int
    now: int

    @property
    def said(self) -> str:
        """ "last 7 d", or from when to when."""
        if self.until == self.now:
            days, rest = divmod(self.until - self.since, 86_400_000)
            if not rest:
                return f"last {days} d" if days > 1 else "last 24 h"
            return f"since {moments.clock(self.since, self.now)}"
        return f"{moments.clock(self.since, self.now)} to {moments.clock(self.until, self.now)}"

    @property
    def within(self) -> str:
        """The same inside a sentence: "in the last 7 d", "since 18:00", "from 18:00 to 19:00"."""
        said = self.said
        return f"in the {said}" if said.startswith("last") else said if said.startswith("since") else f"from {said}"


def chosen(arguments: argparse.Namespace, usual: str, now: int) -> Stretch:
    """The stretch that the options name, `usual` being --since where it is not given; exits with 64 for any other."""
    try:
        until = now if arguments.until is None else min(moment(arguments.until, now), now)
        since = moment(arguments.since or usual, now, before=until)
        if since >= until:
            raise ValueError(
                f"nothing lies between --since {arguments.since or usual} and --until {arguments.until or 'now'}"
            )
    except ValueError as fault:
        show.complain(str(fault))
        raise SystemExit(exits.USAGE) from None
    return Stretch(since, until, now)


def stamp(moment: int, now: int) -> str:
    """A moment in local time for a column of them: "3 Nov 08:00", with its year where that is another."""
    when, here = (datetime.fromtimestamp(ms / 1000) for ms in (moment, now))
    year = "" if when.year == here.year else f" {when.year}"
    return f"{when.day} {MONTHS[when.month - 1]}{year} {when:%H:%M}"


def moment(written: str, now: int, *, before: int | None = None) -> int:
    """What was written, ms UTC; a duration is over by `before`, or by now. Raises ValueError with a sentence."""
    words = written.strip().lower()
    if _DURATION.fullmatch(words):
        return max((now if before is None else before) - parse_duration(words), 0)
    if words == "now":
        return now
    here = datetime.fromtimestamp(now / 1000)
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    if words in ("today", "yesterday"):
        return _ms(midnight - timedelta(days=words == "yesterday"))
    try:
        if _TIME.fullmatch(words):
            clock = datetime.fromisoformat(f"{here:%Y-%m-%d} {words.rjust(5, '0')}")
            return _ms(clock if _ms(clock) <= now else clock - timedelta(days=1))
        when = datetime.fromisoformat(written.strip())
    except ValueError:
        raise ValueError(f'"{plain(written, 60)}" names no moment; {HOW}') from None
    if when.year not in _YEARS:
        raise ValueError(f'"{plain(written, 60)}" is out of reach; write a year from {_YEARS[0]} to {_YEARS[-1]}')
    return _ms(when)


def _ms(when: datetime) -> int:
    """By the clock of this computer, where no zone was written."""
    return max(round(when.timestamp() * 1000), 0)
