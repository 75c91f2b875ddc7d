"""Adding a service: one address is enough, everything else can be changed afterwards."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from trayapp.ui.settings.address_field import AddressField
from trayapp.ui.settings.dress import speak_as


class AddDialog(QDialog):
    """`submitted` carries the address."""

    submitted = Signal(str)

    def __init__(self, understand: Callable[[str], str], examples: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Add a service")
        self.setMinimumWidth(480)
        heading = speak_as(QLabel("What do you want to watch?", self), "title")
        note = speak_as(QLabel(f"Any address will do, such as {examples}.", self), "note")
        note.setWordWrap(True)
        self.address = AddressField(understand, "&Add", self)
        cancel = QPushButton("Cancel", self)
        cancel.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(26, 24, 26, 18)
        whole.setSpacing(10)
        whole.addWidget(heading)
        whole.addWidget(note)
        whole.addSpacing(6)
        whole.addWidget(self.address)
        whole.addLayout(buttons)
        self.address.submitted.connect(self._submit)
        cancel.clicked.connect(self.reject)
        self.address.setFocus()

    @Slot(str)
    def _submit(self, address: str) -> None:
        self.submitted.emit(address)
        self.accept()
