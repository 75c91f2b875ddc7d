"""Paints one line of a list: shape, name, what stands under it, and a switch."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from trayapp.core.words import Status
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.controls import paint_switch
from trayapp.ui.settings.line_model import Line, LineModel
from trayapp.ui.shapes import paint_shape

Index = QModelIndex | QPersistentModelIndex
SWITCH = QSize(30, 18)
SHAPE = 16
EDGE = 12


class LineDelegate(QStyledItemDelegate):
    """The switch answers to a click on it, and to the space bar."""

    def __init__(self, appearance: Appearance, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        line = QFontMetrics(option.font).height()
        return QSize(200, 2 * line + 18)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line: Line = index.data(LineModel.LINE)
        colours = self._appearance.colours
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            self._paint_ground(painter, option)
        shape = QRect(option.rect.left() + EDGE, option.rect.center().y() - SHAPE // 2 + 1, SHAPE, SHAPE)
        status = Status.DEGRADED if line.faulty else Status.PAUSED if not line.enabled else line.status
        painter.setOpacity(1.0 if line.enabled else 0.55)
        paint_shape(painter, QRectF(self._placed(option, shape)), status, colours.fill(status))
        self._paint_words(painter, option, line)
        painter.setOpacity(1.0)
        if line.switch:
            paint_switch(painter, QRectF(self._switch(option)), line.enabled, False, colours)
        painter.restore()

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        line: Line = index.data(LineModel.LINE)
        clicked = (
            isinstance(event, QMouseEvent)
            and event.type() is QEvent.Type.MouseButtonRelease
            and self._switch(option).adjusted(-6, -8, 6, 8).contains(event.position().toPoint())
        )
        pressed = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space
        if not line.switch or not (clicked or (pressed and event.type() is QEvent.Type.KeyPress)):
            return False
        off = Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole)) is Qt.CheckState.Unchecked
        state = Qt.CheckState.Checked if off else Qt.CheckState.Unchecked
        return model.setData(index, state, Qt.ItemDataRole.CheckStateRole)

    def _switch(self, option: QStyleOptionViewItem) -> QRect:
        rect = option.rect
        left = rect.right() - EDGE - SWITCH.width()
        return self._placed(
            option, QRect(left, rect.center().y() - SWITCH.height() // 2 + 1, SWITCH.width(), SWITCH.height())
        )

    def _placed(self, option: QStyleOptionViewItem, rect: QRect) -> QRect:
        return QStyle.visualRect(option.direction, option.rect, rect)

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        colour = QColor(self._appearance.colours.accent)
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        painter.setPen(QPen(colour, 1.2) if focused else Qt.PenStyle.NoPen)
        colour.setAlphaF(0.16)
        painter.setBrush(colour)
        painter.drawRoundedRect(QRectF(option.rect).adjusted(1, 1, -1, -1), 8, 8)

    def _paint_words(self, painter: QPainter, option: QStyleOptionViewItem, line: Line) -> None:
        colours = self._appearance.colours
        left = option.rect.left() + EDGE + SHAPE + 10
        width = option.rect.right() - EDGE - (SWITCH.width() + 10 if line.switch else 0) - left
        name, under = QFont(option.font), QFont(option.font)
        name.setWeight(QFont.Weight.Medium)
        under.setPointSizeF(under.pointSizeF() * 0.9)
        top = option.rect.top() + 8
        side = QStyle.visualAlignment(option.direction, Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter
        title = f"{line.name} •" if line.changed else line.name
        tone = colours.degraded_text if line.faulty else colours.soft
        for text, font, colour in ((title, name, colours.ink), (line.under, under, tone)):
            metrics = QFontMetrics(font)
            painter.setFont(font)
            painter.setPen(QColor(colour))
            where = self._placed(option, QRect(left, top, width, metrics.height()))
            painter.drawText(where, side, metrics.elidedText(text, Qt.TextElideMode.ElideRight, width))
            top += metrics.height() + 2
