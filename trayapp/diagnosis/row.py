"""One line of the diagnosis."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One part of the machine: what was found, whether that will do, and what to do if not."""

    part: str
    ok: bool
    found: str
    advice: str = ""
