"""What is wrong in services.toml, said so that it can be mended: where, what, and what was meant perhaps."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from trayapp.config.lines import Path, dotted, line_of, lines_of
from trayapp.core.wording import plain

_HINTS_AT_MOST = 100
_PASSWORD_IN_URL = re.compile(r"(://[^/@\s:\"]*:)[^/@\s\"]+@")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. A `warning` is told and disturbs nothing; its key is kept and not used."""

    path: str
    line: int | None
    message: str
    warning: bool = False

    def __str__(self) -> str:
        place = f" (line {self.line})" if self.line is not None else ""
        return f"{self.path}: {self.message}{place}"


class Complaints:
    """Faults as they are found; their lines are looked up once, when all are known."""

    def __init__(self) -> None:
        self._found: list[tuple[Path, str, bool]] = []
        self.errors = 0

    def error(self, path: Path, message: str) -> None:
        self._found.append((path, mask_passwords(message), False))
        self.errors += 1

    def warn(self, path: Path, message: str) -> None:
        self._found.append((path, mask_passwords(message), True))

    def did_you_mean(self, word: str, known: Iterable[str]) -> str:
        """As the function of this name, for the first faults: comparing words takes long, and who reads a thousand?"""
        return did_you_mean(word, known) if len(self._found) < _HINTS_AT_MOST else ""

    def faults(self, text: str) -> tuple[Fault, ...]:
        """All of them in the order of the text."""
        if not self._found:
            return ()
        lines = lines_of(text)
        placed = [
            Fault(plain(dotted(path), 300), line_of(path, lines), message, warning)
            for path, message, warning in self._found
        ]
        return tuple(sorted(placed, key=lambda fault: fault.line or 0))


def quoted(value: Any) -> str:
    """A value as it was written, on one line, cut at 60 characters and without a URL's password."""
    shown = json.dumps(value, ensure_ascii=False, default=str)
    return plain(mask_passwords(shown), 60)  # masked first: a cut would hide the "@" that tells a password


def mask_passwords(text: str) -> str:
    """The same text with "…" for passwords in URLs: faults are shown and logged."""
    return _PASSWORD_IN_URL.sub(r"\1…@", text)


def has_password(text: str) -> bool:
    """Whether a URL with a password is in the text."""
    return _PASSWORD_IN_URL.search(text) is not None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """ "; did you mean "url"?" or nothing."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'; did you mean "{close[0]}"?' if close else ""
