"""The tables beside the services: [maintenance.<id>], and those that there is one of."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, TypeVar

from trayapp.config.declared import read_declared
from trayapp.config.lines import Path, dotted
from trayapp.config.maintenance import Maintenance
from trayapp.config.quiet_hours import QuietHours
from trayapp.config.reading import Reading
from trayapp.config.surroundings import Network, Notifications, Retention
from trayapp.config.written import ID_IN_WORDS, NAME_PATTERN
from trayapp.core.keys import declared_keys
from trayapp.core.wording import plain

T = TypeVar("T")

SINGLE_TABLES: Mapping[str, type] = {
    "quiet_hours": QuietHours,
    "notifications": Notifications,
    "network": Network,
    "history": Retention,
}
"""Tables that there is one of, by the class that declares their keys."""

_MAINTENANCE_KEYS = declared_keys(Maintenance)


class TablesBeside:
    """Reads these tables. `ids` and `groups` are all that the file names; `wrong` are the tables that had a fault."""

    def __init__(self, reading: Reading, ids: Collection[str], groups: Collection[str]) -> None:
        self._reading = reading
        self._ids = ids
        self._groups = groups
        self.wrong: list[str] = []

    def single(self, document: Mapping[str, Any], name: str, cls: type[T]) -> T | None:
        """What the table of this name says; None where there is none, or after its faults were noted."""
        if name not in document:
            return None
        path: Path = (name,)
        return self._unless_wrong(path, read_declared(self._reading, cls, declared_keys(cls), document[name], path))

    def maintenance(self, id_: str, table: Any) -> Maintenance | None:
        """[maintenance.ID], or None after its faults were noted."""
        path: Path = ("maintenance", id_)
        if not re.fullmatch(NAME_PATTERN, id_):
            self._reading.complaints.error(path, ID_IN_WORDS)
            return self._unless_wrong(path, None)
        make = partial(Maintenance, id=id_)
        made = read_declared(self._reading, make, _MAINTENANCE_KEYS, table, path)
        if made is not None:
            self._look_for_strangers(made, path)
        return self._unless_wrong(path, made)

    def _look_for_strangers(self, maintenance: Maintenance, path: Path) -> None:
        """Warns of names that nothing has: it still holds for the others, whatever became of one of them."""
        complaints = self._reading.complaints
        for key, named, known in (
            ("services", maintenance.services, self._ids),
            ("groups", maintenance.groups, self._groups),
        ):
            for place, name in enumerate(named):
                if name not in known:
                    hint = complaints.did_you_mean(name, known)
                    complaints.warn((*path, key, place), f'there is no {key[:-1]} "{plain(name, 100)}"{hint}')

    def _unless_wrong(self, path: Path, made: T | None) -> T | None:
        if made is None:
            self.wrong.append(dotted(path))
        return made
