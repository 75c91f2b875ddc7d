"""The flat buttons of the window: quiet until the mouse or the keyboard comes near."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QFocusEvent, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QStyle, QWidget

from trayapp.ui.glyphs import Glyph
from trayapp.ui.palette import Appearance

GLYPH = 12
SPACE = 7
PADDING = 9
RADIUS = 6


class FlatButton(QAbstractButton):
    """A sign, a word, or both. Checked it is filled with the accent: one of a row of segments."""

    def __init__(self, appearance: Appearance, text: str, glyph: Glyph | None = None, parent: QWidget | None = None):
        super().__init__(parent)
        self._appearance = appearance
        self._glyph = glyph
        self._by_key = self._inviting = False
        self.setText(text)
        self.setAccessibleName(text.replace("&", ""))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        appearance.changed.connect(self.updateGeometry)

    def invite(self) -> None:
        """Look like something to be pressed, where words alone would be read as more of the text."""
        self._inviting = True
        self.update()

    def show_as(self, text: str, glyph: Glyph) -> None:
        """Another word and sign, because a press will do something else."""
        if text != self.text():
            self._glyph = glyph
            self.setText(text)
            self.setAccessibleName(text.replace("&", ""))
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._appearance.letters.button)
        width = 2 * PADDING
        if self.text():
            width += metrics.size(Qt.TextFlag.TextShowMnemonic, self.text()).width()
        if self._glyph:
            width += GLYPH + (SPACE if self.text() else 0)
        return QSize(width, max(26, metrics.height() + 10))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.update()
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        reasons = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
        self._by_key = event.reason() in reasons
        super().focusInEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._appearance.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        whole = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        ink = QColor(colours.ink if not self.isCheckable() else colours.soft)
        if self.isChecked():
            ink = QColor(colours.on_accent)
            painter.setBrush(QColor(colours.accent))
            painter.drawRoundedRect(whole, RADIUS, RADIUS)
        elif self.underMouse() or self.isDown() or self._inviting:
            painter.setPen(QColor(colours.line) if self._inviting else Qt.PenStyle.NoPen)
            ink = QColor(colours.ink)
            painter.setBrush(QColor(colours.ground if self._inviting and not self.isDown() else colours.line))
            painter.drawRoundedRect(whole, RADIUS, RADIUS)
        if self.hasFocus() and self._by_key:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.ink if self.isChecked() else colours.accent), 2))
            painter.drawRoundedRect(whole, RADIUS, RADIUS)
        self._paint_label(painter, QColor(colours.accent) if self._inviting else ink)
        painter.end()

    def _paint_label(self, painter: QPainter, ink: QColor) -> None:
        inner = self.rect().adjusted(PADDING, 0, -PADDING, 0)
        text = inner
        if self._glyph:
            sign = QRect(inner.left(), inner.center().y() - GLYPH // 2 + 1, GLYPH, GLYPH)
            self._glyph(painter, QRectF(QStyle.visualRect(self.layoutDirection(), inner, sign)), ink)
            rest = inner.adjusted(GLYPH + SPACE, 0, 0, 0)
            text = QStyle.visualRect(self.layoutDirection(), inner, rest)
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        painter.setFont(self._appearance.letters.button)
        painter.setPen(ink)
        painter.drawText(text, int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextHideMnemonic), self.text())
