"""One row of the form: label, editor, and a quiet line that explains or says what is wrong."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from trayapp.config.durations import format_duration
from trayapp.config.written import shape_of
from trayapp.core.keys import DeclaredKey, Duration
from trayapp.core.wording import plain
from trayapp.ui.settings.dress import repolish, speak_as
from trayapp.ui.settings.editor import UNSET, Editor

LABEL_WIDTH = 148
TOP = 10
"""Pixels from the top of a list to its first line."""
GAP = 6
"""Pixels between one row and the next."""


class Field(QObject):
    """Puts its parts into a grid and keeps the line under the editor."""

    def __init__(self, editor: Editor, grid: QGridLayout, parent: QWidget) -> None:
        super().__init__(parent)
        key = editor.declared.key
        self.name = editor.declared.name
        self.editor = editor
        self._label = QLabel(key.label, parent)
        self._label.setBuddy(editor.field)
        self._label.setWordWrap(True)
        self._label.setFixedWidth(LABEL_WIDTH)
        self._note = speak_as(QLabel(parent), "note")
        self._note.setWordWrap(True)
        self._note.setTextFormat(Qt.TextFormat.PlainText)
        self._note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        editor.field.setAccessibleName(key.label)
        editor.field.setToolTip(key.help)
        self._place(grid)
        self._fault: str | None = None
        self._places: Collection[int] = ()
        self._shown = True
        self.show_fault("")

    def _place(self, grid: QGridLayout) -> None:
        self._grid, row = grid, grid.rowCount()
        if self.editor.wide:
            grid.addWidget(self._label, row, 0, 1, 2)
            grid.addWidget(self.editor, row + 1, 0, 1, 2)
            grid.addWidget(self._note, row + 2, 0, 1, 2)
        else:
            if self.editor.tall:
                self._label.setContentsMargins(0, TOP, 0, 0)
                self._label.setAlignment(Qt.AlignmentFlag.AlignTop)
            grid.addWidget(self._label, row, 0)
            grid.addWidget(self.editor, row, 1)
            grid.addWidget(self._note, row + 1, 1)
        self._gap = grid.rowCount()
        grid.setRowMinimumHeight(self._gap, GAP)

    def show_fault(self, sentence: str, places: Collection[int] = ()) -> None:
        """Say what is wrong with the value; with an empty sentence, explain the key again.

        `places` are those of a list that are meant, where they are known.
        """
        if (sentence, places) == (self._fault, self._places):
            return
        self._places = places
        self._fault = sentence
        help_line = self.editor.declared.key.help
        self._note.setProperty("role", "fault" if sentence else "note")
        repolish(self._note)
        self._note.setText(plain(sentence, 300) if sentence else help_line)
        self._note.setVisible(self._shown and bool(sentence or help_line))
        self.editor.show_faulty(places, bool(sentence))
        self.editor.field.setAccessibleDescription(sentence or help_line)

    def set_shown(self, shown: bool) -> None:
        """Show the row, or leave it out."""
        self._shown = shown
        self._label.setVisible(shown)
        self.editor.setVisible(shown)
        self._note.setVisible(shown and bool(self._note.text()))
        self._grid.setRowMinimumHeight(self._gap, GAP if shown else 0)

    @property
    def faulty(self) -> bool:
        return bool(self._fault)

    def reach(self) -> None:
        """Take the keyboard there."""
        self.editor.reach()


def default_in_file(declared: DeclaredKey) -> Any:
    """The default of a key as the file would hold it; UNSET where it has none to write down."""
    default = declared.default
    if default is dataclasses.MISSING or default is None or default in ("", ()):
        return UNSET
    if isinstance(default, tuple):
        return list(default)
    if isinstance(default, bool) or not isinstance(default, int):
        return default
    return format_duration(Duration(default)) if shape_of(declared.type).form is Duration else default
