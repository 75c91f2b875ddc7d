"""The form of one table beside the services: a field for each key that its class declares.

It shows a table of services.toml and gives back the table as the user changed it. Keys that it
does not know stay in the table.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from trayapp.core.keys import declared_keys
from trayapp.core.words import NOTHING
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.field import Field
from trayapp.ui.settings.fields import Fields
from trayapp.ui.settings.judgement import Said
from trayapp.ui.settings.remarks import Remarks
from trayapp.ui.settings.tables import Table


class TableForm(QWidget):
    """`changed` carries the new table. `picked` are names of keys whose words are picked from what exists."""

    changed = Signal(object)

    def __init__(
        self, cls: type, appearance: Appearance, parent: QWidget | None = None, picked: Collection[str] = ()
    ) -> None:
        super().__init__(parent)
        self._table: dict[str, Any] = {}
        self._remarks = Remarks(self)
        self._fields = Fields(declared_keys(cls).values(), "", appearance, self, picked)
        self._left_out: Collection[str] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._remarks)
        column.addWidget(self._fields)
        self._fields.changed.connect(self._read)

    def offer(self, name: str, words: Mapping[str, str]) -> None:
        """Words to choose from for a key, each with what to call it."""
        self.field(name).editor.offer(words)

    def show_table(self, table: Table) -> None:
        """Show this table."""
        self._table = dict(table)
        self._fields.show_values(self._table, NOTHING)
        self.leave_out(self._left_out)

    def leave_out(self, names: Collection[str]) -> None:
        """Do not show these keys, unless there is something in them."""
        self._left_out = names
        for name, field in self._fields.by_path.items():
            field.set_shown(name not in names or name in self._table)

    def show_faults(self, faults: Said, warnings: Said) -> None:
        """Say at each field what is wrong with it."""
        self._remarks.share_out(self._fields.by_path.items(), faults, warnings)

    def field(self, name: str) -> Field:
        """The field of a key."""
        return self._fields.by_path[name]

    def reach_first_field(self) -> None:
        """Take the keyboard to the first thing to fill in."""
        next(iter(self._fields.by_path.values())).reach()

    def reach_first_fault(self) -> None:
        """Take the keyboard to the first field that is wrong, if one is."""
        for field in self._fields.by_path.values():
            if field.faulty:
                field.reach()
                return

    @Slot()
    def _read(self) -> None:
        self._fields.put_into(self._table)
        self.changed.emit(dict(self._table))
