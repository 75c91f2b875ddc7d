"""Some tables of services.toml by their ids: as the file has them, and as they are to be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Table: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Removed:
    """A table taken out, with all that is needed to put it back where it was."""

    id: str
    table: Table
    position: int


class Tables:
    """`now` is what they are to be, in their order. `touched` is called whenever that changes."""

    def __init__(self, before: Mapping[str, Table], touched: Callable[[], None]) -> None:
        self.before = before
        self.now: dict[str, Table] = dict(before)
        self._touched = touched

    @property
    def taken(self) -> frozenset[str]:
        """Ids that no new table may have: history still belongs to those just removed."""
        return frozenset(self.before) | frozenset(self.now)

    @property
    def changed(self) -> tuple[str, ...]:
        """Ids of the tables that are new, different or gone."""
        ids = dict.fromkeys([*self.before, *self.now])
        return tuple(id_ for id_ in ids if self.before.get(id_) != self.now.get(id_))

    def table(self, id_: str) -> Table:
        """The table as it is to be, or as it was before it was taken out."""
        return self.now[id_] if id_ in self.now else self.before[id_]

    def put(self, id_: str, table: Table) -> None:
        """This is the table now; a new id is added at the end."""
        self._touched()
        self.now[id_] = table

    def remove(self, id_: str) -> Removed:
        """Take a table out."""
        self._touched()
        position = list(self.now).index(id_)
        return Removed(id_, self.now.pop(id_), position)

    def restore(self, removed: Removed) -> None:
        """Put back what was taken out, where it was."""
        self._touched()
        items = list(self.now.items())
        items.insert(removed.position, (removed.id, removed.table))
        self.now = dict(items)
