"""The settings dialog: saving without a restart, and never losing what somebody typed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import Any

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from trayapp.config.here import HERE
from trayapp.config.save import CannotSave
from trayapp.core.wording import plain
from trayapp.core.words import Snapshot
from trayapp.ui.asks import Asks
from trayapp.ui.bridge import Bridge
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.conflict import ConflictDialog
from trayapp.ui.settings.drafting import Drafting
from trayapp.ui.settings.dress import repolish, rule, speak_as, style_sheet
from trayapp.ui.settings.machine_rows import Look
from trayapp.ui.settings.pages import Pages
from trayapp.ui.settings.unsaved import ask_before_closing


def _now() -> int:
    return int(time.time() * 1000)


class SettingsDialog(QDialog):
    """Made when it is wanted and deleted when it is closed. `kinds` are the probe kinds by name.

    `notification_rows`, `history_rows` and `machine_rows` look at this desktop, at what is remembered and at this
    machine in some other thread.
    `clock` tells the time (ms UTC) and `zone` is that of this computer, for what is said of maintenance.
    """

    def __init__(
        self,
        asks: Asks,
        bridge: Bridge,
        appearance: Appearance,
        kinds: Mapping[str, type[Any]],
        notification_rows: Look,
        history_rows: Look,
        machine_rows: Look,
        clock: Callable[[], int] = _now,
        zone: tzinfo = HERE,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._asks, self._appearance = asks, appearance
        self.setWindowTitle("Watchbell settings")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(940, 700)
        self.setMinimumSize(760, 520)
        self.drafting = Drafting(kinds, self)
        self.pages = Pages(
            self.drafting,
            asks,
            bridge,
            appearance,
            kinds,
            notification_rows,
            history_rows,
            machine_rows,
            clock,
            zone,
            self,
        )
        self._word = speak_as(QLabel(self), "note")
        self._save = QPushButton("&Save", self)
        self._close = QPushButton("&Close", self)
        self._lay_out()
        self._connect(bridge)
        self._dress()
        self.drafting.open(asks.settings_text())
        self.pages.services.side.reach()

    def edit(self, service_id: str) -> None:
        """Show the form of this service."""
        self.pages.edit(service_id)

    @Slot(object)
    def show_snapshot(self, snapshot: Snapshot) -> None:
        """The statuses as they are now."""
        self.pages.services.show_snapshot(snapshot)

    @property
    def unsaved(self) -> bool:
        return bool(self.drafting.draft.changed)

    @Slot()
    def save(self) -> bool:
        """Put what was changed in force. False, and the user is taken there, where something is wrong."""
        self.drafting.judge()
        draft, faults = self.drafting.draft, self.drafting.judgement.faults
        wrong = [place for place in draft.changed if place in faults]
        if wrong:
            self.pages.reach_fault(wrong[0])
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
            count = len(self.drafting.draft.changed)
            ask_before_closing(self, self._save_and_close, self._discard_and_close, count)
        else:
            self.pages.services.give_up_trying()
            super().reject()

    def changeEvent(self, event: QEvent) -> None:
        """Coming back from an editor, show what it saved; unsaved changes stay and meet it when they are saved."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.ActivationChange and self.isActiveWindow() and not self.unsaved:
            text = self._asks.settings_text()
            if text != self.drafting.draft.basis:
                self.drafting.open(text)

    def _lay_out(self) -> None:
        self._save.setProperty("role", "main")
        for button in (self._save, self._close):
            button.setAutoDefault(False)  # Enter in a field must not save
        self._word.setTextFormat(Qt.TextFormat.PlainText)
        self._word.setWordWrap(True)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(20, 12, 20, 14)
        buttons.setSpacing(10)
        buttons.addWidget(self._word, 1)
        buttons.addWidget(self._close)
        buttons.addWidget(self._save)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.pages, 1)
        whole.addWidget(rule(self))
        whole.addLayout(buttons)

    def _connect(self, bridge: Bridge) -> None:
        self.drafting.judged.connect(self._show_judgement)
        self._save.clicked.connect(self.save)
        self._close.clicked.connect(self.reject)
        self._appearance.changed.connect(self._dress)
        bridge.snapshot_changed.connect(self.show_snapshot)
        QShortcut(QKeySequence.StandardKey.Save, self, self.save)
        QShortcut(QKeySequence.StandardKey.Find, self, self.pages.begin_finding)
        QShortcut(QKeySequence.StandardKey.New, self, self.pages.add)

    @Slot()
    def _dress(self) -> None:
        self.setStyleSheet(style_sheet(self._appearance.colours))

    @Slot()
    def _show_judgement(self) -> None:
        draft, judgement = self.drafting.draft, self.drafting.judgement
        count = len(draft.changed)
        self._save.setEnabled(count > 0)
        wrong = [place for place in draft.changed if place in judgement.faults]
        if wrong:
            whole = judgement.faults[wrong[0]].get("", "")
            reason = f": {plain(whole)}" if whole else " needs a look before it can be saved."
            self._say(f"{draft.title(wrong[0])}{reason}", wrong=True)
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
        self.drafting.open(text)
        self._say("Saved, and in force.")
        return True

    @Slot(str)
    def _open_text(self, text: str) -> None:
        self.drafting.open(text)

    @Slot()
    def _save_and_close(self) -> None:
        if self.save():
            self.reject()

    @Slot()
    def _discard_and_close(self) -> None:
        self.drafting.open(self.drafting.draft.basis)
        self.reject()
