"""A field for a line of text, dressed as the window is."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QLineEdit, QWidget

from trayapp.ui.palette import Appearance


class Field(QLineEdit):
    """A rounded field whose frame takes the accent while it has the keyboard."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        appearance.changed.connect(self._dress)
        self._dress()

    @Slot()
    def _dress(self) -> None:
        colours = self._appearance.colours
        self.setStyleSheet(
            f"QLineEdit {{ background: {colours.ground}; color: {colours.ink}; border: 1px solid {colours.edge};"
            " border-radius: 6px; padding: 5px 8px; }"
            f"QLineEdit:focus {{ border: 2px solid {colours.accent}; padding: 4px 7px; }}"
        )
