"""What stands in place of the form while there is nothing to show in it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from trayapp.ui.settings.dress import speak_as

WIDEST = 460


class NothingYet(QWidget):
    """A sentence, an explanation, and a button where one helps."""

    add_asked = Signal()

    def __init__(self, heading: str, note: str, button: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._empty = heading, note
        self._heading = speak_as(QLabel(self), "title")
        self._note = speak_as(QLabel(self), "note")
        self._add = QPushButton(button, self)
        self._add.setAutoDefault(False)
        middle = QWidget(self)
        middle.setMaximumWidth(WIDEST)
        column = QVBoxLayout(middle)
        column.setSpacing(8)
        for label in (self._heading, self._note):
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setTextFormat(Qt.TextFormat.PlainText)
            column.addWidget(label)
        column.addSpacing(8)
        column.addWidget(self._add, 0, Qt.AlignmentFlag.AlignHCenter)
        row = QHBoxLayout()
        row.addWidget(middle)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(32, 24, 32, 24)
        whole.addStretch(2)
        whole.addLayout(row)
        whole.addStretch(3)
        self._add.clicked.connect(self.add_asked)

    def say(self, broken: str) -> None:
        """That there is nothing yet; or with a fault that the file cannot be read, so nothing can be added to it."""
        heading, note = self._empty
        if broken:
            heading = "services.toml cannot be read"
            note = f"{broken}\n\nMend it in an editor. Until then Watchbell goes on with the settings it had."
        self._heading.setText(heading)
        self._note.setText(note)
        self._add.setVisible(not broken)
