"""Editor for a mapping of names to texts, such as HTTP headers: one line for each."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QToolButton, QVBoxLayout, QWidget

from trayapp.config.written import shape_of
from trayapp.core.keys import DeclaredKey, Reference
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.editor import UNSET, Editor
from trayapp.ui.settings.plain_editors import LineEditor
from trayapp.ui.settings.text_editor import TextEditor


class _Entry(QWidget):
    """One name and its text."""

    changed = Signal()
    dropped = Signal(object)

    def __init__(self, declared: DeclaredKey, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self.name = QLineEdit(self)
        self.name.setPlaceholderText("Name")
        self.name.setAccessibleName(f"Name in {declared.key.label}")
        self.text = self._editor(declared, appearance)
        self.text.field.setAccessibleName(f"Value in {declared.key.label}")
        self.drop = drop = QToolButton(self)
        drop.setText("✕")
        drop.setAccessibleName("Remove this line")
        drop.setToolTip("Remove this line")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.name, 2)
        row.addWidget(self.text, 5)
        row.addWidget(drop)
        self.name.textChanged.connect(self._rename)
        self.name.textEdited.connect(self.changed)
        self.text.changed.connect(self.changed)
        drop.clicked.connect(self._drop)

    def _editor(self, declared: DeclaredKey, appearance: Appearance) -> Editor:
        """Of the value, which may stand elsewhere where the key says so."""
        inside = shape_of(declared.type).inside
        if inside is not None and inside.form is Reference:
            return TextEditor(declared, appearance, self)
        return LineEditor(declared, parent=self)

    @Slot(str)
    def _rename(self, name: str) -> None:
        if isinstance(self.text, TextEditor):
            self.text.called = name.strip() or self.text.declared.name

    @Slot()
    def _drop(self) -> None:
        self.dropped.emit(self)


class MappingEditor(Editor):
    """Lines of name and text, and a button for one more."""

    wide = True

    def __init__(self, declared: DeclaredKey, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(declared, parent)
        self._appearance = appearance
        self._entries: list[_Entry] = []
        self._more = QPushButton("Add a line", self)
        self._more.setProperty("role", "quiet")
        self._more.setAutoDefault(False)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(6)
        self._rows.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        self._more.clicked.connect(self._add_empty)

    @property
    def field(self) -> QWidget:
        return self._more

    def _show(self, value: Any) -> None:
        for entry in list(self._entries):
            self._forget(entry)
        if isinstance(value, Mapping):
            for name, text in value.items():
                self._add(str(name), text)

    def _read(self) -> Any:
        texts = {entry.name.text().strip(): entry.text.value() for entry in self._entries}
        return {name: "" if text is UNSET else text for name, text in texts.items() if name} or UNSET

    def _add(self, name: str, text: Any) -> _Entry:
        entry = _Entry(self.declared, self._appearance, self)
        entry.name.setText(name)
        entry.text.show_value(text)
        entry.changed.connect(self.touch)
        entry.text.secret_wanted.connect(self.secret_wanted)
        entry.dropped.connect(self._drop)
        self._rows.insertWidget(len(self._entries), entry)
        # Tab goes through the lines and then to the button: the new line comes after it, then it after the line.
        for before, after in pairwise([self._more, entry.name, *entry.text.controls, entry.drop, self._more]):
            QWidget.setTabOrder(before, after)
        self._entries.append(entry)
        return entry

    def _forget(self, entry: _Entry) -> None:
        self._entries.remove(entry)
        self._rows.removeWidget(entry)
        entry.setParent(None)
        entry.deleteLater()

    @Slot()
    def _add_empty(self) -> None:
        self._add("", UNSET).name.setFocus()

    @Slot(object)
    def _drop(self, entry: _Entry) -> None:
        self._forget(entry)
        self._more.setFocus()
        self.touch()
