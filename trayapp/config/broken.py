"""A text that is no TOML at all: tomllib's complaint in words that help."""

from __future__ import annotations

import ast
import re
import tomllib
from typing import Any

from trayapp.config.faults import Fault
from trayapp.config.lines import dotted
from trayapp.core.wording import plain

DOCUMENT = "services.toml"

_PLACE = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")
_TABLE = re.compile(r"\((?:'|\").*\)")
_LONG_NAME = re.compile(r"(?m)(?:^|[\[{,])[ \t]*(?:(?:[\w-]+|\"[^\"\n]*\"|'[^'\n]*')[ \t]*\.[ \t]*){100}")
_MEANINGS = {
    "Cannot declare": "this table stands there twice; merge the two, or give one of them another id",
    "Cannot mutate immutable namespace": "this table is complete already where it was first written; add the key there",
    "Cannot redefine namespace": "this table was begun elsewhere; write it in one place",
    "Cannot overwrite a value": "the same key stands there twice; keep one of them",
    "Unterminated string": 'a string does not end; close it with "',
    "Illegal character '\\n'": 'a string does not end on its line; close it with "',
    "Invalid value": 'this value is not understood; text stands in quotation marks, such as "60s"',
    "Unclosed array": "a list does not end; close it with ]",
    "Unclosed inline table": "a table in one line does not end; close it with }",
    "Expected '=' after a key": "an equals sign is missing behind the key",
    "Duplicate inline table key": "the same key stands twice in a table in one line; keep one of them",
}


def parse_toml(text: str) -> dict[str, Any] | Fault:
    """The document, or the one fault for which there is none."""
    if found := _LONG_NAME.search(text):  # tomllib takes time that grows with the square of the parts: hours for 1 MB
        line = text.count("\n", 0, found.start()) + 1
        return Fault(DOCUMENT, line, "a name has more than 100 parts; that is no configuration of Watchbell")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return _in_words(str(error), text)
    except RecursionError:
        return Fault(DOCUMENT, None, "lists or tables are nested too deeply to be read")
    except ValueError as error:  # an integer of thousands of digits, a date that is none
        return Fault(DOCUMENT, None, f"a value cannot be read: {plain(str(error))}")


def _in_words(complaint: str, text: str) -> Fault:
    place = _PLACE.search(complaint)
    said = complaint[: place.start()] if place else complaint
    line = int(place["line"]) if place and place["line"] else text.rstrip("\n").count("\n") + 1
    column = f" at column {place['column']}" if place and place["column"] else ""
    fallback = f"{said[:1].lower()}{said[1:]}"
    meaning = next((words for start, words in _MEANINGS.items() if said.startswith(start)), fallback)
    table = _TABLE.search(said)
    path = dotted(ast.literal_eval(table[0])) if table else DOCUMENT
    return Fault(plain(path), line, f"not valid TOML{column}: {plain(meaning)}")
