"""Exit statuses: those of Nagios plugins for an outcome, those of sysexits.h for the rest."""

from __future__ import annotations

from collections.abc import Iterable

from trayapp.core.words import Outcome, Status

USAGE = 64
"""Wrong usage (EX_USAGE)."""
DATA = 65
"""What was given to read is not what it should be (EX_DATAERR)."""
NO_INPUT = 66
"""What was to be read cannot be (EX_NOINPUT)."""
FAULT = 70
"""A fault of ours (EX_SOFTWARE)."""
NOT_WRITTEN = 74
"""What was to be printed or written could not be (EX_IOERR)."""
NOT_RUNNING = 75
"""The program is not running where that is needed (EX_TEMPFAIL)."""
CONFIG = 78
"""Wrong configuration (EX_CONFIG)."""
INTERRUPTED = 130
"""Ctrl+C, as shells say it (128 + SIGINT)."""
UNREAD = 141
"""Whoever read us has left, as shells say it (128 + SIGPIPE)."""

_SEVERITY = (Outcome.OK, Outcome.WARNING, Outcome.UNKNOWN, Outcome.CRITICAL)

_AS_OUTCOME = {
    Status.UP: Outcome.OK,
    Status.DEGRADED: Outcome.WARNING,
    Status.DOWN: Outcome.CRITICAL,
    Status.UNKNOWN: Outcome.UNKNOWN,
    Status.MAINTENANCE: Outcome.OK,
    Status.PAUSED: Outcome.OK,
}


def of_outcomes(outcomes: Iterable[Outcome]) -> int:
    """The worst of all, CRITICAL being worse than UNKNOWN; nothing asked is UNKNOWN."""
    worst = max(outcomes, key=_SEVERITY.index, default=Outcome.UNKNOWN)
    return worst.exit_code


def of_statuses(statuses: Iterable[Status]) -> int:
    return of_outcomes(_AS_OUTCOME[status] for status in statuses)
