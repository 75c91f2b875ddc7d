"""The right side of the page: what the service is called, "Try it", its result, and the form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from trayapp.core.wording import dialled
from trayapp.core.words import Service, Status
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.dress import speak_as
from trayapp.ui.settings.form import ServiceForm
from trayapp.ui.settings.scrolled import SCROLL_BAR, scrolled
from trayapp.ui.settings.tables import Table
from trayapp.ui.settings.try_out import TryOut
from trayapp.ui.window.heading import Shape


class FormPane(QWidget):
    """Shows one service. `edited` carries its new table, `try_asked` nothing: the page knows the service."""

    edited = Signal(object)
    try_asked = Signal()
    secret_wanted = Signal(object)

    def __init__(
        self, kinds: Mapping[str, type[Any]], try_out: TryOut, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.try_out = try_out
        self.form = ServiceForm(kinds, appearance)
        self._shape = Shape(appearance, 30, self)
        self._title = speak_as(QLabel(self), "title")
        self._under = speak_as(QLabel(self), "note")
        for label in (self._title, self._under):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setMinimumWidth(80)
        self._try = QPushButton("&Try it", self)
        self._try.setAutoDefault(False)
        self._try.setToolTip("Check it once now, as it stands here. Nothing is recorded.")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(self._heading())
        whole.addWidget(self._scrolled(), 1)
        self.form.follow(self.try_out.dismiss)
        self.form.changed.connect(self.edited)
        self.form.secret_wanted.connect(self.secret_wanted)
        self._try.clicked.connect(self.try_asked)

    def show_service(self, table: Table, defaults: Mapping[str, object]) -> None:
        """Another service: its values, from the top."""
        self.try_out.give_up()
        self.form.show_service(table, defaults)
        self._area.verticalScrollBar().setValue(0)

    def show_heading(self, title: str, service: Service | None, status: Status) -> None:
        """Its name and address as they are now, and how it is according to the last snapshot."""
        self._title.setText(title)
        self._under.setText(dialled(service, 90) if service else "cannot be checked as it stands")
        self._shape.show_status(status)

    def show_result_of(self, service: Service) -> None:
        """Try this service, and bring the answer into sight."""
        self.try_out.run(service)
        self._area.verticalScrollBar().setValue(0)

    def _heading(self) -> QHBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self._title)
        words.addWidget(self._under)
        row = QHBoxLayout()
        row.setContentsMargins(24, 18, 24, 14)
        row.setSpacing(14)
        row.addWidget(self._shape)
        row.addLayout(words, 1)
        row.addWidget(self._try)
        return row

    def _scrolled(self) -> QScrollArea:
        page = QWidget()
        page.setProperty("role", "page")
        column = QVBoxLayout(page)
        column.setContentsMargins(24, 2, 24 - SCROLL_BAR, 24)
        column.setSpacing(14)
        column.addWidget(self.try_out)
        column.addWidget(self.form)
        column.addStretch(1)
        self._area = scrolled(page, self)
        return self._area
