"""Editor for a Text: written in the file, or kept elsewhere and only named there.

A secret is never shown. The file gets `{ secret = "name" }`, the value goes to the keyring; to
replace it there is "Change…". The page that holds the form does the asking: `secret_wanted`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QStackedWidget, QWidget

from trayapp.core.keys import DeclaredKey
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.controls import ChoiceBox
from trayapp.ui.settings.dress import speak_as
from trayapp.ui.settings.editor import UNSET, Editor
from trayapp.ui.settings.plain_editors import in_a_row

SOURCES = {"": "Written here", "secret": "Keyring", "env": "Variable", "file": "File"}
"""Where a text may come from: the word in the file, and what the user is shown."""

PLACEHOLDERS = {"env": "NAME_OF_THE_VARIABLE", "file": "/path/to/a/file/that/only/you/may/read"}


class TextEditor(Editor):
    """A line, a box that says where the text comes from, and for a secret a dot and a button.

    `called` is what a secret kept from here is named after.
    """

    def __init__(self, declared: DeclaredKey, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(declared, parent)
        self._line = QLineEdit(self)
        self._dot = speak_as(QLabel(self), "note")
        self._dot.setMinimumWidth(60)
        self._change = QPushButton("Change…", self)
        self._change.setAutoDefault(False)
        self._source = ChoiceBox(appearance, self)
        for word, title in SOURCES.items():
            self._source.addItem(title, word)
        self._source.setAccessibleName(f"Where {declared.key.label} comes from")
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._line)
        self._stack.addWidget(self._kept())
        in_a_row(self, self._stack, self._source, stretch=True)
        self._secret = ""
        self._from = ""
        self.called = declared.name
        self._line.textEdited.connect(self.touch)
        self._source.activated.connect(self._choose_source)
        self._change.clicked.connect(self._want_secret)

    @property
    def field(self) -> QWidget:
        return self._line

    @property
    def controls(self) -> tuple[QWidget, ...]:
        return self._line, self._change, self._source

    @property
    def secret_name(self) -> str:
        """The name of the secret it shows; empty where the text is no secret."""
        return self._secret

    @property
    def written(self) -> str:
        """The text, where it stands in the file; empty where it is only named there."""
        return "" if self._from else self._line.text()

    @Slot(str)
    def keep_secret(self, name: str) -> None:
        """The keyring has it now, under this name; the file will only name it."""
        self._secret = name
        self._show_source("secret")
        self._line.clear()
        self.touch()

    @Slot()
    def give_up_secret(self) -> None:
        """The user kept nothing: back to what the text was before."""
        self._show_source(self._from)

    def _kept(self) -> QWidget:
        box = QWidget(self)
        row = QHBoxLayout(box)
        row.setContentsMargins(2, 0, 0, 0)
        row.addWidget(self._dot, 1)
        row.addWidget(self._change)
        return box

    def _show(self, value: Any) -> None:
        source, name = _source_of(value)
        self._secret = name if source == "secret" else ""
        self._line.setText("" if source == "secret" else name)
        self._line.setCursorPosition(0)
        self._show_source(source)

    def _read(self) -> Any:
        if self._from == "secret":
            return {"secret": self._secret} if self._secret else UNSET
        text = self._line.text()
        if not text:
            return UNSET
        return {self._from: text} if self._from else text

    def _show_source(self, source: str) -> None:
        self._from = source
        self._source.setCurrentIndex(list(SOURCES).index(source))
        self._stack.setCurrentIndex(1 if source == "secret" else 0)
        self._line.setPlaceholderText(PLACEHOLDERS.get(source) or self._grey())
        self._dot.setText(f"●  {self._secret}")
        self._dot.setToolTip("Kept in the keyring under this name; the file holds only the name.")
        self._change.setAccessibleName(f"Change the secret {self._secret}")

    def _grey(self) -> str:
        default = self._default if isinstance(self._default, str) else ""
        return self.declared.key.placeholder or default

    @Slot(int)
    def _choose_source(self, index: int) -> None:
        source = self._source.itemData(index)
        if source == "secret":
            if not self._secret:
                self._want_secret()
            return
        self._secret = ""
        self._show_source(source)
        self.touch()

    @Slot()
    def _want_secret(self) -> None:
        self.secret_wanted.emit(self)


def _source_of(value: Any) -> tuple[str, str]:
    """Which source a value of the file names, and the text or name: `{env = "X"}` is ("env", "X")."""
    if isinstance(value, Mapping) and len(value) == 1:
        [(source, name)] = value.items()
        if source in SOURCES and source:
            return source, str(name)
    return "", "" if value is UNSET else str(value)
