"""Durations as people write them: 800ms, 60s, 5m, 2h, 1d."""

from __future__ import annotations

import re

from trayapp.core.keys import Duration

PATTERN = "[0-9]{1,12}(ms|s|m|h|d)"
"""A whole written duration, for `re` and for JSON Schema alike."""

_WRITTEN = re.compile(PATTERN)
_UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def parse_duration(written: str) -> Duration:
    """Milliseconds of "800ms", "60s", "5m", "2h" or "1d". Raises ValueError with a sentence."""
    match = _WRITTEN.fullmatch(written)
    if match is None:
        raise ValueError(f'not a duration: "{written}"; write a whole number and ms, s, m, h or d, such as "60s"')
    unit = match[1]
    return Duration(int(written.removesuffix(unit)) * _UNITS[unit])


def format_duration(duration: Duration) -> str:
    """The shortest way to write it exactly; a minute stays "60s", as people say it."""
    for unit, size in reversed(_UNITS.items()):
        if duration and duration % size == 0 and (unit, duration) != ("m", size):
            return f"{duration // size}{unit}"
    return f"{duration}ms"
