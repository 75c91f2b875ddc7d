"""The services as rows: a snapshot, grouped and filtered, for a view that paints only what is visible."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from trayapp.core.words import ServiceView, Snapshot, Status

AnyIndex = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A heading over the services of one group."""

    title: str


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service."""

    view: ServiceView


Row = GroupRow | ServiceRow


class Role(IntEnum):
    """What a delegate asks for: the Row itself."""

    ROW = Qt.ItemDataRole.UserRole


def matches(view: ServiceView, words: Iterable[str]) -> bool:
    """Whether every word of a filter occurs in what is known by name of a service. Words are lower case."""
    service = view.service
    text = " ".join(
        (service.title, service.id, service.group, service.provider, *service.tags, service.probe.target)
    ).lower()
    return all(word in text for word in words)


def rank(view: ServiceView) -> int:
    """What is wrong stands above what is well; in all else the order of the configuration holds, so that rows stay."""
    if view.belief.status is Status.DOWN:
        return 0
    return 1 if view.belief.status is Status.DEGRADED or view.belief.flapping else 2


def arrange(snapshot: Snapshot, wanted: str) -> list[Row]:
    """Groups in the order of their first service, but those with an outage above the others; services without a
    group first of all. Headings are only where there are groups."""
    words = wanted.lower().split()
    groups: dict[str, list[ServiceView]] = {"": []}
    for view in snapshot.services:
        if not words or matches(view, words):
            groups.setdefault(view.service.group, []).append(view)
    for views in groups.values():
        views.sort(key=rank)
    rows: list[Row] = []
    for title in sorted(groups, key=lambda title: bool(title) and (not groups[title] or rank(groups[title][0]) > 0)):
        if title and groups[title]:
            rows.append(GroupRow(title))
        rows.extend(map(ServiceRow, groups[title]))
    return rows


class ServiceRows(QAbstractListModel):
    """The rows of the window. Only rows whose service changed are said to have changed."""

    def __init__(self, describe: Callable[[ServiceView], str], parent: QObject | None = None) -> None:
        """`describe` makes the sentence that a screen reader says for a service."""
        super().__init__(parent)
        self._describe = describe
        self._snapshot = Snapshot(0, 0)
        self._wanted = ""
        self._rows: list[Row] = []
        self._places: dict[str, int] = {}

    def show(self, snapshot: Snapshot) -> None:
        """Draw from this snapshot from now on."""
        before, self._snapshot = self._snapshot.services, snapshot
        if [view.service for view in before] != [view.service for view in snapshot.services]:
            self._rearrange()
            return
        changed = [(old, new) for old, new in zip(before, snapshot.services, strict=True) if new is not old]
        if any(rank(old) != rank(new) for old, new in changed):
            self._reorder()
        for _, new in changed:
            self._replace(new)

    def filter(self, wanted: str) -> None:
        """Show only services that have all of these words."""
        self._wanted = wanted
        self._rearrange()

    def place_of(self, service: str) -> QModelIndex:
        """The row of a service; an invalid index where it has none."""
        return self.index(self._places[service]) if service in self._places else QModelIndex()

    def view_at(self, index: AnyIndex) -> ServiceView | None:
        """The service in a row; None for a heading."""
        row = self._rows[index.row()] if index.isValid() else None
        return row.view if isinstance(row, ServiceRow) else None

    def _rearrange(self) -> None:
        self.beginResetModel()
        self._arrange()
        self.endResetModel()

    def _reorder(self) -> None:
        """The same rows in another order: what is chosen stays chosen, and nobody's reading is scrolled away."""
        self.layoutAboutToBeChanged.emit()
        held, before = self.persistentIndexList(), [_name(row) for row in self._rows]
        self._arrange()
        places = {_name(row): at for at, row in enumerate(self._rows)}
        self.changePersistentIndexList(held, [self.index(places[before[index.row()]]) for index in held])
        self.layoutChanged.emit()

    def _arrange(self) -> None:
        self._rows = arrange(self._snapshot, self._wanted)
        self._places = {row.view.service.id: at for at, row in enumerate(self._rows) if isinstance(row, ServiceRow)}

    def _replace(self, view: ServiceView) -> None:
        place = self._places.get(view.service.id)
        if place is not None:
            self._rows[place] = ServiceRow(view)
            self.dataChanged.emit(self.index(place), self.index(place))

    def rowCount(self, parent: AnyIndex = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == Role.ROW:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title if isinstance(row, GroupRow) else row.view.service.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.title if isinstance(row, GroupRow) else self._describe(row.view)
        return None

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        row = self._rows[index.row()]
        flags = Qt.ItemFlag.ItemNeverHasChildren
        return flags if isinstance(row, GroupRow) else flags | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


def _name(row: Row) -> tuple[str, str]:
    """What a row is about, whatever is true of it now."""
    return ("group", row.title) if isinstance(row, GroupRow) else ("service", row.view.service.id)
