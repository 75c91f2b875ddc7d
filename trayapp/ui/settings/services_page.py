"""The page of services: the list, the form of the chosen one, and what comes of trying it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QWidget

from trayapp.config.proposal import propose, understood
from trayapp.core.words import Snapshot, Status
from trayapp.ui.asks import Asks
from trayapp.ui.bridge import Bridge
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.add_dialog import AddDialog
from trayapp.ui.settings.draft import SERVICES
from trayapp.ui.settings.drafting import Drafting
from trayapp.ui.settings.form import ServiceForm
from trayapp.ui.settings.form_pane import FormPane
from trayapp.ui.settings.line_model import Line
from trayapp.ui.settings.list_page import ListPage
from trayapp.ui.settings.nothing_yet import NothingYet
from trayapp.ui.settings.secret_keeping import SecretKeeping
from trayapp.ui.settings.service_lines import service_lines
from trayapp.ui.settings.side_list import SideList
from trayapp.ui.settings.tables import Table
from trayapp.ui.settings.text_editor import TextEditor
from trayapp.ui.settings.try_out import TryOut


class ServicesPage(ListPage):
    """`side` is the list."""

    def __init__(
        self,
        drafting: Drafting,
        asks: Asks,
        bridge: Bridge,
        kinds: Mapping[str, type[Any]],
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        side = SideList("Services", "Find a service", appearance)
        nothing = NothingYet(
            "Nothing is watched yet",
            "Add a web page, a server or a port: its address is enough.",
            "Add a &service…",
        )
        super().__init__(SERVICES, "name", drafting, side, nothing, parent)
        self._examples = {kind.title: kind.example for kind in kinds.values()}
        self._statuses: Mapping[str, Status] = {}
        self._pane = FormPane(kinds, TryOut(asks.try_out, bridge, appearance), appearance, self)
        self._secrets = SecretKeeping(asks.set_secret, bridge, self)
        self._assemble(self._pane, self._secrets.bar)
        self.side.switched.connect(self._switch)
        self._pane.edited.connect(self._edit)
        self._pane.try_asked.connect(self._try)
        self._pane.secret_wanted.connect(self._ask_for_secret)
        self._secrets.table_changed.connect(self._put)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """The statuses as they are now."""
        self._statuses = {view.service.id: view.belief.status for view in snapshot.services}
        self._draw()
        if self._current in self._tables.now:
            self._draw_heading()

    def give_up_trying(self) -> None:
        """Stop a check that is being tried."""
        self._pane.try_out.give_up()

    @Slot()
    def add(self) -> None:
        """Ask for the address of a new service, unless the file cannot be read."""
        if self._drafting.draft.broken:
            return
        dialog = AddDialog(understood, self._examples, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.submitted.connect(self.watch)
        dialog.open()

    @Slot(str)
    def watch(self, address: str) -> None:
        """Add a service that watches this address. A password in it goes to the keyring."""
        proposal = propose(address, taken=self._tables.taken)
        if proposal.secret:
            self._secrets.keep(proposal.secret, proposal.secret_value, proposal.service.probe.target)
        self._put_new(proposal.service.id, proposal.table)

    @Slot(str)
    def remove(self, id_: str) -> None:
        self.give_up_trying()
        super().remove(id_)

    @property
    def _form(self) -> ServiceForm:
        return self._pane.form

    def _lines(self) -> Sequence[Line]:
        return service_lines(self._drafting.draft, self._drafting.judgement, self._statuses)

    def _show_table(self, table: Table) -> None:
        self._pane.show_service(table, self._drafting.draft.defaults)

    def _draw_chosen(self) -> None:
        self._draw_heading()
        current = self._current
        faults, warnings = self._drafting.judgement.of((SERVICES, current))
        faults = self._secrets.look_at(current, self._tables.now[current], faults)
        self._form.offer({id_: title for id_, title in self._titles.items() if id_ != current})
        self._form.show_faults(faults, warnings)

    def _draw_heading(self) -> None:
        current = self._current
        service = self._drafting.judgement.services.get(current)
        self._pane.show_heading(self._titles[current], service, self._statuses.get(current, Status.UNKNOWN))

    @Slot(object)
    def _edit(self, table: Table) -> None:
        self._tables.put(self._current, table)
        self._pane.try_out.outdate()
        self._drafting.judge_soon()

    @Slot(str, object)
    def _put(self, service_id: str, table: Table) -> None:
        """Something else than the form changed a table."""
        self._tables.put(service_id, table)
        if service_id == self._current:
            self._form.show_service(table, self._drafting.draft.defaults)
        self._drafting.judge()

    @Slot(str, bool)
    def _switch(self, service_id: str, enabled: bool) -> None:
        table = {key: value for key, value in self._tables.now[service_id].items() if key != "enabled"}
        if enabled is not self._drafting.draft.defaults.get("enabled", True):
            table["enabled"] = enabled
        self._put(service_id, table)

    @Slot()
    def _try(self) -> None:
        self._drafting.judge()
        service = self._drafting.judgement.services.get(self._current)
        if service is not None:
            self._pane.show_result_of(service)
        else:
            self._form.reach_first_fault()

    @Slot(object)
    def _ask_for_secret(self, editor: TextEditor) -> None:
        self._drafting.judge()
        service = self._drafting.judgement.services.get(self._current)
        if service is None:
            editor.give_up_secret()
            self._form.reach_first_fault()
            return
        self._secrets.ask(editor, self._current, service.probe.target)
