"""Rows about this machine: what it gives us, what is missing, and what mends that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeAlias

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QWidget

from trayapp.core.wording import plain
from trayapp.core.words import Outcome
from trayapp.ui.bridge import Bridge
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.dress import speak_as
from trayapp.ui.settings.try_out import LOOKS
from trayapp.ui.window.heading import Shape


@dataclass(frozen=True, slots=True)
class Row:
    """One thing of this machine: "Keyring", how it is, one sentence, and what to do where it is not well."""

    subject: str
    outcome: Outcome
    sentence: str
    remedy: str = ""


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
        self._parts: list[QWidget] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(18, 14, 18, 16)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(1, 1)
        self._again = QPushButton("Look again", self)
        self._again.setProperty("role", "quiet")
        self._again.setAutoDefault(False)
        self._again.setAccessibleName(f"Look again: {heading}")
        self._grid.addWidget(speak_as(QLabel(heading, self), "heading"), 0, 0, 1, 2)
        self._grid.addWidget(self._again, 0, 2)
        self._waiting = speak_as(QLabel("Looking…", self), "note")
        self._grid.addWidget(self._waiting, 1, 0, 1, 3)
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
        for part in self._parts:
            part.deleteLater()
        self._parts = []
        for row in future.result():
            self._add(row)

    def _add(self, row: Row) -> None:
        shape = Shape(self._appearance, 16, self)
        shape.show_status(LOOKS[row.outcome])
        subject = QLabel(plain(row.subject), self)
        note = speak_as(QLabel(self), "note")
        note.setTextFormat(Qt.TextFormat.PlainText)
        note.setWordWrap(True)
        note.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        note.setText("\n".join(text for text in (plain(row.sentence, 300), plain(row.remedy, 300)) if text))
        note.setAccessibleName(f"{row.subject}, {row.outcome.value}: {row.sentence} {row.remedy}")
        at = self._grid.rowCount()
        self._grid.setRowMinimumHeight(at, 8)
        self._grid.addWidget(shape, at + 1, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(subject, at + 1, 1, 1, 2)
        self._grid.addWidget(note, at + 2, 1, 1, 2)
        self._parts += [shape, subject, note]
