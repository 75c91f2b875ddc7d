"""What one more result adds to the counts of a belief: the runs that may confirm something, and the raw results.

Nothing is decided here, so a restart counts the very same way from what history kept.
"""

from __future__ import annotations

from dataclasses import replace

from trayapp.core import flapping
from trayapp.core.dating import first, moment
from trayapp.core.words import Belief, CheckResult, Outcome


def count(belief: Belief, result: CheckResult, outcome: Outcome) -> Belief:
    """The belief with its runs and raw results counted on by one result, read as `outcome`.

    Failures count towards opening an incident, successes towards closing one; never both.
    """
    failures = successes = 0
    failing_since = recovering_since = None
    at = moment(belief, result)
    match outcome:
        case Outcome.CRITICAL if belief.incident is None:
            failures, failing_since = belief.failures + 1, first(belief.failing_since, at)
        case Outcome.OK | Outcome.WARNING if belief.incident is not None:
            successes, recovering_since = belief.successes + 1, first(belief.recovering_since, at)
    raw = belief.raw
    if outcome is not Outcome.UNKNOWN and result.ended > belief.counted_since:
        raw = flapping.after(raw, outcome is Outcome.CRITICAL)
    return replace(
        belief,
        failures=failures,
        failing_since=failing_since,
        successes=successes,
        recovering_since=recovering_since,
        last=result,
        raw=raw,
    )


def weigh(belief: Belief, at: int) -> Belief:
    """The belief with its flapping judged by the raw results it holds; what begins or ends does so `at`."""
    flaps = flapping.flaps(belief.raw, belief.flapping)
    since = first(belief.flapping_since, at) if flaps else None
    return replace(belief, flapping=flaps, flapping_since=since)
