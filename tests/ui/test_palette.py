from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from trayapp.core.words import Status
from trayapp.ui.palette import DARK, LIGHT, Appearance, Colours, as_palette


def luminance(colour: QColor) -> float:
    """Relative luminance as WCAG 2 defines it."""
    shares = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in colour.getRgbF()[:3]
    )
    red, green, blue = shares
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, other: QColor) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_has_a_contrast_of_at_least_4_5_on_both_grounds(colours: Colours) -> None:
    texts = [QColor(colours.ink), QColor(colours.soft), *map(colours.text, Status)]
    for ground in (colours.ground, colours.raised):
        assert min(contrast(text, QColor(ground)) for text in texts) >= 4.5
    assert contrast(QColor(colours.on_accent), QColor(colours.accent)) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_qt_s_own_controls_can_be_read_too(colours: Colours) -> None:
    palette = as_palette(colours)
    role = QPalette.ColorRole
    pairs = [
        (role.WindowText, role.Window),
        (role.Text, role.Base),
        (role.ButtonText, role.Button),
        (role.ToolTipText, role.ToolTipBase),
        (role.HighlightedText, role.Highlight),
        (role.PlaceholderText, role.Base),
    ]
    assert min(contrast(palette.color(text), palette.color(ground)) for text, ground in pairs) >= 4.5


def test_only_trouble_colours_the_line_of_why() -> None:
    coloured = [status for status in Status if LIGHT.text(status) != QColor(LIGHT.soft)]
    assert coloured == [Status.DEGRADED, Status.DOWN]


def test_a_desktop_that_names_no_scheme_is_judged_by_its_palette(qapp: QApplication) -> None:
    before = QPalette(qapp.palette())
    try:
        for colours in (DARK, LIGHT):
            qapp.setPalette(as_palette(colours))
            assert Appearance(qapp).colours is colours
    finally:
        qapp.setPalette(before)
