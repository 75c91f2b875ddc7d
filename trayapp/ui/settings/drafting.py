"""The draft that all pages work on together: judged when the typing pauses, and drawn by every page from that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from trayapp.ui.settings.draft import Draft

SETTLE_MS = 200
"""How long after the last keystroke the draft is judged."""


class Drafting(QObject):
    """`opened`: there is another draft, begin anew. `judged`: what the draft comes to may have changed."""

    opened = Signal()
    judged = Signal()

    def __init__(self, kinds: Mapping[str, type[Any]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kinds = kinds
        self.draft = Draft("", kinds)
        self.judgement = self.draft.judge()
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self.judge)

    def open(self, text: str) -> None:
        """Begin from this text."""
        self.draft = Draft(text, self._kinds)
        self.judgement = self.draft.judge()
        self.opened.emit()
        self.judge()

    @Slot()
    def judge(self) -> None:
        """Judge the draft now."""
        self._settle.stop()
        self.judgement = self.draft.judge()
        self.judged.emit()

    def judge_soon(self) -> None:
        """Judge the draft when nothing was typed for a moment."""
        self._settle.start()
