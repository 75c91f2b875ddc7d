"""A block of fields for some declared keys of one table."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, MutableMapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from trayapp.core.keys import DeclaredKey
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.editor import UNSET
from trayapp.ui.settings.editors import editor_for
from trayapp.ui.settings.field import Field, default_in_file


class Fields(QWidget):
    """Labels, editors and notes in two columns. `prefix` ("http.") comes before the keys in paths of faults.

    `picked` are names of keys whose words are picked from what exists.
    """

    changed = Signal()
    secret_wanted = Signal(object)

    def __init__(
        self,
        declared: Iterable[DeclaredKey],
        prefix: str,
        appearance: Appearance,
        parent: QWidget | None = None,
        picked: Collection[str] = (),
    ) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        self.by_path: dict[str, Field] = {}
        for key in declared:
            editor = editor_for(key, appearance, self, picked=key.name in picked)
            self.by_path[prefix + key.name] = Field(editor, grid, self)
            editor.changed.connect(self.changed)
            editor.secret_wanted.connect(self.secret_wanted)

    def controls(self) -> Iterator[QWidget]:
        """What Tab walks through, from top to bottom."""
        for field in self.by_path.values():
            yield from field.editor.controls

    def show_values(self, table: Mapping[str, Any], defaults: Mapping[str, Any]) -> None:
        """Show what the table holds, and in grey what `defaults` or the declarations give instead."""
        for field in self.by_path.values():
            declared = field.editor.declared
            default = defaults.get(declared.name, default_in_file(declared))
            field.editor.show_value(table.get(declared.name, UNSET), default)

    def put_into(self, table: MutableMapping[str, Any]) -> None:
        """Write what the editors hold; absent keys leave the table."""
        for field in self.by_path.values():
            value = field.editor.value()
            if value is UNSET:
                table.pop(field.editor.declared.name, None)
            else:
                table[field.editor.declared.name] = value
