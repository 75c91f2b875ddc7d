"""Segments of a window from the rows of a timeline: touching, in order, covering all of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from trayapp.core.verdict import GRACE
from trayapp.core.words import Segment, Status

_SEEN = frozenset({Status.UP, Status.DEGRADED, Status.DOWN})


class Beginning(NamedTuple):
    """A row of the timeline: from `start` on it is this, until the next one."""

    start: int
    status: str
    reason: str


class Freshness(NamedTuple):
    """When the result after the newest one was due, and how long it may take, in ms; None: nothing was due."""

    due: int | None
    timeout: int | None

    def lost_sight(self, now: int) -> int | None:
        """Since when nobody has been looking: the moment a result was due that is now too late. None: in sight."""
        if self.due is None or self.timeout is None or now <= self.due + self.timeout + GRACE:
            return None
        return self.due


NEVER_CHECKED = Freshness(None, None)


def tile(timeline: Iterable[Beginning], since: int, until: int, now: int, freshness: Freshness) -> list[Segment]:
    """The window [since, until) as segments; what lies after `now` is not there.

    `timeline` begins with what held at `since`, or with the first row at all, and then all rows before `until`.
    Before the first row it is UNKNOWN (not watched). A status that nobody renewed in time is held to be true until
    the next result was due, and from then on UNKNOWN (not running): a program that was killed could not write that.
    """
    until = min(until, now)
    segments: list[Segment] = []
    for beginning, end in _stretches(timeline, since, until, freshness.lost_sight(now)):
        start = max(beginning.start, since)
        if start >= end:
            continue
        last = segments[-1] if segments else None
        if last is not None and (last.status, last.reason) == (beginning.status, beginning.reason):
            segments[-1] = Segment(last.start, end, last.status, last.reason)
        else:
            segments.append(Segment(start, end, Status(beginning.status), beginning.reason))
    return segments


def _stretches(
    timeline: Iterable[Beginning], since: int, until: int, lost_sight: int | None
) -> Iterator[tuple[Beginning, int]]:
    current = Beginning(since, Status.UNKNOWN, "not watched")
    for following in timeline:
        yield current, min(following.start, until)
        current = following
    if lost_sight is not None and current.status in _SEEN:
        lost_sight = max(lost_sight, current.start)
        yield current, min(lost_sight, until)
        current = Beginning(lost_sight, Status.UNKNOWN, "not running")
    yield current, until
