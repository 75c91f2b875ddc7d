"""The sizes and weights of letters: derived from the desktop's font, whatever that is."""

from __future__ import annotations

from PySide6.QtGui import QFont, QFontInfo, QFontMetrics


class Lettering:
    """The fonts of the window. Made anew when the desktop's font changes."""

    def __init__(self, base: QFont) -> None:
        self._base = base
        self._pixels = QFontInfo(base).pixelSize()
        self.title = self._font(1.5, QFont.Weight.DemiBold)
        self.name = self._font(1.1, QFont.Weight.Medium)
        self.why = self._font(0.93)
        self.text = self._font(1.0)
        self.group = self._font(0.84, QFont.Weight.DemiBold)
        self.number = self._font(0.96, QFont.Weight.Medium)
        self.button = self._font(0.96, QFont.Weight.Medium)
        self.name_metrics = QFontMetrics(self.name)
        self.why_metrics = QFontMetrics(self.why)
        self.group_metrics = QFontMetrics(self.group)
        self.number_metrics = QFontMetrics(self.number)
        self.row_height = max(48, self.name_metrics.height() + self.why_metrics.height() + 16)
        self.group_height = self.group_metrics.height() + 14

    def _font(self, scale: float, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        font = QFont(self._base)
        font.setPixelSize(max(8, round(self._pixels * scale)))
        font.setWeight(weight)
        return font
