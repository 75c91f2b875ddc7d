"""What this machine has too little of to check everything: told of us, for it is nobody's outage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from trayapp.core.reasons import REASONS
from trayapp.core.words import Belief, Status

SCARCE = frozenset({"self.files", "self.ports", "self.programs"})
"""Reasons of UNKNOWN by which this machine says that it has no more of something."""


def want(beliefs: Iterable[Belief]) -> str:
    """A sentence about what keeps most services from being checked, with how many; empty: nothing does."""
    found = Counter(
        belief.reason for belief in beliefs if belief.status is Status.UNKNOWN and belief.reason in SCARCE
    ).most_common(1)
    if not found:
        return ""
    reason, count = found[0]
    return f"{count} service{'' if count == 1 else 's'} cannot be checked: {REASONS[reason]}"
