"""What others wrote, made harmless: typed, bounded, and without a character that does more than it shows.

Evidence holds what a server said, and is read again from a file that anybody may have edited.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from trayapp.core.wording import plain

MOST_LINE, MOST_PAGE = 200, 1_000
"""Characters of one line, and of a text of several."""

_MOST_LINES, _MOST_ITEMS, _DEEPEST = 60, 40, 4
_LARGEST = 2**53 - 1


def page(text: str, limit: int = MOST_PAGE) -> str:
    """A text of several lines, each as `wording.plain` has it, without empty ones; "…" says that it goes on."""
    shown: list[str] = []
    room = limit + 1
    for line in text[: 20 * limit].splitlines():
        if room <= 0 or len(shown) == _MOST_LINES:
            break
        if line := plain(line, MOST_LINE):
            shown.append(line)
            room -= len(line) + 1
    whole = "\n".join(shown)
    return whole if len(whole) <= limit else whole[: limit - 1].rstrip() + "…"


def tame(value: Any, depth: int = 0) -> Any:
    """The same as JSON may hold it, within bounds: what is neither text, number, list nor mapping becomes text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return max(-_LARGEST, min(value, _LARGEST))
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return page(value)
    if depth < _DEEPEST and isinstance(value, Mapping):
        return {plain(str(key), 60): tame(value[key], depth + 1) for key in list(value)[:_MOST_ITEMS]}
    if depth < _DEEPEST and isinstance(value, (list, tuple)):
        return [tame(item, depth + 1) for item in value[:_MOST_ITEMS]]
    return plain(str(value), MOST_LINE)


class Fields:
    """The keys of one JSON object, read by their types. Every reading raises ValueError with a sentence."""

    def __init__(self, value: Any, what: str) -> None:
        if not isinstance(value, Mapping):
            raise ValueError(f"{what} is no object")
        self._value = value
        self._what = what

    def text(self, name: str, limit: int = MOST_LINE) -> str:
        """A line; empty where there is none."""
        found = self._value.get(name, "")
        if not isinstance(found, str):
            raise self._wrong(name, "a text")
        return plain(found, limit)

    def maybe_text(self, name: str, limit: int = MOST_LINE) -> str | None:
        return None if self._value.get(name) is None else self.text(name, limit)

    def moment(self, name: str) -> int:
        """A whole number, such as milliseconds UTC."""
        found = self._value.get(name)
        if not isinstance(found, int) or isinstance(found, bool) or abs(found) > _LARGEST:
            raise self._wrong(name, "a whole number")
        return found

    def maybe_moment(self, name: str) -> int | None:
        return None if self._value.get(name) is None else self.moment(name)

    def maybe_number(self, name: str) -> float | None:
        """A finite number that is not negative, or None."""
        found = self._value.get(name)
        if found is None:
            return None
        if not isinstance(found, (int, float)) or isinstance(found, bool) or not 0 <= found <= _LARGEST:
            raise self._wrong(name, "a number")
        return float(found)

    def flag(self, name: str) -> bool:
        found = self._value.get(name, False)
        if not isinstance(found, bool):
            raise self._wrong(name, "true or false")
        return found

    def items(self, name: str, most: int) -> list[Any]:
        """The first so many items of a list."""
        found = self._value.get(name, [])
        if not isinstance(found, list):
            raise self._wrong(name, "a list")
        return found[:most]

    def texts(self, name: str, most: int, limit: int = MOST_LINE) -> tuple[str, ...]:
        items = self.items(name, most)
        if not all(isinstance(item, str) for item in items):
            raise self._wrong(name, "a list of texts")
        return tuple(plain(item, limit) for item in items)

    def mapping(self, name: str) -> Mapping[str, Any]:
        found = self._value.get(name, {})
        if not isinstance(found, Mapping):
            raise self._wrong(name, "an object")
        return found

    def _wrong(self, name: str, wanted: str) -> ValueError:
        return ValueError(f"{self._what} has a key {name} that is not {wanted}")
