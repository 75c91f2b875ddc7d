"""Rules on a page's words: regular expressions and JMESPath, bounded whatever the page says.

Never the standard library's `re` on what a server sent: one line of "a" keeps it busy for a lifetime. RE2 reads each
byte once; what its worst patterns cost is bounded by how much of the page they may see.
"""

from __future__ import annotations

import codecs
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from trayapp.probes.causes import Misbehaved
from trayapp.probes.charset import Encoding, readings

if TYPE_CHECKING:
    from jmespath.parser import ParsedResult

MOST_STEPS = 4000
"""Steps of a regular expression's program: some thousand characters, or a few hundred repeated ones."""

WORK = 40_000_000
"""Steps times bytes: a quarter of a second in the worst case; twenty steps or forty still see the whole page."""

_SHOWN = 80


@lru_cache(maxsize=1024)
def regular_expression(pattern: str) -> Any:
    """The compiled pattern. ValueError: it is none, or costs too much."""
    import re2  # noqa: PLC0415  few need it, and it is 3 MB

    options = re2.Options()
    options.never_capture = True
    options.log_errors = False
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        why = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else str(error)
        raise ValueError(f"not a regular expression of RE2's kind: {_short(pattern)} ({why})") from error
    if compiled.programsize > MOST_STEPS:
        raise ValueError(f"this regular expression takes too much work: {_short(pattern)}")
    return compiled


def seen(pattern: str, size: int) -> int:
    """How many bytes of a page of this size the pattern may see."""
    steps: int = regular_expression(pattern).programsize
    return min(size, WORK // max(1, steps))


def matches(pattern: str, page: bytes | bytearray, encoding: Encoding) -> bool:
    """Whether the pattern is found in what it may see of the page."""
    search = regular_expression(pattern).search
    beginning = page[: seen(pattern, len(page))]
    return any(search(text.encode()) is not None for text in readings(beginning, encoding))


def holds(words: str, page: bytes | bytearray, encoding: Encoding) -> bool:
    """Whether the words stand in the page."""
    return any(words in text for text in readings(page, encoding))


@lru_cache(maxsize=1024)
def json_rule(expression: str) -> ParsedResult:
    """The compiled JMESPath expression. ValueError: it is none."""
    import jmespath  # noqa: PLC0415  few need it

    try:
        return jmespath.compile(expression)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not a JMESPath expression: {_short(expression)}") from error


def json_in(page: bytes | bytearray) -> Any:
    """What the page says in JSON (RFC 8259). Misbehaved `http.json`: it is none, or none that can be trusted.

    Numbers beyond all bounds, NaN, halves of characters and absurd depths are refused; of a key that stands twice
    the last counts.
    """
    import msgspec  # noqa: PLC0415  few need it

    try:
        # RFC 8259, 8.1: a byte order mark may be ignored. No other encoding is JSON's. We decode it ourselves, for
        # msgspec's releases differ in what they raise for bytes that are not UTF-8.
        return msgspec.json.decode(bytes(page).removeprefix(codecs.BOM_UTF8).decode())
    except RecursionError as error:
        raise Misbehaved("http.json", "the page is JSON too deep to be read") from error
    except UnicodeDecodeError as error:
        raise Misbehaved("http.json", "the page is not JSON: it is not UTF-8") from error
    except ValueError as error:
        raise Misbehaved("http.json", f"the page is not JSON: {_reason(error)}") from error


def is_true(expression: str, said: Any) -> bool:
    """Whether the expression is true of it, as JMESPath has it: not null, false or empty.

    Misbehaved `http.json`: it cannot be applied to what was said.
    """
    try:
        value = json_rule(expression).search(said)
    except (ValueError, ArithmeticError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise Misbehaved("http.json", f"the page's JSON is not such that {_short(expression)} can be told") from error
    return value is not None and value is not False and value not in ("", [], {})


def _reason(error: ValueError) -> str:
    """msgspec's words, which quote nothing of the page."""
    what = str(error).removeprefix("JSON is malformed: ")
    return what[:1].lower() + what[1:100]


def _short(text: str) -> str:
    return f'"{text}"' if len(text) <= _SHOWN else f'"{text[: _SHOWN - 1]}…"'
