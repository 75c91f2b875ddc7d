"""The few signs on buttons, painted: a font that has them all, in one style, cannot be counted on."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen

Glyph: TypeAlias = Callable[[QPainter, QRectF, QColor], None]


def pause(painter: QPainter, area: QRectF, colour: QColor) -> None:
    """Two bars."""
    _solid(painter, colour)
    width, height = area.width() * 0.2, area.height() * 0.72
    top = area.center().y() - height / 2
    for centre in (0.31, 0.69):
        painter.drawRoundedRect(QRectF(area.x() + area.width() * centre - width / 2, top, width, height), 1, 1)


def resume(painter: QPainter, area: QRectF, colour: QColor) -> None:
    """A triangle that points onward."""
    _solid(painter, colour)
    path = QPainterPath(area.topLeft() + QPointF(area.width() * 0.22, area.height() * 0.1))
    path.lineTo(area.x() + area.width() * 0.9, area.center().y())
    path.lineTo(area.x() + area.width() * 0.22, area.bottom() - area.height() * 0.1)
    path.closeSubpath()
    painter.drawPath(path)


def gear(painter: QPainter, area: QRectF, colour: QColor) -> None:
    """A ring with eight teeth."""
    centre, radius = area.center(), area.width() / 2
    pen = QPen(colour, radius * 0.3)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(centre, radius * 0.58, radius * 0.58)
    for tooth in range(8):
        turn = QPointF(math.cos(tooth * math.pi / 4), math.sin(tooth * math.pi / 4))
        painter.drawLine(centre + turn * radius * 0.64, centre + turn * radius)


def cross(painter: QPainter, area: QRectF, colour: QColor) -> None:
    """What closes."""
    pen = QPen(colour, 1.6)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    inner = area.adjusted(*(area.width() * share for share in (0.2, 0.2, -0.2, -0.2)))
    painter.drawLine(inner.topLeft(), inner.bottomRight())
    painter.drawLine(inner.topRight(), inner.bottomLeft())


def _solid(painter: QPainter, colour: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(colour))
