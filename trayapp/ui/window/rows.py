"""The list of services: what the mouse and the keyboard do in it.

Up and Down choose a service, Left and Right a cell of its strip, Enter or a double click opens
its menu, and letters begin a filter. Whatever the mouse can learn by resting, the keyboard learns by going there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QRect, Qt, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QContextMenuEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QToolTip, QWidget

from trayapp.core.words import ServiceView
from trayapp.ui.strips import Strips
from trayapp.ui.window import sentences
from trayapp.ui.window.delegate import RowDelegate
from trayapp.ui.window.model import AnyIndex, ServiceRows


class RowList(QListView):
    """Shows `ServiceRows`. `menu_asked` comes with a service and the place where its menu shall open."""

    menu_asked = Signal(object, QPoint)
    typed = Signal(str)
    left = Signal()

    _STEPS: ClassVar = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}

    def __init__(
        self,
        model: ServiceRows,
        delegate: RowDelegate,
        strips: Strips,
        clock: Callable[[], int],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._rows = model
        self._delegate = delegate
        self._strips = strips
        self._clock = clock
        self._kept: str | None = None
        self.setModel(model)
        self.setItemDelegate(delegate)
        self.setAccessibleName("Services")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().setSingleStep(24)
        self.viewport().setAutoFillBackground(False)
        model.modelAboutToBeReset.connect(self._remember_current)
        model.modelReset.connect(self._restore_current)
        strips.read.connect(self._repaint_strip)

    def current(self) -> ServiceView | None:
        """The service that is chosen."""
        return self._rows.view_at(self.currentIndex())

    def choose(self, service: str) -> None:
        """Go to a service."""
        index = self._rows.place_of(service)
        if index.isValid():
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def choose_first(self) -> None:
        """Go to the first service there is, unless one is chosen."""
        if self.current() is None:
            services = (
                index for row in range(self._rows.rowCount()) if self._rows.view_at(index := self._rows.index(row))
            )
            self.setCurrentIndex(next(services, QModelIndex()))

    @Slot()
    def _remember_current(self) -> None:
        view = self.current()
        self._kept = view.service.id if view is not None else self._kept

    @Slot()
    def _restore_current(self) -> None:
        if self._kept is not None:
            self.setCurrentIndex(self._rows.place_of(self._kept))

    @Slot(str)
    def _repaint_strip(self, service: str) -> None:
        self.update(self._rows.place_of(service))

    def dataChanged(self, first: AnyIndex, last: AnyIndex, roles: Sequence[int] = ()) -> None:
        # QListView would ask every row for its size again, with each check: ours never change theirs.
        QAbstractItemView.dataChanged(self, first, last, roles)

    def currentChanged(self, current: AnyIndex, previous: AnyIndex) -> None:
        self._delegate.focused_cell = None
        super().currentChanged(current, previous)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        view, key, text = self.current(), event.key(), event.text()
        command = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Menu) and view is not None:
            self._ask_menu(view)
        elif key in self._STEPS and view is not None and not command:
            step = self._STEPS[Qt.Key(key)]
            self._go_to_cell(view, -step if self.isRightToLeft() else step)
        elif key == Qt.Key.Key_Up and self._is_first():
            self.left.emit()
        elif text.strip() and text.isprintable() and not command:
            self.typed.emit(text)
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Nothing: letters go to the filter."""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        view = self._rows.view_at(self.indexAt(event.position().toPoint()))
        if view is not None and event.button() is Qt.MouseButton.LeftButton:
            self.menu_asked.emit(view, event.globalPosition().toPoint())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            view = self.current()
            if view is not None:
                self._ask_menu(view)
            return
        view = self._rows.view_at(self.indexAt(event.pos()))
        if view is not None:
            self.menu_asked.emit(view, event.globalPos())

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._explain(event.pos(), event.globalPos())
            return True
        return super().viewportEvent(event)

    def _is_first(self) -> bool:
        above = range(self.currentIndex().row())
        return not any(self._rows.view_at(self._rows.index(row)) for row in above)

    def _ask_menu(self, view: ServiceView) -> None:
        row = self.visualRect(self.currentIndex())
        places = self._delegate.places(row, self)
        corner = places.why.bottomRight() if self.isRightToLeft() else places.why.bottomLeft()
        self.menu_asked.emit(view, self.viewport().mapToGlobal(corner + QPoint(0, 4)))

    def _explain(self, where: QPoint, on_screen: QPoint) -> None:
        """A tooltip for what lies under the mouse; it stays while the mouse stays on that."""
        index = self.indexAt(where)
        view = self._rows.view_at(index)
        if view is None:
            QToolTip.hideText()
            return
        row = self.visualRect(index)
        place = self._delegate.strip_place(row, self)
        cell = place.cell_at(where)
        if cell is not None:
            self._tell(self._cell_lines(view, cell), on_screen, place.cell(cell))
            return
        number = self._delegate.places(row, self).number
        if number.contains(where):
            self._tell([sentences.availability_line(self._strips.of(view.service.id))], on_screen, number)
        else:
            self._tell(sentences.row_lines(view, self._clock()), on_screen, row)

    def _go_to_cell(self, view: ServiceView, step: int) -> None:
        """Left or Right: from the newest cell backwards, telling what each was like."""
        last = self._strips.range.cells - 1
        at = self._delegate.focused_cell
        cell = last if at is None else min(max(at + step, 0), last)
        self._delegate.focused_cell = cell
        index = self.currentIndex()
        self.update(index)
        place = self._delegate.strip_place(self.visualRect(index), self).cell(cell)
        lines = self._cell_lines(view, cell)
        self._tell(lines, self.viewport().mapToGlobal(place.bottomLeft()), place)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, ". ".join(lines)))

    def _cell_lines(self, view: ServiceView, cell: int) -> list[str]:
        strip = self._strips.of(view.service.id)
        if strip is None:
            return ["Not read yet."]
        there = strip.cells[cell]
        incidents = self._strips.incidents(view.service.id, there.start, there.end)
        return sentences.cell_lines(there, incidents, self._clock())

    def _tell(self, lines: list[str], on_screen: QPoint, about: QRect) -> None:
        QToolTip.showText(on_screen, sentences.tooltip_html(lines), self.viewport(), about)
