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


def unplugged(painter: QPainter, area: QRectF, colour: QColor) -> None:
    """Waves from a mast, struck through: nothing is heard from outside."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_line(colour, area.width() * 0.11))
    foot = QPointF(area.center().x(), area.top() + area.height() * 0.82)
    for share in (0.3, 0.56, 0.82):
        radius = area.width() * share
        wave = QRectF(foot.x() - radius, foot.y() - radius, 2 * radius, 2 * radius)
        painter.drawArc(wave, 45 * 16, 90 * 16)
    _solid(painter, colour)
    painter.drawEllipse(foot, area.width() * 0.09, area.width() * 0.09)
    painter.setPen(_line(colour, area.width() * 0.11))
    painter.drawLine(area.topLeft() + QPointF(1.5, 0.5), area.bottomRight() - QPointF(1.5, 0.5))


def bell(painter: QPainter, area: QRectF, colour: QColor) -> None:
    """What rings: somebody will be told."""
    _solid(painter, colour)
    x, y, width, height = area.x(), area.y(), area.width(), area.height()
    path = QPainterPath(QPointF(x + width * 0.08, y + height * 0.74))
    path.cubicTo(
        QPointF(x + width * 0.3, y + height * 0.56),
        QPointF(x + width * 0.1, y + height * 0.06),
        QPointF(x + width * 0.5, y + height * 0.06),
    )
    path.cubicTo(
        QPointF(x + width * 0.9, y + height * 0.06),
        QPointF(x + width * 0.7, y + height * 0.56),
        QPointF(x + width * 0.92, y + height * 0.74),
    )
    path.closeSubpath()
    painter.drawPath(path)
    painter.drawEllipse(QPointF(x + width * 0.5, y + height * 0.86), width * 0.13, height * 0.13)


def _line(colour: QColor, width: float) -> QPen:
    return QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)


def _solid(painter: QPainter, colour: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(colour))
