"""Adding a service: one address is enough, everything else can be changed afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from trayapp.ui.settings.address_field import AddressField
from trayapp.ui.settings.dress import speak_as


class AddDialog(QDialog):
    """`submitted` carries the address."""

    submitted = Signal(str)

    def __init__(
        self, understand: Callable[[str], str], examples: Mapping[str, str], parent: QWidget | None = None
    ) -> None:
        """`examples` are addresses by what they are, the usual ones first and last."""
        super().__init__(parent)
        self.setWindowTitle("Add a service")
        self.setMinimumWidth(480)
        heading = speak_as(QLabel("What do you want to watch?", self), "title")
        first, *_, last = examples.values()
        note = speak_as(QLabel(f"Any address will do, such as {first} or {last}.", self), "note")
        note.setWordWrap(True)
        self.address = AddressField(understand, "&Add", self)
        cancel = QPushButton("Cancel", self)
        cancel.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.addWidget(self._others(examples))
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

    def _others(self, examples: Mapping[str, str]) -> QPushButton:
        """Everything else that can be asked; whoever picks it finds its example to be changed."""
        others = QPushButton("What &else?", self)
        others.setProperty("role", "quiet")
        others.setAutoDefault(False)
        menu = QMenu(others)
        for title, example in sorted(examples.items(), key=lambda each: each[0].lower()):
            menu.addAction(title).setData(example)
        menu.triggered.connect(self._show_example)
        others.setMenu(menu)
        return others

    @Slot(QAction)
    def _show_example(self, chosen: QAction) -> None:
        self.address.show_example(chosen.data())

    @Slot(str)
    def _submit(self, address: str) -> None:
        self.submitted.emit(address)
        self.accept()
