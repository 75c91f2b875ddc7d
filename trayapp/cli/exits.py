"""Exit statuses: those of Nagios plugins for an outcome, those of sysexits.h for the rest."""

from __future__ import annotations

from collections.abc import Iterable

from trayapp.core.words import Outcome, Status

USAGE = 64
"""Wrong usage (EX_USAGE)."""
NOT_RUNNING = 75
"""The program is not running where that is needed (EX_TEMPFAIL)."""
CONFIG = 78
"""Wrong configuration (EX_CONFIG)."""

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
