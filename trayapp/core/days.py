"""A stretch of time as the days of a zone, for whoever counts by the day: they tile it, whatever the clock does."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo
from itertools import pairwise

from trayapp.core.calendar import instant

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_DAY = timedelta(days=1)


def days(since: int, until: int, zone: tzinfo) -> list[tuple[int, int]]:
    """[since, until) cut at every local midnight: touching stretches, in order and never empty.

    A day begins at the first moment at which the clock shows or has passed its midnight, so it may have 23 hours or
    25, and a day that the zone skipped (Apia, 30 December 2011) is not there.
    The first and the last may be parts of a day. Raises ValueError when the window ends before it begins.
    """
    if until < since:
        raise ValueError(f"a window cannot end ({until}) before it begins ({since})")
    midnights = []
    # No clock differs from UTC by more than a day; one more for a zone that skips one.
    day = (_EPOCH + since * _MS).date() - 2 * _DAY
    while (midnight := instant(datetime.combine(day, time()), zone)) < until:
        if midnight > since:
            midnights.append(midnight)
        day += _DAY
    return [(start, end) for start, end in pairwise([since, *midnights, until]) if start < end]
