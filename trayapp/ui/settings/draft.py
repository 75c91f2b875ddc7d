"""What the user is making of services.toml: the text it began from, and the tables as they are to be.

Nothing here knows Qt. The new text is made from the old one by saying only what changed, so
comments, order and unknown keys stay, and taking a change back leaves no trace.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trayapp.config.beside import SINGLE_TABLES
from trayapp.config.broken import parse_toml
from trayapp.config.faults import Fault
from trayapp.config.load import parse
from trayapp.config.maintenance import Maintenance
from trayapp.config.save import CannotSave, add_service, remove_service, replace_service
from trayapp.config.save_table import Place, put_table, remove_table
from trayapp.core.keys import declared_keys
from trayapp.core.wording import plain
from trayapp.core.words import NOTHING, Service
from trayapp.ui.settings.judgement import Judgement, judgement_of
from trayapp.ui.settings.tables import Table, Tables

SERVICES = "services"
MAINTENANCE = "maintenance"


class Draft:
    """The tables of one text, as changed so far. A text that is no TOML has none, and says why in `broken`.

    `listed` are the tables that there are several of, by where they stand; `single` those that there is one of.
    """

    def __init__(self, basis: str, kinds: Mapping[str, type[Any]]) -> None:
        document = parse_toml(basis)
        self.broken = document if isinstance(document, Fault) else None
        found = {} if isinstance(document, Fault) else document
        self.basis = basis
        self.defaults = _table(found, "defaults")
        self._kinds = kinds
        self.services = Tables(_tables(_table(found, SERVICES)), self._forget)
        self.maintenance = Tables(_tables(_table(found, MAINTENANCE)), self._forget)
        self.listed: Mapping[str, Tables] = {SERVICES: self.services, MAINTENANCE: self.maintenance}
        single = {name: found[name] for name in SINGLE_TABLES if name in found}
        self.single = Tables(_tables(single), self._forget)
        self._judged: Judgement | None = None

    @property
    def changed(self) -> tuple[Place, ...]:
        """Where the tables stand that are new, different or gone."""
        return (
            *((SERVICES, service_id) for service_id in self.services.changed),
            *((MAINTENANCE, id_) for id_ in self.maintenance.changed),
            *((name,) for name in self.single.changed),
        )

    def title(self, place: Place) -> str:
        """What the table there is called, or was before it was taken out; fit to be shown."""
        match place:
            case ("services", service_id):
                return plain(str(self.services.table(service_id).get("name") or service_id), 60)
            case ("maintenance", id_):
                return plain(str(self.maintenance.table(id_).get("note") or id_), 60)
        return place[0].replace("_", " ").capitalize()

    def text(self) -> str:
        """services.toml as it would be saved. Raises CannotSave."""
        text = self.basis
        for place in self.changed:
            text = self._with(text, place)
        return text

    def judge(self) -> Judgement:
        """What would be right and wrong if this were saved now."""
        if self._judged is None:
            self._judged = self._judge()
        return self._judged

    def _judge(self) -> Judgement:
        text = self.basis
        refused = {}
        for place in self.changed:
            try:
                text = self._with(text, place)
            except CannotSave as reason:
                refused[place] = str(reason)
        return judgement_of(parse(text, self._kinds), tuple(self._places()), refused)

    def _places(self) -> Iterator[Place]:
        yield from ((SERVICES, service_id) for service_id in self.services.now)
        yield from ((MAINTENANCE, id_) for id_ in self.maintenance.now)
        yield from ((name,) for name in self.single.now)

    def _with(self, text: str, place: Place) -> str:
        match place:
            case ("services", service_id):
                return self._with_service(text, service_id)
            case ("maintenance", id_):
                table, known = self.maintenance.now.get(id_), declared_keys(Maintenance)
            case (name,):
                table, known = self.single.now.get(name), declared_keys(SINGLE_TABLES[name])
        return remove_table(text, place) if table is None else put_table(text, place, table, known)

    def _with_service(self, text: str, service_id: str) -> str:
        tables = self.services
        if service_id not in tables.now:
            return remove_service(text, service_id)
        if service_id not in tables.before:
            return add_service(text, service_id, tables.now[service_id])
        return replace_service(text, service_id, self._known(tables.now[service_id]), self._kinds)

    def _known(self, table: Table) -> Table:
        """A service's table without what the form cannot show: that stays in the file as it is written."""
        common = declared_keys(Service)
        known = {}
        for key, value in table.items():
            if key in self._kinds and isinstance(value, Mapping):
                own = declared_keys(self._kinds[key])
                known[key] = {name: inner for name, inner in value.items() if name in own}
            elif key in common or key in self._kinds:
                known[key] = value
        return known

    def _forget(self) -> None:
        self._judged = None


def _table(document: Table, name: str) -> Table:
    table = document.get(name, NOTHING)
    return table if isinstance(table, Mapping) else NOTHING


def _tables(document: Table) -> dict[str, Table]:
    return {name: table for name, table in document.items() if isinstance(table, dict)}
