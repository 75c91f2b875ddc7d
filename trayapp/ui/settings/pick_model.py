"""What exists as a list to tick: words of the file, what to call each, and which are ticked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from trayapp.core.wording import plain

Index = QModelIndex | QPersistentModelIndex


class PickModel(QAbstractListModel):
    """`picked`: the user ticked something, or no longer."""

    picked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words: list[str] = []
        self._titles: Mapping[str, str] = {}
        self._ticked: set[str] = set()

    @property
    def ticked(self) -> list[str]:
        """The words that are ticked, in their order."""
        return [word for word in self._words if word in self._ticked]

    def show_words(self, titles: Mapping[str, str], ticked: Collection[str]) -> None:
        """List these words, and those ticked that are none of them."""
        self.beginResetModel()
        self._titles, self._ticked = titles, set(ticked)
        self._words = [*titles, *(word for word in ticked if word not in titles)]
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._words)

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsUserCheckable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        word = self._words[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._titles.get(word) or plain(word, 60)
            case Qt.ItemDataRole.ToolTipRole:
                return plain(word, 100)
            case Qt.ItemDataRole.CheckStateRole:
                return Qt.CheckState.Checked if word in self._ticked else Qt.CheckState.Unchecked
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole:
            return False
        word = self._words[index.row()]
        if Qt.CheckState(value) is Qt.CheckState.Checked:
            self._ticked.add(word)
        else:
            self._ticked.discard(word)
        self.dataChanged.emit(index, index)
        self.picked.emit()
        return True
