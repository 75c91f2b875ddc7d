"""The objective of a service becomes an error budget: how much of it is left, and how fast it is being spent.

The budget is a share of the time that is known, as availability is: it is overspent exactly when the availability
is below the objective. What nobody saw neither spends it nor adds to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from trayapp.core.timeline import Tally, tally
from trayapp.core.wording import duration
from trayapp.core.words import Segment

PERIOD = 30 * 86_400_000
"""Milliseconds over which an objective is to be reached."""

_MINUTE, _HOUR, _DAY = 60_000, 3_600_000, 86_400_000


@dataclass(frozen=True, slots=True)
class Budget:
    """Milliseconds that it may be down, and that it was down. `left` is the share that is left, 0 to 1."""

    objective: float
    allowed: int
    spent: int
    left: float

    @property
    def overspent(self) -> bool:
        """More was spent than allowed: the objective is missed."""
        return self.spent > self.allowed


@dataclass(frozen=True, slots=True)
class Pace:
    """Two windows that end at the same moment, in ms, and the burn rate from which on both together are alarming."""

    long: int
    short: int
    limit: float


PACES = (
    Pace(_HOUR, 5 * _MINUTE, 14.4),
    Pace(6 * _HOUR, 30 * _MINUTE, 6),
    Pace(_DAY, 2 * _HOUR, 3),
    Pace(3 * _DAY, 6 * _HOUR, 1),
)
"""From "The Site Reliability Workbook" (Google, 2018), chapter 5, "Multiwindow, Multi-Burn-Rate Alerts": the short
window, a twelfth of the long one, says that it goes on. The limits are for an objective over 30 days."""


@dataclass(frozen=True, slots=True)
class Burn:
    """How many times faster than allowed the budget was spent in both windows of a pace.

    1 spends all of it in exactly 30 days. None: less than half of that window is known.
    """

    pace: Pace
    long: float | None
    short: float | None

    @property
    def alarming(self) -> bool:
        """It was spent too fast for a while, and still is."""
        return self.long is not None and self.short is not None and min(self.long, self.short) > self.pace.limit


def budget(inside: Tally, objective: float | None) -> Budget | None:
    """The error budget of a window of PERIOD; None without an objective or where nothing is known."""
    if objective is None or not inside.known:
        return None
    exact = _share_allowed(objective) * inside.known
    left = max(Fraction(0), 1 - inside.down / exact) if exact else Fraction(not inside.down)
    return Budget(objective, int(exact), inside.down, float(left))


def burns(segments: Sequence[Segment], objective: float | None, now: int) -> tuple[Burn, ...]:
    """The burn rates up to `now`, the fastest pace first; nothing where no failure at all is allowed.

    `segments` reach back at least as far as the longest window is to be known.
    """
    allowed = _share_allowed(objective) if objective is not None else Fraction(0)
    if not allowed:
        return ()
    return tuple(
        Burn(pace, _rate(segments, now - pace.long, now, allowed), _rate(segments, now - pace.short, now, allowed))
        for pace in PACES
    )


def budget_left(budget: Budget) -> str:
    """ "2 h 40 min of 3 h 36 min left", or by how much it is overspent."""
    if budget.overspent:
        return f"overspent: down {duration(budget.spent)}, where {duration(budget.allowed)} are allowed"
    return f"{duration(budget.allowed - budget.spent)} of {duration(budget.allowed)} left"


def alarm(burns: Sequence[Burn]) -> str:
    """What the most alarming of these says in plain words: when nothing will be left; empty where none is alarming."""
    for burn in burns:
        if burn.alarming and burn.long is not None:
            lasts = duration(int(PERIOD / burn.long))
            return f"in the last {duration(burn.pace.long)} it was spent so fast that all of it would last {lasts}"
    return ""


def _share_allowed(objective: float) -> Fraction:
    """The share of time that it may be down, exactly as the objective is written: 99.9 leaves a thousandth."""
    return 1 - Fraction(Decimal(repr(objective))) / 100


def _rate(segments: Sequence[Segment], since: int, until: int, allowed: Fraction) -> float | None:
    inside = tally(segments, since, until)
    if inside.known * 2 < inside.total:
        return None
    return float(Fraction(inside.down, inside.known) / allowed)
