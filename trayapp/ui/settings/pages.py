"""The pages of the settings under their tabs, and which of them shows which table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from trayapp.config.in_words import network_in_words, quiet_in_words, reminder_in_words, retention_in_words
from trayapp.config.save_table import Place
from trayapp.config.zones import zone_names
from trayapp.ui.asks import Asks
from trayapp.ui.bridge import Bridge
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.cards_page import CardsPage
from trayapp.ui.settings.drafting import Drafting
from trayapp.ui.settings.dress import rule
from trayapp.ui.settings.judgement import Judgement
from trayapp.ui.settings.list_page import ListPage
from trayapp.ui.settings.machine_rows import Look, MachineRows
from trayapp.ui.settings.maintenance_page import MaintenancePage
from trayapp.ui.settings.services_page import ServicesPage
from trayapp.ui.settings.table_card import TableCard
from trayapp.ui.settings.who_is_told import WhoIsTold


class Pages(QWidget):
    """All pages work on the draft that `drafting` has. `services` and `maintenance` are lists with a form beside."""

    def __init__(
        self,
        drafting: Drafting,
        asks: Asks,
        bridge: Bridge,
        appearance: Appearance,
        kinds: Mapping[str, type[Any]],
        notification_rows: Look,
        history_rows: Look,
        machine_rows: Look,
        clock: Callable[[], int],
        zone: tzinfo,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._tabs = QTabBar(self)
        self._stack = QStackedWidget(self)
        self.services = ServicesPage(drafting, asks, bridge, kinds, appearance, self)
        self.maintenance = MaintenancePage(drafting, appearance, clock, zone, self)
        quiet = TableCard("quiet_hours", "Quiet hours", _quiet, drafting, appearance)
        reminders = TableCard("notifications", "Reminders", _reminders, drafting, appearance)
        network = TableCard("network", "Is it me or them?", _network, drafting, appearance)
        history = TableCard("history", "What is remembered", _history, drafting, appearance)
        quiet.offer("zone", {name: name for name in zone_names()})
        reminders.offer("reminder", {"0s": "Never"})
        self._cards: Mapping[str, tuple[int, TableCard]] = {
            "quiet_hours": (2, quiet),
            "notifications": (2, reminders),
            "network": (3, network),
            "history": (4, history),
        }
        told = WhoIsTold(drafting)
        offered = MachineRows("What this desktop offers", notification_rows, bridge, appearance)
        kept = MachineRows("What is there", history_rows, bridge, appearance)
        machine = MachineRows("What this machine gives Watchbell", machine_rows, bridge, appearance)
        for title, page in (
            ("Ser&vices", self.services),
            ("Ma&intenance", self.maintenance),
            ("&Notifications", CardsPage("Notifications", quiet, reminders, told, offered)),
            ("Net&work", CardsPage("Network", network)),
            ("Histor&y", CardsPage("History", history, kept)),
            ("About this &machine", CardsPage("About this machine", machine)),
        ):
            self._tabs.addTab(title)
            self._stack.addWidget(page)
        self._lay_out()
        told.chosen.connect(self.edit)
        self._tabs.currentChanged.connect(self._turn_to)

    @Slot(str)
    def edit(self, service_id: str) -> None:
        """Show the form of this service."""
        self._tabs.setCurrentIndex(0)
        self.services.side.choose(service_id)

    @Slot()
    def add(self) -> None:
        """Add to the list that is in front; where there is none, a service."""
        self._list_in_front().add()

    @Slot()
    def begin_finding(self) -> None:
        """Find in the list that is in front; where there is none, among the services."""
        self._list_in_front().side.begin_finding()

    def reach_fault(self, place: Place) -> None:
        """Take the user to the first thing that is wrong with the table there."""
        match place:
            case ("services", service_id):
                self._tabs.setCurrentIndex(0)
                self.services.reach_fault(service_id)
            case ("maintenance", id_):
                self._tabs.setCurrentIndex(1)
                self.maintenance.reach_fault(id_)
            case (name,):
                page, card = self._cards[name]
                self._tabs.setCurrentIndex(page)
                card.reach_first_fault()

    def _lay_out(self) -> None:
        self._tabs.setDrawBase(False)
        self._tabs.setExpanding(False)
        self._tabs.setAccessibleName("Pages")
        tabs = QHBoxLayout()
        tabs.setContentsMargins(14, 12, 14, 10)
        tabs.addWidget(self._tabs)
        tabs.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(tabs)
        whole.addWidget(rule(self))
        whole.addWidget(self._stack, 1)

    def _list_in_front(self) -> ListPage:
        if self._stack.currentWidget() is self.maintenance:
            return self.maintenance
        self._tabs.setCurrentIndex(0)
        return self.services

    @Slot(int)
    def _turn_to(self, page: int) -> None:
        self._stack.setCurrentIndex(page)
        self._tabs.setFocus()


def _quiet(judged: Judgement) -> str:
    critical = sum(service.critical for service in judged.services.values())
    return quiet_in_words(judged.settings.quiet_hours, critical, len(judged.services))


def _reminders(judged: Judgement) -> str:
    return reminder_in_words(judged.settings.notifications.reminder)


def _network(judged: Judgement) -> str:
    return network_in_words(judged.settings.network)


def _history(judged: Judgement) -> str:
    return retention_in_words(judged.settings.history)
