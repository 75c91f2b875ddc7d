"""A heading that opens and closes what stands under it."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget


class Disclosure(QWidget):
    """Closed at first. `body` is the layout for what it hides."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self.button = QToolButton(self)
        self.button.setCheckable(True)
        self.button.setAccessibleName(title.replace("&", ""))
        self._inside = QWidget(self)
        self.body = QVBoxLayout(self._inside)
        self.body.setContentsMargins(0, 0, 0, 0)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.button)
        whole.addWidget(self._inside)
        self.button.toggled.connect(self.set_open)
        self.set_open(False)

    @Slot(bool)
    def set_open(self, opened: bool) -> None:
        self.button.setChecked(opened)
        self.button.setText(f"{'▾' if opened else '▸'}  {self._title}")
        self._inside.setVisible(opened)

    @property
    def is_open(self) -> bool:
        return self.button.isChecked()
