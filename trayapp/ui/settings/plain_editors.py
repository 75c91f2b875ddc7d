"""Editors for plain values: a line, a number, a choice, a switch, a list of words."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QLineEdit, QPushButton, QWidget

from trayapp.core.keys import DeclaredKey
from trayapp.core.words import NOTHING
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.controls import ChoiceBox, Switch
from trayapp.ui.settings.editor import UNSET, Editor

SHORT = 132
"""Width in pixels of a field that holds a number, a duration or one word."""

FEW = 4
"""So many offers are buttons; more of them are shown while somebody types."""


def in_a_row(editor: QWidget, *controls: QWidget, stretch: bool) -> QHBoxLayout:
    """Lay controls side by side; with `stretch` the first takes the room, else an empty end does."""
    row = QHBoxLayout(editor)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    for number, control in enumerate(controls):
        row.addWidget(control, 1 if stretch and number == 0 else 0)
    if not stretch:
        row.addStretch(1)
    return row


class LineEditor(Editor):
    """A line of text. An empty line means that the key is absent, and shows the default in grey."""

    def __init__(self, declared: DeclaredKey, *, short: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(declared, parent)
        self._line = QLineEdit(self)
        if short:
            example = self._line.fontMetrics().horizontalAdvance(declared.key.placeholder)
            self._line.setFixedWidth(max(SHORT, example + 34))
        self._row = in_a_row(self, self._line, stretch=not short)
        self._line.textEdited.connect(self.touch)

    @property
    def field(self) -> QWidget:
        return self._line

    def offer(self, words: Mapping[str, str]) -> None:
        if len(words) > FEW:
            completer = QCompleter(list(words), self._line)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.activated.connect(self._take)
            self._line.setCompleter(completer)
            return
        before: QWidget = self._line
        for place, (word, title) in enumerate(words.items(), 1):
            button = QPushButton(title, self)
            button.setAutoDefault(False)
            button.clicked.connect(partial(self._take, word))
            self._row.insertWidget(place, button)
            QWidget.setTabOrder(before, button)
            before = button

    @Slot(str)
    def _take(self, word: str) -> None:
        self._line.setText(word)
        self.touch()

    def _show(self, value: Any) -> None:
        self._line.setPlaceholderText(self.declared.key.placeholder or self._written(self._default))
        self._line.setText(self._written(value))
        self._line.setCursorPosition(0)

    def _read(self) -> Any:
        text = self._line.text().strip()
        return self._meant(text) if text else UNSET

    def _written(self, value: Any) -> str:
        return "" if value is UNSET else str(value)

    def _meant(self, text: str) -> Any:
        return text


class NumberEditor(LineEditor):
    """A number. What is none stays text in the table, so that the fault is found and shown at the field."""

    def __init__(self, declared: DeclaredKey, number: type[int] | type[float], parent: QWidget | None = None) -> None:
        super().__init__(declared, short=True, parent=parent)
        self._number = number

    def _meant(self, text: str) -> Any:
        try:
            return self._number(text)
        except ValueError:
            return text


class WordsEditor(LineEditor):
    """A list of words, separated by commas; a word that holds a comma stands in quotation marks."""

    def _written(self, value: Any) -> str:
        if not isinstance(value, list | tuple):
            return super()._written(value)
        return ", ".join(f'"{word}"' if "," in (word := str(item)) else word for item in value)

    def _meant(self, text: str) -> Any:
        [row] = csv.reader([text], skipinitialspace=True)
        return [word.strip() for word in row if word.strip()]


class ChoiceEditor(Editor):
    """One of the words that the key allows; what is offered says what to call them."""

    def __init__(self, declared: DeclaredKey, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(declared, parent)
        self._titles: Mapping[str, str] = NOTHING
        self._box = ChoiceBox(appearance, self)
        self._box.setMinimumWidth(SHORT)
        in_a_row(self, self._box, stretch=False)
        self._box.currentIndexChanged.connect(self.touch)

    @property
    def field(self) -> QWidget:
        return self._box

    def offer(self, words: Mapping[str, str]) -> None:
        self._titles = words

    def _show(self, value: Any) -> None:
        words = list(self.declared.choices)
        shown = str(self._default if value is UNSET else value)
        if shown not in words:
            words.append(shown)
        self._box.clear()
        for word in words:
            self._box.addItem(self._titles.get(word, word), word)
        self._box.setCurrentIndex(words.index(shown))

    def _read(self) -> Any:
        return self._box.currentData()


class SwitchEditor(Editor):
    """On or off."""

    def __init__(self, declared: DeclaredKey, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(declared, parent)
        self._switch = Switch(appearance, self)
        in_a_row(self, self._switch, stretch=False)
        self._switch.toggled.connect(self.touch)

    @property
    def field(self) -> QWidget:
        return self._switch

    def _show(self, value: Any) -> None:
        self._switch.setChecked(bool(self._default if value is UNSET else value))

    def _read(self) -> Any:
        return self._switch.isChecked()
