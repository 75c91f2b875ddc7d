"""depends_on: a child is not judged while a parent without which it cannot be reached is not seen to work.

A result that says nothing about the child becomes UNKNOWN "dependency" before anybody records or
folds it, so that a restart, which knows the parents only as they are then, counts as we did. The
parent's own turn for the worse reaches its children at once, through `core.verdict.withhold`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from trayapp.core.wording import needs
from trayapp.core.words import FOR_EVER, Belief, Blame, Finding, Outcome, ServiceView, Status

DEPENDENCY = "dependency"
"""Cause of the finding and reason of the status."""

_STANDS_IN_THE_WAY = frozenset({Status.DOWN, Status.UNKNOWN, Status.MAINTENANCE})
"""What a parent is when nothing beyond it can be judged. One that nobody watches (PAUSED) stands in no way."""


def in_the_way(parents: Iterable[ServiceView]) -> ServiceView | None:
    """The first parent because of which a child is UNKNOWN now; None: all of them are seen to work."""
    return next((parent for parent in parents if parent.belief.status in _STANDS_IN_THE_WAY), None)


def counts(child: Belief, started: int, parents: Iterable[ServiceView], now: int = FOR_EVER) -> bool:
    """Whether a result of a check that started then says something about the child.

    Not while a parent stands in the way; and a child that is UNKNOWN is judged again only by a check
    that started after every parent came back. Where the clock was set back since, so that a parent seems
    to have come back after `now`, that is as long ago as can be.
    """
    return _obstacle(child, started, parents, now) is None


def depend(
    finding: Finding, child: Belief, started: int, parents: Iterable[ServiceView], now: int = FOR_EVER
) -> Finding:
    """What was found, or UNKNOWN "dependency" where it says nothing about the child. `answered` is kept as evidence."""
    obstacle = _obstacle(child, started, parents, now)
    if obstacle is None:
        return finding
    return replace(
        finding,
        outcome=Outcome.UNKNOWN,
        cause=DEPENDENCY,
        blame=Blame.NETWORK,
        message=needs(obstacle.service, obstacle.belief.status),
    )


def _obstacle(child: Belief, started: int, parents: Iterable[ServiceView], now: int) -> ServiceView | None:
    parents = tuple(parents)
    obstacle = in_the_way(parents)
    if obstacle is None and child.status is Status.UNKNOWN:
        late = (parent for parent in parents if parent.belief.status is not Status.PAUSED)
        obstacle = next((parent for parent in late if started < parent.belief.since <= now), None)
    return obstacle
