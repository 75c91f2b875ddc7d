"""The table of faults, printed when all tests are over: what was done, what was seen, and how soon.

Rows travel from the tests as properties of their reports, for with xdist they were run in other processes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.faults.scenes import Row

HEADINGS = ("id", "what", "outcome", "cause", "ms", "pass")
PASSED = {"passed": "yes", "rerun": "no, tried again"}
PROPERTY = "row of the table of faults"


def keep(row: Row, record_property: Callable[[str, object], None]) -> None:
    """Have this row printed with the result of the test that says so."""
    record_property(PROPERTY, list(row.cells))


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


def _place(row: Sequence[str]) -> tuple[str, int]:
    """By letter and number; those of a letter without a number come last."""
    return row[0][:1], int(row[0][1:]) if row[0][1:].isdigit() else 99


def _lines(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
