"""The table of faults, printed when all tests are over: what was done, what was seen, and how soon.

Ids are those of the series A1, B1 and so on; what other hands found is found-T1, found-S1, found-F1.
Rows travel from the tests as properties of their reports, for with xdist they were run in other processes.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

Property = Callable[[str, object], None]

HEADINGS = ("id", "what", "outcome", "cause", "ms", "pass")
PASSED = {"passed": "yes", "rerun": "no, tried again"}
PROPERTY = "row of the table of faults"


@dataclass
class Row:
    """What is to be said of a scene in the table: the verdict on those concerned, why, and after how long."""

    id: str
    what: str
    outcome: str = ""
    cause: str = ""
    ms: int | None = None
    _began: float = field(default_factory=time.monotonic)

    def begin(self) -> None:
        """The fault happens now."""
        self._began = time.monotonic()

    def seen(self, outcome: str, cause: str) -> None:
        """It is noticed now."""
        self.outcome, self.cause = outcome, cause
        self.ms = round((time.monotonic() - self._began) * 1000)

    @property
    def cells(self) -> tuple[str, ...]:
        return self.id, self.what, self.outcome, self.cause, "" if self.ms is None else str(self.ms)


def keep(row: Row, record_property: Property) -> None:
    """Have this row printed with the result of the test that says so."""
    record_property(PROPERTY, list(row.cells))


@contextmanager
def row(id_: str, what: str, record_property: Property) -> Iterator[Row]:
    """A row of the table; it is there even when the test fails."""
    kept = Row(id_, what)
    kept.begin()
    try:
        yield kept
    finally:
        keep(kept, record_property)


def tell(terminalreporter: pytest.TerminalReporter) -> None:
    rows = [
        (*cells, PASSED.get(report.outcome, "NO"))
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, cells in report.user_properties
        if name == PROPERTY
    ]
    if rows:
        terminalreporter.section("faults")
        for line in _lines([HEADINGS, *sorted(rows, key=_place)]):
            terminalreporter.write_line(line)


def _place(row: Sequence[str]) -> tuple[str, int, str]:
    """By letter and number, those of a letter without a number last; what other hands found (found-T1) comes after."""
    known = re.fullmatch(r"((?:found-)?[A-Z])(\d+)(.*)", row[0])
    series, number, rest = known.groups() if known else (row[0], "99", "")
    return ("~" if series.startswith("found-") else "") + series, int(number), rest


def _lines(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
