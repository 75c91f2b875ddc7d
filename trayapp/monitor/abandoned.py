"""Checks that do not end although they were told to: they keep no place, and their services are asked no more."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from trayapp.probes.bounded import let_go

MOST = 8
"""Checks that hang at the same time; with so many, no service that has one gets another."""


class NeverEnds(Exception):
    """A probe has a bug: it goes on when it is cancelled."""


class Abandoned:
    """Belongs to the monitor's loop."""

    def __init__(self) -> None:
        self._of: dict[asyncio.Task[Any], str] = {}
        self._checks: Counter[str] = Counter()

    def leave(self, task: asyncio.Task[Any], id_: str) -> None:
        """Wait for this check of a service no more."""
        self._of[task] = id_
        self._checks[id_] += 1
        let_go(task)

    def back(self, task: asyncio.Task[Any]) -> bool:
        """Whether this check that has ended was one of them; then it is none any more."""
        id_ = self._of.pop(task, None)
        if id_ is None:
            return False
        self._checks[id_] -= 1
        if not self._checks[id_]:
            del self._checks[id_]
        return True

    def full(self, id_: str) -> bool:
        """Whether this service is not to be asked now, for its checks pile up."""
        return id_ in self._checks and len(self._of) >= MOST

    @property
    def problem(self) -> str:
        """Who is not asked any more, as a sentence; empty: all are."""
        if len(self._of) < MOST:
            return ""
        names = sorted(self._checks)
        some = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        return f"{len(self._of)} checks do not end; Watchbell no longer asks {some}: start it again"
