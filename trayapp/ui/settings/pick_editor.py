"""Editor for some of what exists, such as services or groups: a list of them with a tick for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from trayapp.core.keys import DeclaredKey
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.controls import paint_tick
from trayapp.ui.settings.editor import UNSET, Editor
from trayapp.ui.settings.pick_model import PickModel

ROWS = 6
"""So many are seen at once; the rest is scrolled to."""

EDGE = 6
TICK = 16

Index = QModelIndex | QPersistentModelIndex


class PickEditor(Editor):
    """Names of the file that nothing has any more are listed too, ticked, so that they can be taken out."""

    tall = True

    def __init__(self, declared: DeclaredKey, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(declared, parent)
        self._offered: Mapping[str, str] = {}
        self._model = PickModel(self)
        self._view = QListView(self)
        self._view.setProperty("role", "picks")
        self._view.setModel(self._model)
        self._view.setItemDelegate(_Ticks(appearance, self._view))
        self._view.setUniformItemSizes(True)
        self._view.setTabKeyNavigation(False)
        self._view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._view)
        self._model.picked.connect(self.touch)

    @property
    def field(self) -> QWidget:
        return self._view

    def offer(self, words: Mapping[str, str]) -> None:
        if words != self._offered:
            self._offered = words
            self._list(self._model.ticked)

    def _show(self, value: Any) -> None:
        self._list([str(word) for word in value] if isinstance(value, list) else [])

    def _read(self) -> Any:
        return self._model.ticked or UNSET

    def _list(self, ticked: list[str]) -> None:
        self._model.show_words(self._offered, ticked)
        rows = max(1, min(ROWS, self._model.rowCount()))
        height = max(self._view.sizeHintForRow(0), self.fontMetrics().height() + 10)
        self._view.setFixedHeight(rows * height + 2 * EDGE)


class _Ticks(QStyledItemDelegate):
    """A click anywhere on a line ticks it, and so does the space bar."""

    def __init__(self, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self._appearance = appearance

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, option.fontMetrics.height() + 10)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colours = self._appearance.colours
        ticked = Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole)) is Qt.CheckState.Checked
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.drawRoundedRect(QRectF(option.rect).adjusted(1, 1, -1, -1), 5, 5)
        box = QRect(option.rect.left() + EDGE, option.rect.center().y() - TICK // 2 + 1, TICK, TICK)
        paint_tick(painter, QRectF(QStyle.visualRect(option.direction, option.rect, box)), ticked, colours)
        words = option.rect.adjusted(2 * EDGE + TICK + 4, 0, -EDGE, 0)
        side = QStyle.visualAlignment(option.direction, Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(colours.ink))
        text = option.fontMetrics.elidedText(str(index.data()), Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(QStyle.visualRect(option.direction, option.rect, words), side, text)
        painter.restore()

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        pressed = isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Select)
        if event.type() is not QEvent.Type.MouseButtonRelease and not pressed:
            return False
        ticked = Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole)) is Qt.CheckState.Checked
        after = Qt.CheckState.Unchecked if ticked else Qt.CheckState.Checked
        return model.setData(index, after.value, Qt.ItemDataRole.CheckStateRole)
