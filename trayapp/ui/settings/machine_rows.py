"""Rows about this machine: what it gives us, what is missing, and what mends that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Protocol, TypeAlias

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from trayapp.core.wording import plain
from trayapp.core.words import Status
from trayapp.ui.bridge import Bridge
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.dress import speak_as
from trayapp.ui.window.heading import Shape


class Row(Protocol):
    """One part of this machine: what was found, whether that will do, and what to do if not."""

    @property
    def part(self) -> str: ...
    @property
    def ok(self) -> bool: ...
    @property
    def found(self) -> str: ...
    @property
    def advice(self) -> str: ...


Look: TypeAlias = Callable[[], Future[Sequence[Row]]]
"""Looks at the machine in some other thread."""


class MachineRows(QFrame):
    """A card of rows. It looks when it is first seen, and whenever it is told to."""

    def __init__(
        self, heading: str, look: Look, bridge: Bridge, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._look, self._bridge, self._appearance = look, bridge, appearance
        self._asked: Future[Sequence[Row]] | None = None
        self._rows: QWidget | None = None
        self._again = QPushButton("Look again", self)
        self._again.setProperty("role", "quiet")
        self._again.setAutoDefault(False)
        self._again.setAccessibleName(f"Look again: {heading}")
        self._waiting = speak_as(QLabel("Looking…", self), "note")
        top = QHBoxLayout()
        top.addWidget(speak_as(QLabel(heading, self), "heading"), 1)
        top.addWidget(self._again)
        self._whole = QVBoxLayout(self)
        self._whole.setContentsMargins(18, 14, 18, 16)
        self._whole.setSpacing(8)
        self._whole.addLayout(top)
        self._whole.addWidget(self._waiting)
        self._again.clicked.connect(self.look)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._asked is None:
            self.look()

    @Slot()
    def look(self) -> None:
        """Look at the machine again."""
        self._waiting.setText("Looking…")
        self._waiting.show()
        self._asked = self._look()
        self._bridge.when_done(self._asked, self._seen)

    def _seen(self, future: Future[Sequence[Row]]) -> None:
        if future is not self._asked or future.cancelled():
            return
        if (error := future.exception()) is not None:
            self._waiting.setText(f"It could not be found out: {plain(str(error))}")
            return
        self._waiting.hide()
        if self._rows is not None:
            self._rows.setParent(None)
            self._rows.deleteLater()
        self._rows = self._drawn(future.result())
        self._whole.addWidget(self._rows)

    def _drawn(self, rows: Sequence[Row]) -> QWidget:
        drawn = QWidget(self)
        grid = QGridLayout(drawn)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        for at, row in enumerate(rows):
            shape = Shape(self._appearance, 16, drawn)
            shape.show_status(Status.UP if row.ok else Status.DEGRADED)
            shape.setAccessibleName("well" if row.ok else "needs attention")
            part = QLabel(plain(row.part), drawn)
            part.setTextFormat(Qt.TextFormat.PlainText)
            grid.addWidget(shape, 3 * at, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(part, 3 * at, 1)
            grid.addWidget(_note(row, drawn), 3 * at + 1, 1)
            grid.setRowMinimumHeight(3 * at + 2, 6)
        return drawn


def _note(row: Row, parent: QWidget) -> QLabel:
    """What was found and what to do, to be read and copied."""
    note = speak_as(QLabel(parent), "note")
    note.setTextFormat(Qt.TextFormat.PlainText)
    note.setWordWrap(True)
    note.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    note.setText("\n".join(text for text in (plain(row.found, 300), plain(row.advice, 300)) if text))
    note.setAccessibleName(f"{row.part}: {row.found} {row.advice}")
    return note
