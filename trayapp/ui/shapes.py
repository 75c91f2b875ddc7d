"""The shapes of the statuses, painted: so that a status is told without its colour.

✓ circle: up · ! triangle: degraded · ✕ rounded square: down · ? ring: unknown · ‖ disc: paused or in maintenance.
All are drawn on a field of 24 x 24 units and scaled. One whose trouble somebody took note of is an outline:
still the same shape, and no longer calling. One that keeps failing and coming back has a wave in its corner.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen, QPolygonF

from trayapp.core.words import Status

FIELD = 24.0
WHITE = QColor("white")


def paint_shape(painter: QPainter, area: QRectF, status: Status, fill: QColor) -> None:
    """Paint the shape of a status so that it fills a square area."""
    _paint(painter, area, _PAINT[status], fill)


def paint_quiet_shape(painter: QPainter, area: QRectF, status: Status, colour: QColor) -> None:
    """The shape of a status as an outline, where it has one."""
    _paint(painter, area, _QUIET.get(status, _PAINT[status]), colour)


def paint_wave(painter: QPainter, area: QRectF, colour: QColor, ground: QColor) -> None:
    """The mark of what goes to and fro, in the lower right corner of a shape's area, cut free by the ground."""
    _paint(painter, area, partial(_wave, ground=ground), colour)


def _paint(painter: QPainter, area: QRectF, paint: Callable[[QPainter, QColor], None], fill: QColor) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(area.topLeft())
    painter.scale(area.width() / FIELD, area.height() / FIELD)
    paint(painter, fill)
    painter.restore()


def _area(painter: QPainter, fill: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(fill))


def _strokes(painter: QPainter, colour: QColor, width: float, *lines: tuple[tuple[float, float], ...]) -> None:
    pen = QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for line in lines:
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in line]))


def _up(painter: QPainter, fill: QColor) -> None:
    _area(painter, fill)
    painter.drawEllipse(QRectF(0, 0, FIELD, FIELD))
    _strokes(painter, WHITE, 2.8, ((6.9, 12.6), (10.4, 16), (17.1, 8.6)))


def _degraded(painter: QPainter, fill: QColor) -> None:
    path = QPainterPath()
    path.addPolygon(QPolygonF([QPointF(12, 1.6), QPointF(23.6, 21.4), QPointF(0.4, 21.4)]))
    path.closeSubpath()
    painter.setPen(QPen(fill, 2.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.setBrush(QBrush(fill))
    painter.drawPath(path)
    _strokes(painter, WHITE, 2.8, ((12, 8.6), (12, 13.4)))
    _area(painter, WHITE)
    painter.drawEllipse(QPointF(12, 17.9), 1.7, 1.7)


def _down(painter: QPainter, fill: QColor) -> None:
    _area(painter, fill)
    painter.drawRoundedRect(QRectF(0, 0, FIELD, FIELD), 5, 5)
    _strokes(painter, WHITE, 3.3, ((7.6, 7.6), (16.4, 16.4)), ((16.4, 7.6), (7.6, 16.4)))


def _unknown(painter: QPainter, fill: QColor) -> None:
    painter.setPen(QPen(fill, 2.7))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(QRectF(1.35, 1.35, FIELD - 2.7, FIELD - 2.7))
    hook = QPainterPath(QPointF(8.9, 9.6))
    hook.cubicTo(QPointF(8.9, 5.4), QPointF(15.1, 5.4), QPointF(15.1, 9.5))
    hook.cubicTo(QPointF(15.1, 12), QPointF(12, 11.8), QPointF(12, 14.2))
    painter.setPen(QPen(fill, 2.3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.drawPath(hook)
    _area(painter, fill)
    painter.drawEllipse(QPointF(12, 17.6), 1.45, 1.45)


def _paused(painter: QPainter, fill: QColor) -> None:
    _area(painter, fill)
    painter.drawEllipse(QRectF(0, 0, FIELD, FIELD))
    _area(painter, WHITE)
    painter.drawRoundedRect(QRectF(7.7, 6.8, 2.9, 10.4), 0.9, 0.9)
    painter.drawRoundedRect(QRectF(13.4, 6.8, 2.9, 10.4), 0.9, 0.9)


def _down_quiet(painter: QPainter, colour: QColor) -> None:
    painter.setPen(QPen(colour, 2.6))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(1.3, 1.3, FIELD - 2.6, FIELD - 2.6), 4.4, 4.4)
    _strokes(painter, colour, 2.8, ((8, 8), (16, 16)), ((16, 8), (8, 16)))


def _degraded_quiet(painter: QPainter, colour: QColor) -> None:
    _strokes(painter, colour, 2.6, ((12, 2.4), (22.6, 21), (1.4, 21), (12, 2.4)), ((12, 9.4), (12, 13.6)))
    _area(painter, colour)
    painter.drawEllipse(QPointF(12, 17.4), 1.5, 1.5)


def _wave(painter: QPainter, colour: QColor, ground: QColor) -> None:
    _area(painter, ground)
    painter.drawRoundedRect(QRectF(11, 14.2, 19, 14), 6, 6)
    _strokes(painter, colour, 3, ((13.8, 23.2), (17.6, 18.4), (21.6, 24.2), (26, 19)))


_QUIET = {Status.DOWN: _down_quiet, Status.DEGRADED: _degraded_quiet}

_PAINT = {
    Status.UP: _up,
    Status.DEGRADED: _degraded,
    Status.DOWN: _down,
    Status.UNKNOWN: _unknown,
    Status.MAINTENANCE: _paused,
    Status.PAUSED: _paused,
}
