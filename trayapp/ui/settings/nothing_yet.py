"""What stands in place of the form while there is nothing to show in it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from trayapp.ui.settings.dress import speak_as

WIDEST = 460


class NothingYet(QWidget):
    """A sentence, an explanation, and a button where one helps."""

    add_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heading = speak_as(QLabel(self), "title")
        self._note = speak_as(QLabel(self), "note")
        self._add = QPushButton("Add a &service…", self)
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

    def say_empty(self) -> None:
        """There is no service."""
        self._heading.setText("Nothing is watched yet")
        self._note.setText("Add a web page, a server or a port: its address is enough.")
        self._add.setVisible(True)

    def say_broken(self, fault: str) -> None:
        """The file cannot be read, so there is nothing to change from here."""
        self._heading.setText("services.toml cannot be read")
        advice = "Mend it in an editor. Until then Watchbell goes on with the settings it had."
        self._note.setText(f"{fault}\n\n{advice}")
        self._add.setVisible(False)
