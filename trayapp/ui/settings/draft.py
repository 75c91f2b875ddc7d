"""What the user is making of services.toml: the text it began from, and the tables as they are to be.

Nothing here knows Qt. The new text is made from the old one by saying only what changed, so
comments, order and unknown keys stay, and taking a change back leaves no trace.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from trayapp.config.broken import parse_toml
from trayapp.config.faults import Fault
from trayapp.config.load import parse
from trayapp.config.save import CannotSave, add_service, remove_service, replace_service
from trayapp.core.keys import declared_keys
from trayapp.core.wording import plain
from trayapp.core.words import NOTHING, Service
from trayapp.ui.settings.judgement import Judgement, judgement_of

Table: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Removed:
    """A service taken out, with all that is needed to put it back where it was."""

    id: str
    table: Table
    position: int


class Draft:
    """The services of one text, as changed so far. A text that is no TOML has none, and says why in `broken`."""

    def __init__(self, basis: str, kinds: Mapping[str, type[Any]]) -> None:
        document = parse_toml(basis)
        self.broken = document if isinstance(document, Fault) else None
        found = {} if isinstance(document, Fault) else document
        self.basis = basis
        self.defaults = _table(found, "defaults")
        self._kinds = kinds
        self._before = {
            service_id: table for service_id, table in _table(found, "services").items() if isinstance(table, dict)
        }
        self.tables: dict[str, Table] = dict(self._before)
        self._judged: Judgement | None = None

    @property
    def taken(self) -> frozenset[str]:
        """Ids that no new service may have: history still belongs to those just removed."""
        return frozenset(self._before) | frozenset(self.tables)

    @property
    def changed(self) -> tuple[str, ...]:
        """Ids of the services that are new, different or gone."""
        ids = dict.fromkeys([*self._before, *self.tables])
        return tuple(service_id for service_id in ids if self._before.get(service_id) != self.tables.get(service_id))

    def title(self, service_id: str) -> str:
        """What the service is called, fit to be shown."""
        return plain(str(self.tables[service_id].get("name") or service_id), 60)

    def put(self, service_id: str, table: Table) -> None:
        """This is the service's table now; a new id is added at the end."""
        self._judged = None
        self.tables[service_id] = table

    def remove(self, service_id: str) -> Removed:
        """Take a service out."""
        self._judged = None
        position = list(self.tables).index(service_id)
        return Removed(service_id, self.tables.pop(service_id), position)

    def restore(self, removed: Removed) -> None:
        """Put back what was taken out, where it was."""
        self._judged = None
        items = list(self.tables.items())
        items.insert(removed.position, (removed.id, removed.table))
        self.tables = dict(items)

    def text(self) -> str:
        """services.toml as it would be saved. Raises CannotSave."""
        text = self.basis
        for service_id in self.changed:
            text = self._with(text, service_id)
        return text

    def judge(self) -> Judgement:
        """What would be right and wrong if this were saved now."""
        if self._judged is None:
            self._judged = self._judge()
        return self._judged

    def _judge(self) -> Judgement:
        text = self.basis
        refused = {}
        for service_id in self.changed:
            try:
                text = self._with(text, service_id)
            except CannotSave as reason:
                refused[service_id] = str(reason)
        return judgement_of(parse(text, self._kinds), self.tables, refused)

    def _with(self, text: str, service_id: str) -> str:
        if service_id not in self.tables:
            return remove_service(text, service_id)
        if service_id not in self._before:
            return add_service(text, service_id, self.tables[service_id])
        return replace_service(text, service_id, self._known(self.tables[service_id]), self._kinds)

    def _known(self, table: Table) -> Table:
        """The table without what the form cannot show: that stays in the file as it is written."""
        common = declared_keys(Service)
        known = {}
        for key, value in table.items():
            if key in self._kinds and isinstance(value, Mapping):
                own = declared_keys(self._kinds[key])
                known[key] = {name: inner for name, inner in value.items() if name in own}
            elif key in common or key in self._kinds:
                known[key] = value
        return known


def _table(document: Table, name: str) -> Table:
    table = document.get(name, NOTHING)
    return table if isinstance(table, Mapping) else NOTHING
