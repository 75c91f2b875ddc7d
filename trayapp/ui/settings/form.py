"""The form of one service: drawn from the keys that the service and its kind of probe declare.

It shows a table of services.toml and gives back the table as the user changed it. Keys that it
does not know stay in the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from trayapp.core.keys import declared_keys
from trayapp.core.words import NOTHING
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.field import Field
from trayapp.ui.settings.form_body import PICKED, FormBody
from trayapp.ui.settings.remarks import Remarks


class ServiceForm(QWidget):
    """All keys of one service. `changed` carries its new table."""

    changed = Signal(object)
    secret_wanted = Signal(object)

    def __init__(self, kinds: Mapping[str, type[Any]], appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kinds, self._appearance = kinds, appearance
        self._table: dict[str, Any] = {}
        self._defaults: Mapping[str, Any] = NOTHING
        self._offered: Mapping[str, str] = NOTHING
        self._above: QWidget | None = None
        self._whole = QVBoxLayout(self)
        self._whole.setContentsMargins(0, 0, 0, 0)
        self._whole.setSpacing(14)
        self._remarks = Remarks(self)
        self._whole.addWidget(self._remarks)
        self._body = self._add_body(next(iter(kinds)))  # most services are of the first kind

    def show_service(self, table: Mapping[str, Any], defaults: Mapping[str, Any]) -> None:
        """Show this table; `defaults` is the file's own [defaults]."""
        self._table, self._defaults = dict(table), defaults
        self._show_kind(next((kind for kind in self._kinds if kind in table), ""))
        self.show_faults({})

    def offer(self, services: Mapping[str, str]) -> None:
        """The services that this one may depend on: by their ids, with what they are called."""
        self._offered = services
        for _, field in self._body.fields():
            if field.name in PICKED:
                field.editor.offer(services)

    def show_faults(self, faults: Mapping[str, str], warnings: Mapping[str, str] = NOTHING) -> None:
        """Say at each field what is wrong with it. Keys are paths inside the service: "interval", "http.url"."""
        wrong = self._remarks.share_out(self._body.fields(), faults, warnings)
        if any(field.editor.declared.key.advanced for field in wrong):
            self._body.more.set_open(True)

    def follow(self, above: QWidget) -> None:
        """Tab comes to the form from this control."""
        self._above = above
        self._walk_through()

    def reach_first_fault(self) -> None:
        """Take the keyboard to the first field that is wrong, if one is."""
        for _, field in self._body.fields():
            if field.faulty:
                if field.editor.declared.key.advanced:
                    self._body.more.set_open(True)
                field.reach()
                return

    def reach_first_field(self) -> None:
        """Take the keyboard to the first thing to fill in."""
        _, field = next(self._body.fields())
        field.reach()

    def open_more(self) -> None:
        """Show the rarer keys too."""
        self._body.more.set_open(True)

    def field(self, path: str) -> Field:
        """The field of a path inside the service: "interval", "http.url"."""
        return dict(self._body.fields())[path]

    @Slot(str)
    def change_kind(self, kind: str) -> None:
        """Ask in another way; keys that both kinds have keep their values."""
        old = self._table.pop(self._body.kind, NOTHING)
        known = declared_keys(self._kinds[kind])
        kept = {name: value for name, value in old.items() if name in known} if isinstance(old, Mapping) else {}
        self._table[kind] = kept
        self._show_kind(kind)
        self._body.kind_box.setFocus()
        self.changed.emit(dict(self._table))

    @Slot(int)
    def _choose_kind(self, index: int) -> None:
        kind = self._body.kind_box.itemData(index)
        if kind != self._body.kind:
            self.change_kind(kind)

    def _show_kind(self, kind: str) -> None:
        """Fill the body, a new one if it was made for another kind: so Tab always walks from top to bottom."""
        if kind != self._body.kind:
            opened = self._body.more.is_open
            self._whole.removeWidget(self._body)
            self._body.hide()
            self._body.deleteLater()
            self._body = self._add_body(kind)
            self._walk_through()
            self._body.more.set_open(opened)
            self.offer(self._offered)
        for block in self._body.common:
            block.show_values(self._table, self._defaults)
        for block in self._body.own:
            block.show_values(_inner(self._table, kind), NOTHING)

    def _add_body(self, kind: str) -> FormBody:
        body = FormBody(self._kinds, kind, self._appearance, self)
        body.changed.connect(self._read)
        body.secret_wanted.connect(self.secret_wanted)
        body.kind_box.activated.connect(self._choose_kind)
        self._whole.addWidget(body)
        body.show()
        return body

    def _walk_through(self) -> None:
        """Tab goes from what stands above to the first field, though the body was made last of all."""
        # The controls name themselves: nextInFocusChain() would wrap Qt's inner widgets, and crash at exit.
        if self._above is not None:
            for before, after in pairwise([self._above, *self._body.controls()]):
                QWidget.setTabOrder(before, after)

    @Slot()
    def _read(self) -> None:
        table = dict(self._table)
        for block in self._body.common:
            block.put_into(table)
        if self._body.own:
            own = dict(_inner(table, self._body.kind))
            for block in self._body.own:
                block.put_into(own)
            table[self._body.kind] = own
        self._table = table
        self.changed.emit(dict(table))


def _inner(table: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    """The probe's own table; nothing where something else stands in its place."""
    inner = table.get(kind)
    return inner if isinstance(inner, Mapping) else NOTHING
