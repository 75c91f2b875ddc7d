"""A table that there is one of, as a card: what it means in a sentence, and its form.

One that need not be there, such as the quiet hours, has a switch that puts it in and takes it out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from trayapp.config.beside import SINGLE_TABLES
from trayapp.core.keys import declared_keys
from trayapp.core.words import NOTHING
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.controls import Switch
from trayapp.ui.settings.drafting import Drafting
from trayapp.ui.settings.dress import speak_as
from trayapp.ui.settings.judgement import Judgement
from trayapp.ui.settings.table_form import TableForm
from trayapp.ui.settings.tables import Table

Meaning = Callable[[Judgement], str]
"""What the table means, of a judgement in which it is right."""


class TableCard(QFrame):
    """`name` is the table's. It is shown and changed in the draft that `drafting` has."""

    def __init__(
        self,
        name: str,
        heading: str,
        meaning: Meaning,
        drafting: Drafting,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._name, self._meaning, self._drafting = name, meaning, drafting
        self._example = _example(SINGLE_TABLES[name])
        self._switch = Switch(appearance, self)
        self._switch.setAccessibleName(heading)
        self._switch.setVisible(bool(self._example))
        self._sentence = QLabel(self)
        self._sentence.setWordWrap(True)
        self._form = TableForm(SINGLE_TABLES[name], appearance, self)
        top = QHBoxLayout()
        top.addWidget(speak_as(QLabel(heading, self), "heading"), 1)
        top.addWidget(self._switch)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 18, 12)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self._sentence)
        column.addSpacing(6)
        column.addWidget(self._form)
        self._switch.clicked.connect(self._turn)
        self._form.changed.connect(self._edit)
        drafting.opened.connect(self._begin)
        drafting.judged.connect(self._show_judgement)

    def offer(self, name: str, words: Mapping[str, str]) -> None:
        """Words to choose from for a key, each with what to call it."""
        self._form.offer(name, words)

    def reach_first_fault(self) -> None:
        """Take the keyboard to the first field that is wrong."""
        self._form.reach_first_fault()

    @Slot()
    def _begin(self) -> None:
        table = self._drafting.draft.single.now.get(self._name)
        self.setEnabled(self._drafting.draft.broken is None)
        self._switch.setChecked(table is not None)
        self._form.setVisible(table is not None or not self._example)
        self._form.show_table(NOTHING if table is None else table)

    @Slot()
    def _show_judgement(self) -> None:
        faults, warnings = self._drafting.judgement.of((self._name,))
        self._form.show_faults(faults, warnings)
        unusable = "This cannot be used as it stands." if self._form.isVisibleTo(self) else "; ".join(faults.values())
        self._sentence.setText(unusable if faults else self._meaning(self._drafting.judgement))

    @Slot(object)
    def _edit(self, table: Table) -> None:
        tables = self._drafting.draft.single
        if table or self._name in tables.before:
            tables.put(self._name, table)
        elif self._name in tables.now:
            tables.remove(self._name)
        self._drafting.judge_soon()

    @Slot(bool)
    def _turn(self, on: bool) -> None:
        tables = self._drafting.draft.single
        if on:
            tables.put(self._name, tables.before.get(self._name, self._example))
        elif self._name in tables.now:
            tables.remove(self._name)
        self._begin()
        self._drafting.judge()
        if on:
            self._form.reach_first_field()


def _example(cls: type) -> dict[str, Any]:
    """The keys that the table must have, with their examples; a table without such keys can always be there."""
    return {name: declared.key.placeholder for name, declared in declared_keys(cls).items() if declared.required}
