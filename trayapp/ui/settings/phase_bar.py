"""Where the time of one check went: a bar divided by phase, and the same in words beneath."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from trayapp.core.wording import latency
from trayapp.ui.palette import Appearance

PHASES = {"dns": "DNS", "connect": "connect", "tls": "TLS", "first_byte": "first byte", "body": "body"}
STRENGTHS = (1.0, 0.5, 0.8, 0.36, 0.64, 0.26)
BAR = 8
LEAST = 3.0


def in_words(phases_ms: Mapping[str, float]) -> str:
    """ "DNS 12 ms · connect 31 ms"."""
    return " · ".join(f"{PHASES.get(name, name)} {latency(ms)}" for name, ms in phases_ms.items())


class PhaseBar(QWidget):
    """Parts in the order they happened, as wide as they were long; each with its colour beside its word."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._phases: tuple[tuple[str, float], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        appearance.changed.connect(self.update)

    def show_phases(self, phases_ms: Mapping[str, float]) -> None:
        """Milliseconds by phase; nothing shows nothing."""
        self._phases = tuple((PHASES.get(name, name), ms) for name, ms in phases_ms.items())
        self.setVisible(bool(self._phases))
        self.setAccessibleName(f"Phases: {in_words(phases_ms)}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(280, BAR + 8 + self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

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

    def _paint_words(self, painter: QPainter) -> None:
        metrics = self.fontMetrics()
        top, at = BAR + 8, 0
        for number, (name, ms) in enumerate(self._phases):
            text = f"{name} {latency(ms)}"
            width = 14 + metrics.horizontalAdvance(text) + 16
            left = self.width() - at - width + 16 if self.layoutDirection() is Qt.LayoutDirection.RightToLeft else at
            dot = QRectF(left, top + metrics.height() / 2 - 4, 8, 8)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._colour(number))
            painter.drawRoundedRect(dot, 2, 2)
            painter.setPen(QPen(QColor(self._appearance.colours.soft)))
            painter.drawText(left + 14, top + metrics.ascent(), text)
            at += width
