"""What a key may hold, in words: the half of a fault's sentence that tells how to mend it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from trayapp.config.durations import format_duration
from trayapp.config.written import Shape
from trayapp.core.keys import Duration, Key

_REGEX_BEGINS = re.compile(r"[\\\[(.*+?{^$]")


def expected(shape: Shape, key: Key) -> str:
    """What may stand there, to follow "must be": `a whole number from 1 to 100`."""
    if shape.form is tuple:
        return f'a list in brackets, such as ["{key.placeholder or "one"}"]'
    if shape.form is Mapping:
        return 'a table, such as { Name = "value" }'
    if shape.form is bool:
        return "true or false"
    if shape.form is Duration:
        return 'a duration such as "60s"' + _between(key, lambda bound: format_duration(Duration(int(bound))))
    if shape.form is int:
        return "a whole number" + _between(key, lambda bound: f"{bound:.0f}")
    if shape.form is float:
        return "a number" + _between(key, lambda bound: f"{bound:g}")
    if key.pattern:
        return f'like "{key.placeholder}"' if key.placeholder else _one_of(key.pattern.split("|"))
    return "text in quotation marks" + _length(key)


def _between(key: Key, written: Callable[[float], str]) -> str:
    if key.least is not None and key.most is not None:
        return f" from {written(key.least)} to {written(key.most)}"
    if key.least is not None:
        return f", at least {written(key.least)}"
    return f", at most {written(key.most)}" if key.most is not None else ""


def _length(key: Key) -> str:
    if key.least:
        return (
            f", {key.least:.0f} to {key.most:.0f} characters" if key.most else f", at least {key.least:.0f} characters"
        )
    return f", at most {key.most:.0f} characters" if key.most else ""


def _one_of(patterns: list[str]) -> str:
    """The choices; of one that is a regular expression only how it begins."""
    words = [f'"{_REGEX_BEGINS.split(word)[0]}{"…" if _REGEX_BEGINS.search(word) else ""}"' for word in patterns]
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else f"of the form {patterns[0]}"
