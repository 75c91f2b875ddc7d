"""Text in a cell of CSV: no spreadsheet takes it for a formula, and it comes back as it was."""

from __future__ import annotations

_FORMULA = frozenset("=+-@＝＋－＠\t\r")
"""What a formula begins with; the full-width signs too."""

_MARK = "'"


def covered(text: str) -> str:
    """Text as a cell: with an apostrophe before what begins like a formula, or like such a cell."""
    return _MARK + text if text[:1] in _FORMULA or text[:1] == _MARK else text


def uncovered(cell: str) -> str:
    """The text of a cell."""
    return cell[1:] if cell[:1] == _MARK and (cell[1:2] in _FORMULA or cell[1:2] == _MARK) else cell
