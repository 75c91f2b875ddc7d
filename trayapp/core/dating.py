"""Since when: the moments that beliefs are dated to, so that no timeline overlaps whatever the clock does."""

from __future__ import annotations

from trayapp.core.words import Belief, CheckResult


def moment(belief: Belief, result: CheckResult) -> int:
    """From when on a result speaks: its start; its end if what we hold began while it was under way.

    So a check that slept through the night with us says nothing of the night, and a clock that
    was set back makes no timeline overlap.
    """
    least = floor(belief)
    return result.at if result.at >= least else max(result.ended, least)


def floor(belief: Belief) -> int:
    """The newest moment the belief rests on; nothing may be dated before it."""
    return belief.since if belief.incident is None else max(belief.since, belief.incident.confirmed)


def first(begun: int | None, now: int) -> int:
    """When a run began: as remembered, or now."""
    return now if begun is None else begun
