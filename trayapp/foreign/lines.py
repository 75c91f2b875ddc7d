"""Lines become checks: JSON objects, one a line, or CSV with a header. Which of them, the content says.

Every line comes out as something: a check, a record of another kind that is passed over, or what is wrong with it.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Annotated, TypeAlias

import msgspec

from trayapp.core.wording import plain
from trayapp.foreign import cells, values
from trayapp.foreign.source import LONGEST_LINE, Source, Unreadable
from trayapp.foreign.values import COLUMNS, Check, Faulty

Read: TypeAlias = "Check | Faulty | None"
"""A check, what is wrong with the line, or None for a record of another kind."""

_NEEDED = frozenset(COLUMNS[:3])
_BLANKS_BEFORE = 1000
_DELIMITERS = ",;\t"


class _Line(msgspec.Struct, gc=False):
    record: str = "check"
    at: Annotated[datetime, msgspec.Meta(tz=True)] | int | float | None = None
    service: str | None = None
    outcome: str | int | bool | None = None
    latency_ms: float | None = None
    message: str | None = None


def read(source: Source, latest: int) -> Iterator[tuple[int, Read]]:
    """Every line that is not blank, with its number. What is later than `latest` (ms UTC) is faulty.

    Raises Unreadable where it is neither format, or can not be read to its end.
    """
    lines = source.lines()
    blanks = 0
    for first in lines:
        if not first.isspace():
            break
        blanks += 1
        if blanks > _BLANKS_BEFORE:
            raise Unreadable("it begins with nothing but empty lines")
    else:
        return iter(())
    if first.lstrip()[:1] == b"{":
        return _json_lines(chain((first,), lines), latest, blanks)
    if first.lstrip()[:1] == b"[":
        raise Unreadable("it is one JSON array; write one object a line, without commas between them")
    return _csv_rows(first, lines, latest, blanks + 1)


def _json_lines(lines: Iterator[bytes], latest: int, before: int) -> Iterator[tuple[int, Read]]:
    decode = msgspec.json.Decoder(_Line).decode
    number = before
    for line in lines:
        number += 1
        try:
            yield number, _json_check(decode, line, latest)
        except Faulty as fault:
            yield number, fault
        except (ValueError, RecursionError) as error:
            if not line.isspace():
                yield number, Faulty(_said(error, line))


def _json_check(decode: Callable[[bytes], _Line], line: bytes, latest: int) -> Check | None:
    if len(line) > LONGEST_LINE:
        raise Faulty("longer than 64 kB")
    said = decode(line)
    if said.record != "check":
        return None
    at, service = said.at, said.service
    if at is None:
        raise Faulty("at: missing")
    if said.outcome is None:
        raise Faulty("outcome: missing")
    return (
        values.moment(at, latest),
        values.name(service),
        values.outcome(said.outcome),
        values.latency(said.latency_ms),
        values.message(said.message),
    )


def _said(error: Exception, line: bytes) -> str:
    """What the decoder says, shorter: "Expected `str`, got `int` - at `$.service`" names the key first."""
    if isinstance(error, RecursionError):
        return "nested too deeply"
    try:
        line.decode()  # asked by ourselves: msgspec's releases differ in what they raise
    except UnicodeDecodeError:
        return "not UTF-8"
    words, _, place = str(error).replace("`", "").rpartition(" - at $.")
    if place == "at" and words:
        return "at: neither RFC 3339 with a zone, such as 2026-11-22T18:30:00Z, nor a number"
    return plain(f"{place}: {words}" if words else place)


def _csv_rows(header: bytes, lines: Iterator[bytes], latest: int, header_number: int) -> Iterator[tuple[int, Read]]:
    delimiter, columns = _columns(header)
    csv.field_size_limit(LONGEST_LINE)
    numbered = _Numbered(lines, header_number)
    rows = csv.reader(numbered, delimiter=delimiter, strict=True)
    while True:
        try:
            row = next(rows)
            if row:
                yield numbered.last, _csv_check(row, columns, latest)
        except StopIteration:
            return
        except Faulty as fault:
            yield numbered.last, fault
        except csv.Error as error:
            yield numbered.last, Faulty(f"not CSV: {error}")


class _Numbered:
    """Lines as text; `last` is the number of the last one that was taken."""

    def __init__(self, lines: Iterator[bytes], before: int) -> None:
        self._lines = lines
        self.last = before

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.last += 1
        if len(line) > LONGEST_LINE:
            raise Faulty("longer than 64 kB")
        try:
            return line.decode()
        except UnicodeDecodeError:
            raise Faulty("not UTF-8") from None


def _columns(header: bytes) -> tuple[str, Mapping[str, int]]:
    """The delimiter, and where each column stands. Raises Unreadable."""
    try:
        text = header.decode().strip()
    except UnicodeDecodeError:
        raise Unreadable("it is no text in UTF-8") from None
    for delimiter in _DELIMITERS:
        names = [name.strip().strip('"').lower() for name in text.split(delimiter)]
        if set(names) >= _NEEDED:
            return delimiter, {name: names.index(name) for name in COLUMNS if name in names}
    raise Unreadable(
        "it is neither JSON lines nor CSV whose first line names the columns at, service, outcome "
        f'(and latency_ms, message); it begins "{plain(text, 60)}"'
    )


def _csv_check(row: Sequence[str], columns: Mapping[str, int], latest: int) -> Check:
    found = {name: row[place].strip() if place < len(row) else "" for name, place in columns.items()}
    if not found["at"]:
        raise Faulty("at: missing")
    if not found["outcome"]:
        raise Faulty("outcome: missing")
    return (
        values.moment_in_text(found["at"], latest),
        values.name(cells.uncovered(found["service"])),
        values.outcome(found["outcome"]),
        values.latency_in_text(found.get("latency_ms", "")),
        values.message(cells.uncovered(found.get("message", ""))),
    )
