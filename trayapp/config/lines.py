"""Where in the text of a TOML document each key stands: what tomllib does not tell.

The scanner trusts that tomllib accepted the text. It reads names and skips values, and is used
only when there is a fault to place or a table to edit.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Names of tables and keys from the top; a number is the place in an array."""

# No possessive quantifiers: the `re` of Python 3.11.2 gets them wrong inside groups. The alternatives
# of each repetition begin differently, so nothing is tried twice without them.
_BLANK = re.compile(r"[ \t]*")
_NEXT = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}'  # up to two quotes of the content may touch the closing three
    r"|'''(?:[^']|'(?!''))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_PLAIN_VALUE = re.compile(r"[^,\]}\n#]*[^,\]}\n# \t\r]")


@dataclass(frozen=True, slots=True)
class Mark:
    """A key or a table's header in the text: [start, end) with its value, or with its brackets."""

    path: Path
    start: int
    end: int
    header: bool


def marks(text: str) -> list[Mark]:
    """Every header and key of a valid TOML document in the order of the text."""
    return _Scan(text).document()


def lines_of(text: str) -> Mapping[Path, int]:
    """The line, counted from 1, where each table, key and array item is first named."""
    newlines = [match.start() for match in re.finditer("\n", text)]
    found: dict[Path, int] = {}
    for mark in marks(text):
        line = bisect_left(newlines, mark.start) + 1
        for depth in range(1, len(mark.path) + 1):
            found.setdefault(mark.path[:depth], line)
    return found


def line_of(path: Path, lines: Mapping[Path, int]) -> int | None:
    """The line of a path, or of the innermost table around it that the text names."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return None


def dotted(path: Path) -> str:
    """A path as TOML writes it: `services."a.b".tags[1]`."""
    written = ""
    for part in path:
        if isinstance(part, int):
            written += f"[{part}]"
        else:
            name = part if _BARE_KEY.fullmatch(part) else '"' + part.replace('"', '\\"') + '"'
            written += f".{name}" if written else name
    return written


class _Scan:
    """One pass over the text. Each method begins at `at` and leaves it behind what it read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: list[Mark] = []
        self.array_lengths: dict[Path, int] = {}

    def document(self) -> list[Mark]:
        table: Path = ()
        before = -1
        while before < self.skip(_NEXT) < len(self.text):  # text that is not read on is no reason to stay for ever
            before = self.at
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
        return self.found

    def header(self) -> Path:
        start, brackets = self.at, 2 if self.text.startswith("[[", self.at) else 1
        self.at += brackets
        *outer, last = self.name()
        table: Path = ()
        for part in outer:
            table = self.newest((*table, part))
        table = (*table, last)
        if brackets == 2:
            self.array_lengths[table] = self.array_lengths.get(table, 0) + 1
        table = self.newest(table)
        self.at += brackets
        self.found.append(Mark(table, start, self.at, header=True))
        return table

    def newest(self, table: Path) -> Path:
        """The last table of an array of tables, or the table itself."""
        return (*table, self.array_lengths[table] - 1) if table in self.array_lengths else table

    def pair(self, table: Path) -> None:
        start, place = self.at, len(self.found)
        path = (*table, *self.name())
        self.at += 1  # the equals sign
        self.skip(_BLANK)
        self.value(path)
        self.found.insert(place, Mark(path, start, self.at, header=False))

    def name(self) -> list[str]:
        """A dotted name up to the equals sign or bracket behind it."""
        parts: list[str] = []
        while True:
            self.skip(_BLANK)
            if quoted := self.take(_STRING):
                parts.append(tomllib.loads(f"name = {quoted}")["name"])
            else:
                parts.append(self.take(_BARE_KEY))
            self.skip(_BLANK)
            if self.text[self.at] != ".":
                return parts
            self.at += 1

    def value(self, path: Path) -> None:
        # One frame a level: whatever depth tomllib could follow, this can.
        opening = self.text[self.at]
        if opening not in "[{":
            if not self.take(_STRING):
                self.skip(_PLAIN_VALUE)
            return
        closing, index = "]" if opening == "[" else "}", 0
        self.at += 1
        before = -1
        while before < self.skip(_NEXT) < len(self.text) and self.text[self.at] != closing:
            before = self.at
            start, place = self.at, len(self.found)
            if opening == "{":
                inner: Path = (*path, *self.name())
                self.at += 1
                self.skip(_BLANK)
            else:
                inner = (*path, index)
            self.value(inner)
            self.found.insert(place, Mark(inner, start, self.at, header=False))
            index += 1
            self.skip(_NEXT)
            if self.text[self.at] == ",":
                self.at += 1
        self.at += 1

    def take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            return ""
        self.at = match.end()
        return match[0]

    def skip(self, pattern: re.Pattern[str]) -> int:
        self.take(pattern)
        return self.at
