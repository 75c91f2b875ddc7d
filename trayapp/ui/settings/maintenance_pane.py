"""The right side of the page of maintenance: what it is, when that is in a sentence, and the form."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import tzinfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from trayapp.config.in_words import clock_changes, maintenance_in_words
from trayapp.config.maintenance import DAYS, OUT_OF_PLACE, Maintenance
from trayapp.config.zones import zone_names
from trayapp.core.wording import listed, plain
from trayapp.core.words import Service, Status
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.card import card_under
from trayapp.ui.settings.dress import speak_as
from trayapp.ui.settings.scrolled import SCROLL_BAR, scrolled
from trayapp.ui.settings.table_form import TableForm
from trayapp.ui.settings.tables import Table
from trayapp.ui.window.heading import Shape


class MaintenancePane(QWidget):
    """Shows one maintenance. `edited` carries its new table."""

    edited = Signal(object)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._senseless: Sequence[str] = ()
        self._none_exist: Sequence[str] = ()
        self.form = TableForm(Maintenance, appearance, picked=("services", "groups"))
        self.form.offer("every", {word: f"every {word}" for word in ("day", *DAYS)})
        self.form.offer("zone", {name: name for name in zone_names()})
        self._title = speak_as(QLabel(self), "title")
        self._when = QLabel(self)
        self._notes = speak_as(QLabel(self), "note")
        for label in (self._title, self._when, self._notes):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setMinimumWidth(80)
        for label in (self._when, self._notes):
            label.setWordWrap(True)
        shape = Shape(appearance, 30, self)
        shape.show_status(Status.MAINTENANCE)
        words = QVBoxLayout()
        words.setSpacing(3)
        for label in (self._title, self._when, self._notes):
            words.addWidget(label)
        heading = QHBoxLayout()
        heading.setContentsMargins(24, 18, 24, 14)
        heading.setSpacing(14)
        heading.addWidget(shape, 0, Qt.AlignmentFlag.AlignTop)
        heading.addLayout(words, 1)
        page = QWidget()
        page.setProperty("role", "page")
        card, inside = card_under("", page)
        inside.addWidget(self.form)
        column = QVBoxLayout(page)
        column.setContentsMargins(24, 2, 24 - SCROLL_BAR, 24)
        column.addWidget(card)
        column.addStretch(1)
        self._area = scrolled(page, self)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(heading)
        whole.addWidget(self._area, 1)
        self.form.changed.connect(self.edited)

    def show_table(self, table: Table) -> None:
        """Another maintenance: its values, from the top."""
        self._show_keys_of(table)
        self.form.show_table(table)
        self._area.verticalScrollBar().setValue(0)

    def refresh(self, table: Table) -> None:
        """The same maintenance, of which something else than the form changed the table."""
        self._show_keys_of(table)
        self.form.show_table(table)

    def offer(self, services: Mapping[str, str], groups: Mapping[str, str]) -> None:
        """What exists to be picked: services by their ids with what they are called, and groups."""
        self.form.offer("services", services)
        self.form.offer("groups", groups)
        self._none_exist = [name for name, words in (("services", services), ("groups", groups)) if not words]
        self.form.leave_out((*self._senseless, *self._none_exist))

    def show_heading(
        self, title: str, maintenance: Maintenance | None, services: Collection[Service], now: int, zone: tzinfo
    ) -> None:
        """What it is called and comes to as it stands now."""
        self._title.setText(title)
        if maintenance is None:
            self._when.setText("This cannot be used as it stands.")
        else:
            self._when.setText(maintenance_in_words(maintenance, now, zone))
            notes = [_whom(maintenance, services), *clock_changes(maintenance.rule(zone), now)]
            self._notes.setText("\n".join(notes))
        self._notes.setVisible(maintenance is not None)

    def _show_keys_of(self, table: Table) -> None:
        every = str(table.get("every", "once"))
        self._senseless, _ = OUT_OF_PLACE.get(every, ((), ""))
        self.form.leave_out((*self._senseless, *self._none_exist))
        self.form.offer("days", {word: word for word in DAYS.get(every, ())})


def _whom(maintenance: Maintenance, services: Collection[Service]) -> str:
    """ "For Twitter and GitHub: what they do meanwhile is recorded, and counts for nothing."."""
    covered = [plain(service.name or service.id, 60) for service in services if maintenance.covers(service)]
    if not covered:
        return "For no service that there is."
    whom = f"all {len(covered)} services" if len(covered) == len(services) > 1 else listed(covered)
    return f"For {whom}: nothing rings, and what happens meanwhile is recorded but does not count."
