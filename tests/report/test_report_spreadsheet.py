"""A real spreadsheet opens the CSV: cells, and no formula among them."""

from __future__ import annotations

import gzip
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.report.made import DAY, HOUR, MONDAY, a_chapter, a_report, an_outage
from tests.report.test_report_escaping import HOSTILE
from trayapp.report.sheet import HEAD, csv

_CELL = "{http://www.gnumeric.org/v10.dtd}Cell"
_FORMULAS = ("=1+1", '=HYPERLINK("http://evil.example","x")', "=cmd|' /C calc'!A0", "@SUM(1)", "+1+1", "-1-1", "＝1+1")


def opened(folder: Path, text: str) -> list[ElementTree.Element]:
    """The cells, in gnumeric's own format, in which those that calculate say so by having no type of value."""
    source, converted = folder / "report.csv", folder / "report.gnumeric"
    source.write_bytes(text.encode())
    subprocess.run(["ssconvert", str(source), str(converted)], capture_output=True, timeout=60, check=True)
    return list(ElementTree.fromstring(gzip.decompress(converted.read_bytes())).iter(_CELL))


def formulas(cells: list[ElementTree.Element]) -> list[str]:
    return [cell.text or "" for cell in cells if "ValueType" not in cell.attrib]


def hostile() -> str:
    names = [*HOSTILE, *_FORMULAS, *(f"a;{formula}" for formula in _FORMULAS), *(f"a\t{f}" for f in _FORMULAS)]
    outage = an_outage(1, MONDAY + DAY, HOUR)
    return csv(a_report(*(a_chapter(name, outages=[outage], id=name, took=[10.0]) for name in names)))


def test_a_spreadsheet_finds_no_formula_in_hostile_names(tmp_path: Path) -> None:
    cells = opened(tmp_path, hostile())
    assert len(cells) > 100
    assert formulas(cells) == []


def test_it_finds_the_columns_and_numbers_in_them(tmp_path: Path) -> None:
    cells = opened(tmp_path, csv(a_report(a_chapter("Web", outages=[an_outage(1, MONDAY, HOUR)], took=[10.0]))))
    at = {(int(cell.attrib["Row"]), int(cell.attrib["Col"])): cell for cell in cells}
    assert [at[0, column].text for column in range(len(HEAD))] == list(HEAD)
    number = "40"  # VALUE_FLOAT of gnumeric's values
    assert at[1, HEAD.index("down_s")].text == "3600"
    assert at[1, HEAD.index("down_s")].attrib["ValueType"] == number
    assert float(at[1, HEAD.index("availability")].text or "") == pytest.approx(23 / 24, abs=1e-6)


def test_a_sheet_that_does_hold_a_formula_would_be_caught(tmp_path: Path) -> None:
    """The first test fails where it should: the same spreadsheet calculates what is not guarded."""
    assert formulas(opened(tmp_path, "name,day\r\n=1+1,2026-11-16\r\n")) == ["=1+1"]
