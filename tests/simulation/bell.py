"""What a person hears of a simulated laptop: every notification, and what it was the first to say of which service."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Said(StrEnum):
    """What was said of a service."""

    DOWN = "down"
    BACK = "back"
    FLAPPING = "flapping"
    STEADY = "steady"


@dataclass(frozen=True, slots=True, order=True)
class Word:
    """At this moment of the world somebody said this of a service."""

    at: int
    service: str
    said: Said


@dataclass(frozen=True, slots=True)
class Heard:
    """All of it, in order.

    `notifications` counts what appeared or was updated on the screen, by kind; `rings` what appeared.
    """

    words: tuple[Word, ...]
    notifications: Counter[str] = field(default_factory=Counter)
    checks: int = 0
    rings: int = 0
    log: Sequence[str] = ()
