"""Where the time of one check went: a bar divided by phase, and the same in words beneath."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QStyle, QWidget

from trayapp.core.wording import latency
from trayapp.ui.palette import Appearance

PHASES = {
    "dns": "DNS",
    "connect": "connect",
    "tls": "TLS",
    "first_byte": "first byte",
    "body": "body",
    "reply": "reply",
}
STRENGTHS = (1.0, 0.5, 0.8, 0.36, 0.64, 0.26)
BAR = 8
LEAST = 3.0
"""Pixels of the bar that even the shortest phase gets."""
DOT = 14
"""Pixels from the left of a dot to its word."""


def in_words(phases_ms: Mapping[str, float]) -> str:
    """ "DNS 12 ms · connect 31 ms"."""
    return " · ".join(_word(PHASES.get(name, name), ms) for name, ms in phases_ms.items())


class PhaseBar(QWidget):
    """Parts in the order they happened, as wide as they were long; each with its colour beside its word."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._phases: tuple[tuple[str, float], ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        appearance.changed.connect(self.update)

    def show_phases(self, phases_ms: Mapping[str, float]) -> None:
        """Milliseconds by phase; nothing shows nothing."""
        self._phases = tuple((PHASES.get(name, name), ms) for name, ms in phases_ms.items())
        self.setVisible(bool(self._phases))
        self.setAccessibleName(f"Phases: {in_words(phases_ms)}")
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        places = self._places(width)
        return (places[-1].bottom() if places else BAR) + 1

    def sizeHint(self) -> QSize:
        return QSize(280, self.heightForWidth(280))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, BAR)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            painter.translate(self.width(), 0)
            painter.scale(-1, 1)
        self._paint_bar(painter)
        painter.resetTransform()
        self._paint_words(painter)

    def _colour(self, number: int) -> QColor:
        colour = QColor(self._appearance.colours.accent)
        colour.setAlphaF(STRENGTHS[number % len(STRENGTHS)])
        return colour

    def _paint_bar(self, painter: QPainter) -> None:
        whole = sum(ms for _, ms in self._phases) or 1.0
        room = self.width() - LEAST * len(self._phases)
        clip = QPainterPath()
        clip.addRoundedRect(QRectF(0, 0, self.width(), BAR), BAR / 2, BAR / 2)
        painter.save()
        painter.setClipPath(clip)
        at = 0.0
        for number, (_, ms) in enumerate(self._phases):
            width = LEAST + room * ms / whole
            painter.fillRect(QRectF(at, 0, max(1.0, width - 1), BAR), self._colour(number))
            at += width
        painter.restore()

    def _places(self, width: int) -> list[QRect]:
        """Where each word goes under the bar: side by side, and on the next line where there is no room."""
        metrics = self.fontMetrics()
        places: list[QRect] = []
        left, top = 0, BAR + 8
        for phase in self._phases:
            needed = DOT + metrics.horizontalAdvance(_word(*phase))
            if left and left + needed > width:
                left, top = 0, top + metrics.height() + 3
            places.append(QRect(left, top, needed, metrics.height()))
            left += needed + 16
        return places

    def _paint_words(self, painter: QPainter) -> None:
        for number, (phase, place) in enumerate(zip(self._phases, self._places(self.width()), strict=True)):
            where = QStyle.visualRect(self.layoutDirection(), self.rect(), place)
            dot = QStyle.visualRect(self.layoutDirection(), where, QRect(where.left(), where.center().y() - 3, 8, 8))
            words = QStyle.visualRect(self.layoutDirection(), where, where.adjusted(DOT, 0, 0, 0))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._colour(number))
            painter.drawRoundedRect(dot, 2, 2)
            painter.setPen(QColor(self._appearance.colours.soft))
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip, _word(*phase))


def _word(name: str, ms: float) -> str:
    return f"{name} {latency(ms)}"
