"""What one line says of a check, typed and bounded: when, of whom, how it went, how long it took, in what words."""

from __future__ import annotations

import math
import re
from datetime import datetime
from functools import lru_cache
from typing import TypeAlias

from trayapp.core.wording import plain
from trayapp.core.words import Outcome

Check: TypeAlias = "tuple[int, str, int, int | None, str]"
"""When (ms UTC), the service's name there, the exit code of the outcome, latency in µs, message."""

COLUMNS = ("at", "service", "outcome", "latency_ms", "message")
"""What a line has, by these names."""

EARLIEST = 631_152_000_000
"""1990-01-01, milliseconds UTC: what claims to be older was never a check of a service."""

DAY = 86_400_000

SLOWEST = 3_600_000.0
"""Milliseconds that an answer may have taken."""

_SECONDS_BELOW = 100_000_000_000
"""A number of seconds reaches this in the year 5138; as milliseconds it is in 1973."""

_LONGEST_MESSAGE = 200
_LONGEST_NAME = 200
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?")
_MEANT = {
    Outcome.OK: ("ok", "up", "1", "true"),
    Outcome.WARNING: ("warning",),
    Outcome.CRITICAL: ("critical", "down", "0", "false"),
    Outcome.UNKNOWN: ("unknown",),
}
_WORDS = {word: outcome.exit_code for outcome, words in _MEANT.items() for word in words}
_WORDS |= {word.upper(): code for word, code in _WORDS.items()}  # as most write them, found at once


class Faulty(ValueError):
    """What is wrong with one line, to stand after its number."""


def moment(written: datetime | float, latest: int) -> int:
    """Milliseconds UTC, of RFC 3339 with a zone or of seconds or milliseconds since 1970. Raises Faulty."""
    if isinstance(written, datetime):
        at = round(written.timestamp() * 1000)
    else:
        at = round(written * 1000) if abs(written) < _SECONDS_BELOW else round(written)
    if not EARLIEST <= at <= latest:
        raise Faulty("at: before the year 1990" if at < EARLIEST else "at: lies in the future")
    return at


def moment_in_text(written: str, latest: int) -> int:
    """The same of text, as CSV has it. Raises Faulty."""
    if _NUMBER.fullmatch(written):
        return moment(float(written), latest)
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        raise Faulty(f'at: "{plain(written, 40)}" is no moment such as 2026-11-22T18:30:00Z, nor a number') from None
    if at.tzinfo is None:
        raise Faulty(f'at: "{plain(written, 40)}" has no zone, such as Z or +01:00')
    return moment(at, latest)


def outcome(written: object) -> int:
    """The exit code of an outcome written in any case. Raises Faulty."""
    found = _WORDS.get(written) if isinstance(written, str) else None
    if found is None:
        found = _WORDS.get(str(written)[:20].strip().lower())
    if found is None:
        raise Faulty(f'outcome: "{plain(str(written), 40)}" is none of OK, WARNING, CRITICAL, UNKNOWN, up, down')
    return found


def latency(ms: float | None) -> int | None:
    """Microseconds. Raises Faulty."""
    if ms is None:
        return None
    if not (math.isfinite(ms) and 0 <= ms <= SLOWEST):
        raise Faulty("latency_ms: not from 0 to one hour")
    return round(ms * 1000)


def latency_in_text(written: str) -> int | None:
    """The same of text, None where it is empty. Raises Faulty."""
    if not written:
        return None
    try:
        if "_" in written:  # Python would read it as a number
            raise ValueError
        return latency(float(written))
    except Faulty:
        raise
    except ValueError:
        raise Faulty(f'latency_ms: "{plain(written, 40)}" is no number') from None


def name(written: str | None) -> str:
    """The service's name there. Raises Faulty."""
    if not written:
        raise Faulty("service: missing")
    if len(written) > _LONGEST_NAME:
        raise Faulty("service: longer than 200 characters")
    return written


@lru_cache(maxsize=4096)
def message(written: str | None) -> str:
    """One line without anything invisible."""
    return plain(written, _LONGEST_MESSAGE) if written else ""
