"""The settings dialog: its pages, saving without a restart, and never losing what somebody typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from trayapp.config.save import CannotSave
from trayapp.core.wording import plain
from trayapp.core.words import Snapshot
from trayapp.ui.asks import Asks
from trayapp.ui.bridge import Bridge
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.cards_page import CardsPage
from trayapp.ui.settings.conflict import ConflictDialog
from trayapp.ui.settings.draft import Draft
from trayapp.ui.settings.dress import repolish, rule, speak_as, style_sheet
from trayapp.ui.settings.machine_rows import Look, MachineRows
from trayapp.ui.settings.services_page import ServicesPage
from trayapp.ui.settings.unsaved import ask_before_closing
from trayapp.ui.settings.who_is_told import WhoIsTold


class SettingsDialog(QDialog):
    """Made when it is wanted and deleted when it is closed. `kinds` are the probe kinds by name.

    `notification_rows` and `machine_rows` look at this desktop and this machine in some other thread.
    """

    def __init__(
        self,
        asks: Asks,
        bridge: Bridge,
        appearance: Appearance,
        kinds: Mapping[str, type[Any]],
        notification_rows: Look,
        machine_rows: Look,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._asks, self._appearance, self._kinds = asks, appearance, kinds
        self.setWindowTitle("Watchbell settings")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(940, 700)
        self.setMinimumSize(760, 520)
        self._tabs = QTabBar(self)
        self.services = ServicesPage(asks, bridge, kinds, appearance, self)
        self._told = WhoIsTold(self)
        offered = MachineRows("What this desktop offers", notification_rows, bridge, appearance)
        machine = MachineRows("What this machine gives Watchbell", machine_rows, bridge, appearance)
        self._pages = QStackedWidget(self)
        for title, page in (
            ("Ser&vices", self.services),
            ("&Notifications", CardsPage("Notifications", offered, self._told)),
            ("About this &machine", CardsPage("About this machine", machine)),
        ):
            self._tabs.addTab(title)
            self._pages.addWidget(page)
        self._word = speak_as(QLabel(self), "note")
        self._save = QPushButton("&Save", self)
        self._close = QPushButton("&Close", self)
        self._lay_out()
        self._connect(bridge)
        self._dress()
        self._open_text(asks.settings_text())
        self.services.side.reach()

    def edit(self, service_id: str) -> None:
        """Show the form of this service."""
        self._tabs.setCurrentIndex(0)
        self.services.side.choose(service_id)

    @Slot()
    def add(self) -> None:
        """Ask for the address of a new service."""
        self._tabs.setCurrentIndex(0)
        self.services.ask_for_address()

    @Slot(object)
    def show_snapshot(self, snapshot: Snapshot) -> None:
        """The statuses as they are now."""
        self.services.show_snapshot(snapshot)

    @property
    def unsaved(self) -> bool:
        return bool(self.services.draft.changed)

    @Slot()
    def save(self) -> bool:
        """Put what was changed in force. False, and the user is taken there, where something is wrong."""
        self.services.judge()
        draft, judgement = self.services.draft, self.services.judgement
        wrong = [service_id for service_id in draft.changed if service_id in judgement.faults]
        if wrong:
            self._tabs.setCurrentIndex(0)
            self.services.reach_fault(wrong[0])
            return False
        try:
            text = draft.text()
        except CannotSave as reason:
            self._say(str(reason), wrong=True)
            return False
        return not self.unsaved or self._apply(text, draft.basis)

    def reject(self) -> None:
        """Esc, the button and the window's own cross all come here."""
        if self.unsaved:
            ask_before_closing(self, self._save_and_close, self._discard_and_close, len(self.services.draft.changed))
        else:
            self.services.give_up_trying()
            super().reject()

    def changeEvent(self, event: QEvent) -> None:
        """Coming back from an editor, show what it saved; unsaved changes stay and meet it when they are saved."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.ActivationChange and self.isActiveWindow() and not self.unsaved:
            text = self._asks.settings_text()
            if text != self.services.draft.basis:
                self._open_text(text)

    def _lay_out(self) -> None:
        self._tabs.setDrawBase(False)
        self._tabs.setExpanding(False)
        self._tabs.setAccessibleName("Pages")
        self._save.setProperty("role", "main")
        for button in (self._save, self._close):
            button.setAutoDefault(False)  # Enter in a field must not save
        self._word.setTextFormat(Qt.TextFormat.PlainText)
        self._word.setWordWrap(True)
        tabs = QHBoxLayout()
        tabs.setContentsMargins(14, 12, 14, 10)
        tabs.addWidget(self._tabs)
        tabs.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(20, 12, 20, 14)
        buttons.setSpacing(10)
        buttons.addWidget(self._word, 1)
        buttons.addWidget(self._close)
        buttons.addWidget(self._save)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(tabs)
        whole.addWidget(rule(self))
        whole.addWidget(self._pages, 1)
        whole.addWidget(rule(self))
        whole.addLayout(buttons)

    def _connect(self, bridge: Bridge) -> None:
        self._tabs.currentChanged.connect(self._turn_to)
        self.services.judged.connect(self._show_judgement)
        self._told.chosen.connect(self.edit)
        self._save.clicked.connect(self.save)
        self._close.clicked.connect(self.reject)
        self._appearance.changed.connect(self._dress)
        bridge.snapshot_changed.connect(self.show_snapshot)
        QShortcut(QKeySequence.StandardKey.Save, self, self.save)
        QShortcut(QKeySequence.StandardKey.Find, self, self._find)
        QShortcut(QKeySequence.StandardKey.New, self, self.add)

    @Slot(int)
    def _turn_to(self, page: int) -> None:
        self._pages.setCurrentIndex(page)
        self._tabs.setFocus()

    @Slot()
    def _find(self) -> None:
        self._tabs.setCurrentIndex(0)
        self.services.side.begin_finding()

    @Slot()
    def _dress(self) -> None:
        self.setStyleSheet(style_sheet(self._appearance.colours))

    @Slot(str)
    def _open_text(self, text: str) -> None:
        self.services.open(Draft(text, self._kinds))

    @Slot()
    def _show_judgement(self) -> None:
        draft, judgement = self.services.draft, self.services.judgement
        self._told.show_draft(draft)
        count = len(draft.changed)
        self._save.setEnabled(count > 0)
        wrong = [service_id for service_id in draft.changed if service_id in judgement.faults]
        if wrong:
            self._say(f"{draft.title(wrong[0])} needs a look before it can be saved.", wrong=True)
        elif count:
            self._say("1 change is not saved" if count == 1 else f"{count} changes are not saved")
        elif draft.broken:
            self._say("")
        else:
            self._say("; ".join(plain(sentence, 160) for sentence in judgement.elsewhere[:2]))

    def _say(self, sentence: str, wrong: bool = False) -> None:
        self._word.setProperty("role", "fault" if wrong else "note")
        repolish(self._word)
        self._word.setText(sentence)

    def _apply(self, text: str, basis: str) -> bool:
        result = self._asks.apply(text, basis)
        if result.conflict is not None:
            dialog = ConflictDialog(text, result.conflict, self._appearance, self)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.mine_chosen.connect(self._apply)
            dialog.theirs_chosen.connect(self._open_text)
            dialog.open()
            return False
        if not result.saved:
            self._say("; ".join(plain(fault) for fault in result.faults[:3]), wrong=True)
            return False
        self._open_text(text)
        self._say("Saved, and in force.")
        return True

    @Slot()
    def _save_and_close(self) -> None:
        if self.save():
            self.reject()

    @Slot()
    def _discard_and_close(self) -> None:
        self._open_text(self.services.draft.basis)
        self.reject()
