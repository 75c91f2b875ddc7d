"""The field for a filter: there while somebody filters, and gone otherwise."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from trayapp.ui.palette import Appearance
from trayapp.ui.window.field import Field


class FilterField(Field):
    """`left` says that the list shall have the keyboard again."""

    left = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(appearance, parent)
        self.setPlaceholderText("Filter by name, group, tag or address")
        self.setAccessibleName("Filter services")
        self.setClearButtonEnabled(True)
        self.hide()

    def begin(self, text: str) -> None:
        """Show it with the first letters in it."""
        self.show()
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.insert(text)

    def stop(self) -> None:
        """Filter no more."""
        self.clear()
        self.hide()
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.stop()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
        elif event.key() == Qt.Key.Key_Backspace and not self.text():
            self.stop()
        else:
            super().keyPressEvent(event)
