"""The list beside the form: find, choose, switch on and off, add, duplicate, remove."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QSize, QSortFilterProxyModel, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QListView, QPushButton, QVBoxLayout, QWidget

from trayapp.ui.palette import Appearance
from trayapp.ui.settings.line_delegate import LineDelegate
from trayapp.ui.settings.line_model import Line, LineModel


class SideList(QFrame):
    """Says what the user wants; the page does it. Ids travel, never rows."""

    chosen = Signal(str)
    switched = Signal(str, bool)
    add_asked = Signal()
    duplicate_asked = Signal(str)
    remove_asked = Signal(str)

    def __init__(self, title: str, find: str, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "side")
        self.setFixedWidth(292)
        self._model = LineModel(self)
        self._shown = QSortFilterProxyModel(self)
        self._shown.setSourceModel(self._model)
        self._shown.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._find = QLineEdit(self)
        self._find.setPlaceholderText("Find")
        self._find.setAccessibleName(find)
        self._find.setClearButtonEnabled(True)
        self._view = QListView(self)
        self._view.setProperty("role", "lines")
        self._view.setModel(self._shown)
        self._view.setItemDelegate(LineDelegate(appearance, self._view))
        self._view.setAccessibleName(title)
        self._view.setUniformItemSizes(True)
        self._view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self._view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._view.setMinimumSize(QSize(220, 120))
        self._add = self._button("&Add…")
        self._duplicate = self._button("&Duplicate")
        self._remove = self._button("&Remove")
        buttons = QHBoxLayout()
        buttons.setSpacing(2)
        for button in (self._add, self._duplicate, self._remove):
            buttons.addWidget(button)
        buttons.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(14, 14, 14, 10)
        whole.setSpacing(10)
        whole.addWidget(self._find)
        whole.addWidget(self._view, 1)
        whole.addLayout(buttons)
        self._find.textChanged.connect(self._shown.setFilterFixedString)
        self._find.returnPressed.connect(self._view.setFocus)
        self._view.selectionModel().currentChanged.connect(self._choose)
        self._model.switched.connect(self.switched)
        self._add.clicked.connect(self.add_asked)
        self._duplicate.clicked.connect(self._ask_duplicate)
        self._remove.clicked.connect(self._ask_remove)
        self._judge_buttons()

    @property
    def current(self) -> str:
        """The id of the chosen line; empty where there is none."""
        index = self._view.currentIndex()
        line: Line | None = index.data(LineModel.LINE) if index.isValid() else None
        return line.id if line else ""

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Draw the list anew; what was chosen stays chosen where it still exists."""
        current = self.current
        self._model.show_lines(lines)
        if current and not self.current:
            self.choose(current)
        self._judge_buttons()

    def choose(self, id_: str) -> None:
        """Choose this line, whether or not the filter shows it."""
        row = self._model.row_of(id_)
        if row < 0:
            return
        index = self._shown.mapFromSource(self._model.index(row))
        if not index.isValid():
            self._find.clear()
            index = self._shown.mapFromSource(self._model.index(row))
        select = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self._view.selectionModel().setCurrentIndex(index, select)
        self._view.scrollTo(index)

    def allow_adding(self, allowed: bool) -> None:
        """Nothing can be added to a file that cannot be read."""
        self._add.setEnabled(allowed)

    def begin_finding(self) -> None:
        """Take the keyboard to the field that filters."""
        self._find.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._find.selectAll()

    def reach(self) -> None:
        """Take the keyboard to the list."""
        self._view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _button(self, text: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setProperty("role", "quiet")
        button.setAutoDefault(False)
        return button

    def _judge_buttons(self) -> None:
        for button in (self._duplicate, self._remove):
            button.setEnabled(bool(self.current))

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        self._judge_buttons()
        if index.isValid():
            self.chosen.emit(self.current)

    @Slot()
    def _ask_duplicate(self) -> None:
        self.duplicate_asked.emit(self.current)

    @Slot()
    def _ask_remove(self) -> None:
        self.remove_asked.emit(self.current)
