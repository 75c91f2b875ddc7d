"""The first page somebody sees: nothing is watched yet, and one field changes that."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from trayapp.core.words import Status
from trayapp.ui.icons import status_icon
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.address_field import AddressField
from trayapp.ui.settings.dress import speak_as, style_sheet

WIDEST = 460


class FirstRunPage(QWidget):
    """`submitted` carries an address that `understand` accepted (it says what it understood, or raises ValueError).

    `demo_requested`: show the demo.
    """

    submitted = Signal(str)
    demo_requested = Signal()

    def __init__(self, understand: Callable[[str], str], appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._shape = QLabel(self)
        self._shape.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        heading = speak_as(QLabel("What do you want to watch?", self), "title")
        note = speak_as(
            QLabel(
                "A web page, a server, a port. Watchbell asks it how it is, and rings only when it matters.",
                self,
            ),
            "note",
        )
        for label in (heading, note):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setWordWrap(True)
        self._address = AddressField(understand, "&Add", self)
        demo = QPushButton("Show me the &demo", self)
        demo.setProperty("role", "quiet")
        column = QVBoxLayout()
        column.setSpacing(8)
        for part in (self._shape, heading, note):
            column.addWidget(part)
            column.addSpacing(4)
        column.addSpacing(16)
        column.addWidget(self._address)
        column.addSpacing(4)
        column.addWidget(demo, 0, Qt.AlignmentFlag.AlignHCenter)
        inner = QWidget(self)
        inner.setMaximumWidth(WIDEST)
        inner.setLayout(column)
        row = QHBoxLayout()
        row.addWidget(inner, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(32, 24, 32, 24)
        whole.addStretch(2)
        whole.addLayout(row)
        whole.addStretch(3)
        self.setFocusProxy(self._address)
        self._address.submitted.connect(self.submitted)
        demo.clicked.connect(self.demo_requested)
        appearance.changed.connect(self._dress)
        self._dress()

    @Slot()
    def _dress(self) -> None:
        colours = self._appearance.colours
        self.setStyleSheet(style_sheet(colours))
        self._shape.setPixmap(status_icon(Status.UP, colours).pixmap(48, 48))
