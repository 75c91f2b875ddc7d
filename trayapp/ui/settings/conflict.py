"""The file was changed by somebody else meanwhile: both texts side by side, and the choice between them."""

from __future__ import annotations

import difflib

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontDatabase, QShowEvent, QTextCursor, QTextFormat
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from trayapp.ui.palette import Appearance
from trayapp.ui.settings.dress import speak_as


class ConflictDialog(QDialog):
    """Nothing is written and nothing dropped before one of the two is chosen. Closing it chooses neither."""

    mine_chosen = Signal(str, str)
    """My text, and theirs, which it is to replace."""
    theirs_chosen = Signal(str)

    def __init__(self, mine: str, theirs: str, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mine, self._theirs = mine, theirs
        self._panes: list[tuple[QPlainTextEdit, int]] = []
        self.setWindowTitle("services.toml was changed meanwhile")
        self.resize(880, 560)
        heading = speak_as(QLabel("services.toml was changed by somebody else meanwhile", self), "title")
        note = speak_as(QLabel("Nothing has been saved. Lines that differ are marked.", self), "note")
        for label in (heading, note):
            label.setWordWrap(True)
        mine_lines, theirs_lines = _different(mine, theirs)
        panes = QGridLayout()
        panes.setHorizontalSpacing(14)
        panes.setVerticalSpacing(8)
        for column, (title, text, lines) in enumerate(
            (("Yours", mine, mine_lines), ("In the file now", theirs, theirs_lines))
        ):
            pane = _pane(title, text, lines, appearance, self)
            panes.addWidget(speak_as(QLabel(title, self), "heading"), 0, column)
            panes.addWidget(pane, 1, column)
            self._panes.append((pane, min(lines, default=0)))
        use_mine = QPushButton("Use &mine", self)
        use_theirs = QPushButton("Use &theirs", self)
        for column, button in enumerate((use_mine, use_theirs)):
            panes.addWidget(button, 2, column, Qt.AlignmentFlag.AlignLeft)
        cancel = QPushButton("Cancel", self)
        cancel.setDefault(True)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(24, 22, 24, 18)
        whole.setSpacing(10)
        whole.addWidget(heading)
        whole.addWidget(note)
        whole.addLayout(panes, 1)
        whole.addLayout(buttons)
        use_mine.clicked.connect(self._use_mine)
        use_theirs.clicked.connect(self._use_theirs)
        cancel.clicked.connect(self.reject)

    def showEvent(self, event: QShowEvent) -> None:
        """Each pane begins a little above the first line that differs; how many it can show is known only now."""
        super().showEvent(event)
        for pane, first in self._panes:
            pane.verticalScrollBar().setValue(max(0, first - 3))

    @Slot()
    def _use_mine(self) -> None:
        self.accept()
        self.mine_chosen.emit(self._mine, self._theirs)

    @Slot()
    def _use_theirs(self) -> None:
        self.accept()
        self.theirs_chosen.emit(self._theirs)


def _different(mine: str, theirs: str) -> tuple[list[int], list[int]]:
    """The numbers of the lines, from 0, that only one of the texts has."""
    a, b = mine.splitlines(), theirs.splitlines()
    only_mine: list[int] = []
    only_theirs: list[int] = []
    for tag, a_from, a_to, b_from, b_to in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag != "equal":
            only_mine += range(a_from, a_to)
            only_theirs += range(b_from, b_to)
    return only_mine, only_theirs


def _pane(title: str, text: str, lines: list[int], appearance: Appearance, parent: QWidget) -> QPlainTextEdit:
    pane = QPlainTextEdit(text, parent)
    pane.setReadOnly(True)
    pane.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    pane.setTabChangesFocus(True)
    pane.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    pane.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    pane.setAccessibleName(title)
    mark = QColor(appearance.colours.degraded)
    mark.setAlphaF(0.22)
    marked = []
    for line in lines:
        selection = QTextEdit.ExtraSelection()
        selection.format.setBackground(mark)
        selection.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
        selection.cursor = QTextCursor(pane.document().findBlockByNumber(line))
        marked.append(selection)
    pane.setExtraSelections(marked)
    return pane
