from __future__ import annotations

import stat
from pathlib import Path

import pytest
from PySide6.QtCore import QRect

from trayapp.ui.window.placement import USUAL, VISIBLE, Placement, area, fit

LEFT, RIGHT = QRect(-1920, 0, 1920, 1080), QRect(0, 0, 1920, 1080)


def test_the_window_opens_where_it_was(tmp_path: Path) -> None:
    place = Placement(tmp_path / "window.json")
    place.save(QRect(100, 50, 500, 700))
    assert place.load([RIGHT]) == QRect(100, 50, 500, 700)
    assert stat.S_IMODE((tmp_path / "window.json").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"x": 1}',
        '{"x": "left", "y": 0, "width": 1, "height": 1}',
        '{"x": 1e999, "y": 0, "width": 1, "height": 1}',
    ],
)
def test_a_damaged_file_costs_the_memory_and_not_the_window(tmp_path: Path, text: str) -> None:
    (tmp_path / "window.json").write_text(text)
    assert Placement(tmp_path / "window.json").load([RIGHT]).size() == USUAL


def test_a_folder_that_is_gone_is_no_fault(tmp_path: Path) -> None:
    place = Placement(tmp_path / "gone" / "window.json")
    place.save(QRect(1, 2, 500, 600))
    assert place.load([RIGHT]).size() == USUAL


@pytest.mark.parametrize(
    "kept",
    [
        QRect(-1800, 100, 440, 600),
        QRect(1900, 100, 440, 600),
        QRect(100, 1000, 440, 600),
        QRect(100, -500, 440, 600),
        QRect(-220, 100, 440, 600),
        QRect(4000, 4000, 440, 600),
    ],
)
@pytest.mark.parametrize("screens", [[RIGHT], [LEFT, RIGHT], [QRect(0, 0, 800, 500)]], ids=["one", "two", "small"])
def test_four_fifths_of_the_window_can_be_seen_on_any_screens(kept: QRect, screens: list[QRect]) -> None:
    placed = fit(kept, screens)
    assert sum(area(placed.intersected(screen)) for screen in screens) >= VISIBLE * area(placed)


def test_a_place_across_two_screens_is_kept() -> None:
    across = QRect(-220, 100, 440, 600)
    assert fit(across, [LEFT, RIGHT]) == across
