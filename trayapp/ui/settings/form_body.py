"""Everything in the form for one kind of probe: built in the order in which Tab walks through it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from trayapp.core.keys import declared_keys
from trayapp.core.words import Service
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.card import card_under
from trayapp.ui.settings.controls import ChoiceBox
from trayapp.ui.settings.disclosure import Disclosure
from trayapp.ui.settings.field import LABEL_WIDTH, Field
from trayapp.ui.settings.fields import Fields

PICKED = ("depends_on",)
"""Keys of a service that name what exists."""


class FormBody(QWidget):
    """What to ask, the service, and under "More" the rarer keys of both. `kind` is "" while none is known."""

    changed = Signal()
    secret_wanted = Signal(object)

    def __init__(
        self, kinds: Mapping[str, type[Any]], kind: str, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self.kind = kind
        cls, prefix = kinds.get(kind), f"{kind}."
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(14)
        asking, column = card_under("What to ask", self)
        self.kind_box = self._box_of_kinds(kinds)
        column.addLayout(self._row_of_kind())
        self.own = [self._block(cls, prefix, False, column)] if cls else []
        whole.addWidget(asking)
        service, column = card_under("The service", self)
        self.common = [self._block(Service, "", False, column)]
        whole.addWidget(service)
        self.more = Disclosure("More", self)
        rare, column = card_under("", self)
        self.common.append(self._block(Service, "", True, column))
        if cls:
            self.own.append(self._block(cls, prefix, True, column))
        self.more.body.addWidget(rare)
        self.more.setVisible(any(field.editor.declared.key.advanced for _, field in self.fields()))
        whole.addWidget(self.more)

    def fields(self) -> Iterator[tuple[str, Field]]:
        """Every field with its path inside the service, from top to bottom."""
        for block in (*self.own[:1], *self.common, *self.own[1:]):
            yield from block.by_path.items()

    def controls(self) -> Iterator[QWidget]:
        """What Tab walks through, from top to bottom."""
        yield self.kind_box
        for block in (*self.own[:1], self.common[0]):
            yield from block.controls()
        yield self.more.button
        for block in (self.common[1], *self.own[1:]):
            yield from block.controls()

    def _box_of_kinds(self, kinds: Mapping[str, type[Any]]) -> ChoiceBox:
        box = ChoiceBox(self._appearance, self)
        for word, kind in kinds.items():
            box.addItem(kind.title, word)
        box.setCurrentIndex(box.findData(self.kind))
        box.setAccessibleName("Kind of check")
        return box

    def _row_of_kind(self) -> QHBoxLayout:
        label = QLabel("&Kind", self)
        label.setBuddy(self.kind_box)
        label.setFixedWidth(LABEL_WIDTH)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 6)
        row.setSpacing(14)
        row.addWidget(label)
        row.addWidget(self.kind_box)
        row.addStretch(1)
        return row

    def _block(self, cls: type[Any], prefix: str, rare: bool, into: QVBoxLayout) -> Fields:
        keys = [key for key in declared_keys(cls).values() if key.key.advanced is rare]
        block = Fields(keys, prefix, self._appearance, self, PICKED if cls is Service else ())
        block.setVisible(bool(keys))
        block.changed.connect(self.changed)
        block.secret_wanted.connect(self.secret_wanted)
        into.addWidget(block)
        return block
