"""The lines of a list beside a form: name, what stands under it, status, and whether it is switched on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from trayapp.core.words import Status

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Line:
    """What one line of the list shows. One that is not `enabled` looks faded; with `switch` it can be switched on."""

    id: str
    name: str
    under: str
    status: Status
    enabled: bool
    faulty: bool
    changed: bool
    switch: bool = True


class LineModel(QAbstractListModel):
    """Replaced whole, never nudged."""

    LINE = Qt.ItemDataRole.UserRole
    switched = Signal(str, bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: Sequence[Line] = ()

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Replace all lines; the selection survives where the ids do."""
        if [line.id for line in lines] == [line.id for line in self._lines]:
            self._lines = lines
            if lines:
                self.dataChanged.emit(self.index(0), self.index(len(lines) - 1))
            return
        self.beginResetModel()
        self._lines = lines
        self.endResetModel()

    def row_of(self, id_: str) -> int:
        """The row of an id; -1 where it is not in the list."""
        return next((row for row, line in enumerate(self._lines) if line.id == id_), -1)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._lines)

    def flags(self, index: Index) -> Qt.ItemFlag:
        switch = Qt.ItemFlag.ItemIsUserCheckable if self._lines[index.row()].switch else Qt.ItemFlag.NoItemFlags
        return super().flags(index) | switch

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line = self._lines[index.row()]
        match role:
            case self.LINE:
                return line
            case Qt.ItemDataRole.DisplayRole:
                return f"{line.name} {line.under}"
            case Qt.ItemDataRole.CheckStateRole if line.switch:
                return Qt.CheckState.Checked if line.enabled else Qt.CheckState.Unchecked
            case Qt.ItemDataRole.AccessibleTextRole:
                return _spoken(line)
            case Qt.ItemDataRole.ToolTipRole:
                return line.under
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole:
            return False
        self.switched.emit(self._lines[index.row()].id, Qt.CheckState(value) is Qt.CheckState.Checked)
        return True


def _spoken(line: Line) -> str:
    wrong = ", something is wrong with it" if line.faulty else ""
    if not line.switch:
        return f"{line.name}, {line.under}{wrong}"
    return f"{line.name}, {line.status.value.lower()}{wrong}{'' if line.enabled else ', switched off'}"
