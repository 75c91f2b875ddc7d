"""One row of the form: label, editor, and a quiet line that explains or says what is wrong."""

from __future__ import annotations

import dataclasses
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
        self.show_fault("")

    def _place(self, grid: QGridLayout) -> None:
        row = grid.rowCount()
        if self.editor.wide:
            grid.addWidget(self._label, row, 0, 1, 2)
            grid.addWidget(self.editor, row + 1, 0, 1, 2)
            grid.addWidget(self._note, row + 2, 0, 1, 2)
        else:
            grid.addWidget(self._label, row, 0)
            grid.addWidget(self.editor, row, 1)
            grid.addWidget(self._note, row + 1, 1)
        grid.setRowMinimumHeight(grid.rowCount(), 6)

    def show_fault(self, sentence: str) -> None:
        """Say what is wrong with the value; with an empty sentence, explain the key again."""
        if sentence == self._fault:
            return
        self._fault = sentence
        help_line = self.editor.declared.key.help
        self._note.setProperty("role", "fault" if sentence else "note")
        repolish(self._note)
        self._note.setText(plain(sentence, 300) if sentence else help_line)
        self._note.setVisible(bool(sentence or help_line))
        self.editor.setProperty("faulty", bool(sentence))
        repolish(self.editor.field)
        self.editor.field.setAccessibleDescription(sentence or help_line)

    @property
    def faulty(self) -> bool:
        return bool(self._fault)

    def reach(self) -> None:
        """Take the keyboard there."""
        self.editor.field.setFocus(Qt.FocusReason.OtherFocusReason)


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
