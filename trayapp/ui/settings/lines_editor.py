"""Editor for a list of which several are the usual, such as addresses to ask: one line for each."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QToolButton, QVBoxLayout, QWidget

from trayapp.core.keys import DeclaredKey
from trayapp.ui.settings.dress import repolish
from trayapp.ui.settings.editor import UNSET, Editor


class _Entry(QWidget):
    """One line, and what takes it out."""

    changed = Signal()
    dropped = Signal(object)

    def __init__(self, declared: DeclaredKey, parent: QWidget) -> None:
        super().__init__(parent)
        self.line = QLineEdit(self)
        self.line.setPlaceholderText(declared.key.placeholder)
        self.line.setAccessibleName(f"Line of {declared.key.label}")
        self.drop = QToolButton(self)
        self.drop.setText("✕")
        self.drop.setAccessibleName("Remove this line")
        self.drop.setToolTip("Remove this line")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.line, 1)
        row.addWidget(self.drop)
        self.line.textEdited.connect(self.changed)
        self.drop.clicked.connect(self._drop)

    @Slot()
    def _drop(self) -> None:
        self.dropped.emit(self)


class LinesEditor(Editor):
    """Lines, a button for one more, and one that brings the usual lines back.

    An absent key shows the usual lines; no line at all is an empty list, which is something else.
    """

    wide = True

    def __init__(self, declared: DeclaredKey, parent: QWidget | None = None) -> None:
        super().__init__(declared, parent)
        self._entries: list[_Entry] = []
        self._faulty: tuple[bool, Collection[int]] = (False, ())
        self._more = _quiet("Add a line", self)
        self._usual = _quiet("Restore the usual", self)
        buttons = QHBoxLayout()
        buttons.addWidget(self._more)
        buttons.addWidget(self._usual)
        buttons.addStretch(1)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(6)
        self._rows.addLayout(buttons)
        self._more.clicked.connect(self._add_empty)
        self._usual.clicked.connect(self._restore)

    @property
    def field(self) -> QWidget:
        return self._more

    @property
    def controls(self) -> tuple[QWidget, ...]:
        lines = (control for entry in self._entries for control in (entry.line, entry.drop))
        return *lines, self._more, self._usual

    def show_faulty(self, places: Collection[int], faulty: bool) -> None:
        self._faulty = faulty, places
        self._mark()

    def reach(self) -> None:
        wrong = (entry.line for entry in self._entries if entry.property("faulty"))
        next(wrong, self._more).setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self, value: Any) -> None:
        for entry in list(self._entries):
            self._forget(entry)
        shown = self._default if value is UNSET else value
        for text in shown if isinstance(shown, list) else []:
            self._add(str(text))
        self._judge()
        self._mark()

    def _read(self) -> Any:
        lines = [text for entry in self._entries if (text := entry.line.text().strip())]
        return UNSET if lines == self._default else lines

    def _add(self, text: str) -> _Entry:
        entry = _Entry(self.declared, self)
        entry.line.setText(text)
        entry.line.setCursorPosition(0)
        entry.changed.connect(self._change)
        entry.dropped.connect(self._drop)
        self._rows.insertWidget(len(self._entries), entry)
        # Tab goes through the lines and then to the buttons: the new line comes after the first, then that after it.
        for before, after in pairwise([self._more, entry.line, entry.drop, self._more]):
            QWidget.setTabOrder(before, after)
        QWidget.setTabOrder(self._more, self._usual)
        self._entries.append(entry)
        return entry

    def _mark(self) -> None:
        """Mark the lines that are wrong; without a place it is all of them. Empty lines are not in the file's list."""
        faulty, places = self._faulty
        filled = [entry for entry in self._entries if entry.line.text().strip()]
        for entry in self._entries:
            entry.setProperty("faulty", faulty and (not places or (entry in filled and filled.index(entry) in places)))
            repolish(entry.line)

    def _forget(self, entry: _Entry) -> None:
        self._entries.remove(entry)
        self._rows.removeWidget(entry)
        entry.setParent(None)
        entry.deleteLater()

    def _judge(self) -> None:
        self._usual.setEnabled(self._read() is not UNSET)

    @Slot()
    def _change(self) -> None:
        self._judge()
        self.touch()

    @Slot()
    def _add_empty(self) -> None:
        self._add("").line.setFocus()

    @Slot()
    def _restore(self) -> None:
        self._show(UNSET)
        self._more.setFocus()
        self.touch()

    @Slot(object)
    def _drop(self, entry: _Entry) -> None:
        self._forget(entry)
        self._more.setFocus()
        self._change()


def _quiet(text: str, parent: QWidget) -> QPushButton:
    button = QPushButton(text, parent)
    button.setProperty("role", "quiet")
    button.setAutoDefault(False)
    return button
