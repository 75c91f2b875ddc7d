"""The page of maintenance: the list of what is planned, and the form of the chosen one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from trayapp.config.repeating import begun, repeated
from trayapp.config.save import new_id
from trayapp.core.wording import plain
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.draft import MAINTENANCE, SERVICES
from trayapp.ui.settings.drafting import Drafting
from trayapp.ui.settings.line_model import Line
from trayapp.ui.settings.list_page import ListPage
from trayapp.ui.settings.maintenance_lines import maintenance_lines
from trayapp.ui.settings.maintenance_pane import MaintenancePane
from trayapp.ui.settings.nothing_yet import NothingYet
from trayapp.ui.settings.side_list import SideList
from trayapp.ui.settings.table_form import TableForm
from trayapp.ui.settings.tables import Table


class MaintenancePage(ListPage):
    """`clock` tells the time (ms UTC), `zone` is that of this computer."""

    def __init__(
        self,
        drafting: Drafting,
        appearance: Appearance,
        clock: Callable[[], int],
        zone: tzinfo,
        parent: QWidget | None = None,
    ) -> None:
        side = SideList("Maintenance", "Find a maintenance", appearance)
        nothing = NothingYet(
            "No maintenance is planned",
            "Say when something is worked on: then nothing rings, and it does not count as an outage.",
            "&Plan a maintenance",
        )
        super().__init__(MAINTENANCE, "note", drafting, side, nothing, parent)
        self._clock, self._zone = clock, zone
        self._pane = MaintenancePane(appearance, self)
        self._assemble(self._pane)
        self._pane.edited.connect(self._edit)

    @Slot()
    def add(self) -> None:
        """Plan one for tomorrow, to be changed to what is meant."""
        if self._drafting.draft.broken is None:
            self._put_new(new_id("maintenance", self._tables.taken), begun(self._now))

    @property
    def _form(self) -> TableForm:
        return self._pane.form

    @property
    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock() / 1000, self._zone)

    def _lines(self) -> Sequence[Line]:
        return maintenance_lines(self._drafting.draft, self._drafting.judgement, self._clock(), self._zone)

    def _show_table(self, table: Table) -> None:
        self._pane.show_table(table)

    def _draw_chosen(self) -> None:
        draft, judgement, current = self._drafting.draft, self._drafting.judgement, self._current
        services = judgement.services.values()
        groups = {service.group: plain(service.group, 60) for service in services if service.group}
        self._pane.offer({id_: draft.title((SERVICES, id_)) for id_ in draft.services.now}, groups)
        maintenance = judgement.maintenance.get(current)
        self._pane.show_heading(self._titles[current], maintenance, services, self._clock(), self._zone)
        self._form.show_faults(*judgement.of((MAINTENANCE, current)))

    @Slot(object)
    def _edit(self, table: Table) -> None:
        """Another rhythm needs other keys: what they were before is turned into them."""
        before, every = self._tables.now[self._current].get("every", "once"), table.get("every", "once")
        if every == before:
            self._tables.put(self._current, table)
            self._drafting.judge_soon()
            return
        turned = repeated({**table, "every": before}, every, self._now)
        self._tables.put(self._current, turned)
        self._pane.refresh(turned)
        self._drafting.judge()
