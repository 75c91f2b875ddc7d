"""How much may be shown: at most 5 notifications in 10 s, updates counted, and 20 new ones in an hour.

An outage is never late: a batch of first "downs" comes at most every 5 s, so if everything else leaves two
places, and a batch leaves one to the next where it can, there is always a place for it. What has no place of its
own updates the newest notification.
"""

from __future__ import annotations

from collections.abc import Sequence

from trayapp.core.news import Shown

WINDOW, MOST = 10_000, 5
HOUR, MOST_IN_HOUR = 3_600_000, 20

FOR_OTHERS = 3
"""Places of the window that anything but a first "down" may take."""

RINGS_OF_OTHERS = 15
"""New notifications in an hour after which only outages make new ones."""


def places(shown: Sequence[Shown], now: int) -> int:
    """How many notifications a batch of first "downs" may make or update now."""
    taken = _taken(shown, now)
    return 0 if taken >= MOST else max(1, MOST - 1 - taken)


def rings_left(shown: Sequence[Shown], now: int) -> int:
    """How many new notifications outages may still make in this hour."""
    return max(0, MOST_IN_HOUR - _rings(shown, now))


def others_may_show(shown: Sequence[Shown], now: int, *, ring: bool) -> bool:
    """Whether something that is no first "down" may be shown now."""
    return _taken(shown, now) < FOR_OTHERS and not (ring and _rings(shown, now) >= RINGS_OF_OTHERS)


def next_place(shown: Sequence[Shown], now: int, most: int, *, ring: bool = False) -> int:
    """The first moment from `now` on at which fewer than `most` were shown in the window before it."""
    recent = sorted(each.at for each in shown if now - WINDOW < each.at <= now)
    moment = recent[-most] + WINDOW if len(recent) >= most else now
    if ring:
        rang = sorted(each.at for each in shown if each.ring and now - HOUR < each.at <= now)
        if len(rang) >= RINGS_OF_OTHERS:
            moment = max(moment, rang[-RINGS_OF_OTHERS] + HOUR)
    return moment


def of_late(shown: Sequence[Shown], now: int) -> tuple[Shown, ...]:
    """Those that still count."""
    return tuple(each for each in shown if now - HOUR < each.at <= now)


def _taken(shown: Sequence[Shown], now: int) -> int:
    return sum(1 for each in shown if now - WINDOW < each.at <= now)


def _rings(shown: Sequence[Shown], now: int) -> int:
    return sum(1 for each in shown if each.ring and now - HOUR < each.at <= now)
