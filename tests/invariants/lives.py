"""How many lives each property is held against, and from which seed: the first lines of a run of pytest say so.

    WATCHBELL_LIVES=5000 python -m pytest tests/core tests/alerts tests/invariants
    WATCHBELL_SEED=7 python -m pytest tests/alerts/test_telling_lives.py

Without a seed each run takes another one. The same seed and number lead the same lives.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from typing import Any, TypeVar

from hypothesis import HealthCheck, seed, settings

Test = TypeVar("Test", bound=Callable[..., Any])

LIVES = int(os.environ.get("WATCHBELL_LIVES", "100"))
"""How many lives of one service each property of the fold is tried with. What lives longer is tried less often."""

# Set for the processes that pytest-xdist begins: all of them must draw the same tests.
SEED = int(os.environ.setdefault("WATCHBELL_SEED", str(random.SystemRandom().randrange(1_000_000))))


def lives(share: float = 1.0) -> int:
    """This share of LIVES, and one at the least."""
    return max(1, round(share * LIVES))


def tried(share: float = 1.0) -> Callable[[Test], Test]:
    """Has a property be tried with this share of LIVES, drawn from SEED."""
    drawn = settings(
        max_examples=lives(share),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    return lambda test: seed(SEED)(drawn(test))


def header() -> str:
    """What pytest says of them before it begins."""
    return f"lives: {LIVES} for each property, from seed {SEED} (WATCHBELL_LIVES, WATCHBELL_SEED)"
