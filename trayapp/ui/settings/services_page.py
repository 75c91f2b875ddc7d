"""The page of services: the list, the form of the chosen one, and what comes of trying it.

It owns the draft. Every change goes into the draft, the draft is judged when the typing pauses,
and list and form are drawn from that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from trayapp.config.proposal import propose, understood
from trayapp.config.save import new_id
from trayapp.core.wording import plain
from trayapp.core.words import Snapshot, Status
from trayapp.ui.asks import Asks
from trayapp.ui.bridge import Bridge
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.add_dialog import AddDialog
from trayapp.ui.settings.draft import Draft, Removed, Table
from trayapp.ui.settings.dress import rule
from trayapp.ui.settings.form_pane import FormPane
from trayapp.ui.settings.nothing_yet import NothingYet
from trayapp.ui.settings.offer_bar import OfferBar
from trayapp.ui.settings.secret_keeping import SecretKeeping
from trayapp.ui.settings.service_list import ServiceList
from trayapp.ui.settings.text_editor import TextEditor
from trayapp.ui.settings.try_out import TryOut

SETTLE_MS = 200
"""How long after the last keystroke the draft is judged."""


class ServicesPage(QWidget):
    """`side` is the list. `judged`: what the draft comes to has changed."""

    judged = Signal()

    def __init__(
        self,
        asks: Asks,
        bridge: Bridge,
        kinds: Mapping[str, type[Any]],
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._kinds = kinds
        self._examples = " or ".join(kind.example for kind in kinds.values())
        self._statuses: Mapping[str, Status] = {}
        self._current = ""
        self.side = ServiceList(appearance, self)
        self._pane = FormPane(kinds, TryOut(asks.try_out, bridge, appearance), appearance, self)
        self._nothing = NothingYet(self)
        self._right = QStackedWidget(self)
        self._right.addWidget(self._nothing)
        self._right.addWidget(self._pane)
        self._secrets = SecretKeeping(asks.set_secret, bridge, self)
        self._undo = OfferBar("&Undo", self)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._lay_out()
        self._connect()
        self.open(Draft("", kinds))

    def open(self, draft: Draft) -> None:
        """Show this draft; what was chosen stays chosen where it still exists."""
        chosen = self._current
        self.draft = draft
        self._undo.withdraw()
        self.side.allow_adding(draft.broken is None)
        self.judge()
        self._choose_again(chosen if chosen in draft.tables else next(iter(draft.tables), ""))

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """The statuses as they are now."""
        self._statuses = {view.service.id: view.belief.status for view in snapshot.services}
        self._draw()

    @Slot()
    def judge(self) -> None:
        """Judge the draft now, and show at each field what is wrong."""
        self._settle.stop()
        self.judgement = self.draft.judge()
        self._draw()
        current = self._current
        if current in self.draft.tables:
            faults = self.judgement.faults.get(current, {})
            faults = self._secrets.look_at(current, self.draft.tables[current], faults)
            self._pane.form.show_faults(faults, self.judgement.warnings.get(current, {}))
        self.judged.emit()

    def reach_fault(self, service_id: str) -> None:
        """Take the user to the first thing that is wrong with this service."""
        self.side.choose(service_id)
        self._pane.form.reach_first_fault()

    def give_up_trying(self) -> None:
        """Stop a check that is being tried."""
        self._pane.try_out.give_up()

    @Slot()
    def ask_for_address(self) -> None:
        """Ask for the address of a new service, unless the file cannot be read."""
        if self.draft.broken:
            return
        dialog = AddDialog(understood, self._examples, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.submitted.connect(self.add)
        dialog.open()

    @Slot(str)
    def add(self, address: str) -> None:
        """Add a service that watches this address. A password in it goes to the keyring."""
        proposal = propose(address, taken=self.draft.taken)
        if proposal.credentials is not None:
            self._secrets.keep(proposal.secret, proposal.credentials.authorization, proposal.service.probe.target)
        self._put_new(proposal.service.id, proposal.table)

    def _lay_out(self) -> None:
        bars = QVBoxLayout()
        bars.setContentsMargins(24, 0, 24, 12)
        bars.setSpacing(8)
        bars.addWidget(self._secrets.bar)
        bars.addWidget(self._undo)
        side = QVBoxLayout()
        side.addWidget(self._right, 1)
        side.addLayout(bars)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.side)
        whole.addWidget(rule(self, upright=True))
        whole.addLayout(side, 1)

    def _connect(self) -> None:
        self.side.chosen.connect(self._show_chosen)
        self.side.switched.connect(self._switch)
        self.side.add_asked.connect(self.ask_for_address)
        self.side.duplicate_asked.connect(self._duplicate)
        self.side.remove_asked.connect(self.remove)
        self._nothing.add_asked.connect(self.ask_for_address)
        self._pane.edited.connect(self._edit)
        self._pane.try_asked.connect(self._try)
        self._pane.secret_wanted.connect(self._ask_for_secret)
        self._secrets.table_changed.connect(self._put)
        self._undo.taken.connect(self._restore)
        self._settle.timeout.connect(self.judge)

    def _draw(self) -> None:
        self.side.show_draft(self.draft, self.judgement, self._statuses)
        if self.draft.broken:
            self._nothing.say_broken(plain(str(self.draft.broken), 300))
        else:
            self._nothing.say_empty()
        current = self._current
        self._right.setCurrentWidget(self._pane if current in self.draft.tables else self._nothing)
        if current in self.draft.tables:
            service = self.judgement.services.get(current)
            status = self._statuses.get(current, Status.UNKNOWN)
            self._pane.show_heading(self.draft.title(current), service, status)

    def _choose_again(self, service_id: str) -> None:
        """Show this service even if it is the chosen one, whose table may be another now."""
        if service_id and service_id == self.side.current:
            self._show_chosen(service_id)
        else:
            self.side.choose(service_id)

    @Slot(str)
    def _show_chosen(self, service_id: str) -> None:
        self._current = service_id
        self._pane.show_service(self.draft.tables[service_id], self.draft.defaults)
        self.judge()

    @Slot(object)
    def _edit(self, table: Table) -> None:
        self.draft.put(self._current, table)
        self._pane.try_out.outdate()
        self._settle.start()

    @Slot(str, object)
    def _put(self, service_id: str, table: Table) -> None:
        """Something else than the form changed a table."""
        self.draft.put(service_id, table)
        if service_id == self._current:
            self._pane.form.show_service(table, self.draft.defaults)
        self.judge()

    @Slot(str, bool)
    def _switch(self, service_id: str, enabled: bool) -> None:
        table = {key: value for key, value in self.draft.tables[service_id].items() if key != "enabled"}
        if enabled is not self.draft.defaults.get("enabled", True):
            table["enabled"] = enabled
        self._put(service_id, table)

    @Slot(str)
    def _duplicate(self, service_id: str) -> None:
        name = f"{self.draft.title(service_id)} (copy)"
        self._put_new(new_id(name, self.draft.taken), {**self.draft.tables[service_id], "name": name})

    def _put_new(self, service_id: str, table: Table) -> None:
        self.draft.put(service_id, table)
        self.judge()
        self.side.choose(service_id)
        self._pane.form.reach_first_field()

    @Slot(str)
    def remove(self, service_id: str) -> None:
        """Take a service out; the bar below brings it back."""
        ids = list(self.draft.tables)
        place = ids.index(service_id)
        title = self.draft.title(service_id)
        removed = self.draft.remove(service_id)
        self._pane.try_out.give_up()
        self.judge()
        neighbours = [*ids[place + 1 :], *reversed(ids[:place])]
        self._choose_again(neighbours[0] if neighbours else "")
        self._undo.offer(f"Removed “{title}”.", removed)

    @Slot(object)
    def _restore(self, removed: Removed) -> None:
        self.draft.restore(removed)
        self.judge()
        self._choose_again(removed.id)

    @Slot()
    def _try(self) -> None:
        self.judge()
        current = self._current
        if current in self.judgement.services:
            self._pane.show_result_of(self.judgement.services[current])
        else:
            self._pane.form.reach_first_fault()

    @Slot(object)
    def _ask_for_secret(self, editor: TextEditor) -> None:
        self.judge()
        current = self._current
        service = self.judgement.services.get(current)
        if service is None:
            editor.give_up_secret()
            self._pane.form.reach_first_fault()
            return
        self._secrets.ask(editor, current, service.probe.target)
