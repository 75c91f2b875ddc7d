"""Which services tell everything, which only "down", and which nothing: the choices at a glance."""

from __future__ import annotations

from html import escape
from urllib.parse import quote, unquote

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from trayapp.core.keys import declared_keys
from trayapp.core.words import Service
from trayapp.ui.settings.draft import SERVICES
from trayapp.ui.settings.drafting import Drafting
from trayapp.ui.settings.dress import speak_as

MANY = 24
"""So many names are listed; the rest are counted."""

NOTIFY = declared_keys(Service)["notify"]


class WhoIsTold(QFrame):
    """A card with one line for each choice. `chosen` carries the id of a service that was clicked."""

    chosen = Signal(str)

    def __init__(self, drafting: Drafting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._drafting = drafting
        titles = {"all": "Down and back up", "down": "Only down", "none": "Nothing"}
        self._names: dict[str, QLabel] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(18, 14, 18, 16)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        grid.addWidget(speak_as(QLabel("What is told", self), "heading"), 0, 0, 1, 2)
        for at, word in enumerate(NOTIFY.choices, 1):
            names = QLabel(self)
            names.setWordWrap(True)
            names.setTextFormat(Qt.TextFormat.RichText)
            names.setTextInteractionFlags(
                Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
            )
            names.linkActivated.connect(self._choose)
            label = QLabel(titles.get(word, word), self)
            label.setBuddy(names)
            names.setAccessibleName(label.text())
            grid.addWidget(label, at, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(names, at, 1)
            self._names[word] = names
        drafting.judged.connect(self._show_draft)
        note = speak_as(QLabel("Choose a service to change what is told of it.", self), "note")
        grid.addWidget(note, len(NOTIFY.choices) + 1, 0, 1, 2)

    @Slot()
    def _show_draft(self) -> None:
        """Sort the services of the draft by what is told of them."""
        draft = self._drafting.draft
        usual = draft.defaults.get("notify", NOTIFY.default)
        for word, label in self._names.items():
            told = [id_ for id_, table in draft.services.now.items() if table.get("notify", usual) == word]
            links = [
                f'<a href="{quote(id_, safe="")}">{escape(draft.title((SERVICES, id_)))}</a>' for id_ in told[:MANY]
            ]
            if len(told) > MANY:
                links.append(f"and {len(told) - MANY} more")
            label.setText(", ".join(links) or "—")

    @Slot(str)
    def _choose(self, link: str) -> None:
        self.chosen.emit(unquote(link))
