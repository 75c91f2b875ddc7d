"""The services of the draft as a list: name, what is asked, status, and whether it is switched on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from trayapp.core.wording import plain
from trayapp.core.words import Status
from trayapp.ui.settings.draft import Draft
from trayapp.ui.settings.judgement import Judgement

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Line:
    """What one line of the list shows."""

    id: str
    name: str
    under: str
    status: Status
    enabled: bool
    faulty: bool
    changed: bool


class ServiceModel(QAbstractListModel):
    """Drawn anew from the draft, what it was judged to be, and the statuses of the last snapshot."""

    LINE = Qt.ItemDataRole.UserRole
    switched = Signal(str, bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: list[Line] = []

    def show_draft(self, draft: Draft, judged: Judgement, statuses: Mapping[str, Status]) -> None:
        """Replace all lines; the selection survives where the ids do."""
        changed = set(draft.changed)
        lines = [
            Line(
                service_id,
                draft.title(service_id),
                _under(service_id, judged),
                Status.UNKNOWN if service_id in judged.faults else statuses.get(service_id, Status.UNKNOWN),
                table.get("enabled") is not False,
                service_id in judged.faults,
                service_id in changed,
            )
            for service_id, table in draft.tables.items()
        ]
        if [line.id for line in lines] == [line.id for line in self._lines]:
            self._lines = lines
            if lines:
                self.dataChanged.emit(self.index(0), self.index(len(lines) - 1))
            return
        self.beginResetModel()
        self._lines = lines
        self.endResetModel()

    def row_of(self, service_id: str) -> int:
        """The row of a service; -1 where it is not in the list."""
        return next((row for row, line in enumerate(self._lines) if line.id == service_id), -1)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._lines)

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsUserCheckable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line = self._lines[index.row()]
        match role:
            case self.LINE:
                return line
            case Qt.ItemDataRole.DisplayRole:
                return f"{line.name} {line.under}"
            case Qt.ItemDataRole.CheckStateRole:
                return Qt.CheckState.Checked if line.enabled else Qt.CheckState.Unchecked
            case Qt.ItemDataRole.AccessibleTextRole:
                wrong = ", something is wrong with it" if line.faulty else ""
                off = "" if line.enabled else ", switched off"
                return f"{line.name}, {line.status.value.lower()}{wrong}{off}"
            case Qt.ItemDataRole.ToolTipRole:
                return line.under
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole:
            return False
        self.switched.emit(self._lines[index.row()].id, Qt.CheckState(value) is Qt.CheckState.Checked)
        return True


def _under(service_id: str, judged: Judgement) -> str:
    if service_id in judged.faults:
        return plain(next(iter(judged.faults[service_id].values())), 120)
    return plain(judged.services[service_id].probe.target, 120) if service_id in judged.services else ""
