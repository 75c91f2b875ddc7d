"""Pixmaps and icons of the status shapes, made once for each look.

The tray icon is given as explicit pixmaps of every size that panels ask for: StatusNotifier
hosts and XEmbed trays scale badly, and no icon theme can be counted on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QIcon, QPainter, QPen, QPixmap

from trayapp.core.words import Status
from trayapp.ui.attention import Attention
from trayapp.ui.palette import Appearance, Colours
from trayapp.ui.shapes import WHITE, paint_quiet_shape, paint_shape

SIZES = (16, 22, 24, 32, 48, 64)
RATIOS = (1, 2)
BADGE = QColor("#1c1c1e")


class Icons:
    """The icons in the colours of now. Kept, because a menu or a tray asks for the same ones again and again."""

    def __init__(self, appearance: Appearance) -> None:
        self._appearance = appearance
        self._made: dict[tuple[Any, Colours], QIcon] = {}

    def of(self, status: Status) -> QIcon:
        """The shape of a status, for menus, lists and window titles."""
        return self._kept(status, status_icon)

    def tray(self, attention: Attention) -> QIcon:
        """The icon in the tray: shape, count of what is down, and a thin ring where we are unwell or see nothing."""
        return self._kept(attention, tray_icon)

    def _kept(self, what: Any, make: Callable[[Any, Colours], QIcon]) -> QIcon:
        key = (what, self._appearance.colours)
        if key not in self._made:
            self._made[key] = make(*key)
        return self._made[key]


def status_icon(status: Status, colours: Colours) -> QIcon:
    """The shape of a status in every size."""
    return _icon(lambda size, ratio: status_pixmap(status, colours, size, ratio))


def tray_icon(attention: Attention, colours: Colours) -> QIcon:
    """The tray's icon in every size that panels ask for."""
    return _icon(lambda size, ratio: tray_pixmap(attention, colours, size, ratio))


def _icon(paint: Callable[[int, int], QPixmap]) -> QIcon:
    icon = QIcon()
    for ratio in RATIOS:
        for size in SIZES:
            icon.addPixmap(paint(size, ratio))
    return icon


def status_pixmap(status: Status, colours: Colours, size: int, ratio: int) -> QPixmap:
    """One size of a status icon: `size` logical pixels, `ratio` device pixels to each."""
    pixmap = _blank(size, ratio)
    painter = QPainter(pixmap)
    paint_shape(painter, _square(size, round(size / 16)), status, colours.fill(status))
    painter.end()
    return pixmap


def tray_pixmap(attention: Attention, colours: Colours, size: int, ratio: int) -> QPixmap:
    """One size of the tray icon: `size` logical pixels, `ratio` device pixels to each."""
    pixmap = _blank(size, ratio)
    painter = QPainter(pixmap)
    area = _square(size, round(size / 16))
    ring = colours.degraded if attention.impaired else colours.unknown if attention.blind else ""
    if ring:
        area = _square(size, round(size * 0.18))
    elif attention.count:
        area = QRectF(0, 0, round(size * 0.84), round(size * 0.84))  # leaves the corner to the count
    paint = paint_quiet_shape if attention.hollow else paint_shape
    paint(painter, area, attention.status, colours.fill(attention.status))
    if ring:
        _ring(painter, size, QColor(ring))
    if attention.count:
        _badge(painter, size, attention.count)
    painter.end()
    return pixmap


def _blank(size: int, ratio: int) -> QPixmap:
    pixmap = QPixmap(size * ratio, size * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    return pixmap


def _square(size: float, inset: float) -> QRectF:
    return QRectF(inset, inset, size - 2 * inset, size - 2 * inset)


def _ring(painter: QPainter, size: int, colour: QColor) -> None:
    width = max(1.0, size / 18)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(_square(size, width / 2))


def _badge(painter: QPainter, size: int, count: int) -> None:
    """The count in the lower corner, cut free of the shape, so that it reads at 16 pixels too."""
    text = str(count) if count < 10 else "9+"
    height = size * 0.52
    width = height * (1.0 if len(text) == 1 else 1.4)
    area = QRectF(size - width, size - height, width, height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    gap = size / 20
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
    painter.drawRoundedRect(area.adjusted(-gap, -gap, gap, gap), height / 2 + gap, height / 2 + gap)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
    painter.setBrush(QBrush(BADGE))
    painter.drawRoundedRect(area, height / 2, height / 2)
    font = QFont(painter.font())
    font.setPixelSize(max(1, round(height * (0.82 if len(text) == 1 else 0.68))))
    font.setWeight(QFont.Weight.Bold)
    painter.setFont(font)
    painter.setPen(QPen(WHITE))
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
