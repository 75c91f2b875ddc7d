"""The form of one service: drawn from the keys that the service and its kind of probe declare.

It shows a table of services.toml and gives back the table as the user changed it. Keys that it
does not know stay in the table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from trayapp.core.keys import declared_keys
from trayapp.core.wording import plain
from trayapp.core.words import NOTHING, Service
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.controls import ChoiceBox
from trayapp.ui.settings.disclosure import Disclosure
from trayapp.ui.settings.dress import speak_as
from trayapp.ui.settings.field import LABEL_WIDTH, Field
from trayapp.ui.settings.fields import Fields


class ServiceForm(QWidget):
    """All keys of one service. `changed` carries its new table."""

    changed = Signal(object)
    secret_wanted = Signal(object)

    def __init__(self, kinds: Mapping[str, type[Any]], appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kinds, self._appearance = kinds, appearance
        self._table: dict[str, Any] = {}
        self._kind = ""
        self._cards: list[QFrame] = []
        self._asking = self._card("What to ask")
        self._service = self._card("The service")
        self._rare = self._card("")
        self._more = Disclosure("More", self)
        self._wrong, self._mild = speak_as(QLabel(self), "fault"), speak_as(QLabel(self), "note")
        self._kind_box = self._box_of_kinds()
        self._asking.addLayout(self._row_of_kind())
        self._common = self._block(Service, "", False, self._service)
        self._common_rare = self._block(Service, "", True, self._rare)
        self._own: Fields | None = None
        self._own_rare: Fields | None = None
        self._lay_out()

    def show_service(self, table: Mapping[str, Any], defaults: Mapping[str, Any]) -> None:
        """Show this table; `defaults` is the file's own [defaults]."""
        self._table = dict(table)
        self._show_kind(next((kind for kind in self._kinds if kind in table), ""))
        for block in (self._common, self._common_rare):
            block.show_values(table, defaults)
        self._show_own_values()
        self.show_faults({})

    def show_faults(self, faults: Mapping[str, str], warnings: Mapping[str, str] = NOTHING) -> None:
        """Say at each field what is wrong with it. Keys are paths inside the service: "interval", "http.url"."""
        left, mild = dict(faults), dict(warnings)
        for path, field in self._every_field():
            wrong = _taken(left, path)
            field.show_fault("; ".join([*wrong, *_taken(mild, path)]))
            if wrong and field.editor.declared.key.advanced:
                self._more.set_open(True)
        for label, rest in ((self._wrong, left), (self._mild, mild)):
            label.setText("\n".join(plain(f"{path}: {words}" if path else words, 300) for path, words in rest.items()))
            label.setVisible(bool(rest))

    def reach_first_fault(self) -> bool:
        """Take the keyboard to the first field that is wrong; False where none is."""
        for _, field in self._every_field():
            if field.faulty:
                if field.editor.declared.key.advanced:
                    self._more.set_open(True)
                field.reach()
                return True
        return False

    def reach_first_field(self) -> None:
        """Take the keyboard to the first thing to fill in."""
        _, field = next(self._every_field())
        field.reach()

    def open_more(self) -> None:
        """Show the rarer keys too."""
        self._more.set_open(True)

    def field(self, path: str) -> Field:
        """The field of a path inside the service: "interval", "http.url"."""
        return dict(self._every_field())[path]

    def _every_field(self) -> Iterator[tuple[str, Field]]:
        for block in (self._own, self._common, self._common_rare, self._own_rare):
            if block is not None:
                yield from block.by_path.items()

    @Slot()
    def _read(self) -> None:
        table = dict(self._table)
        for block in (self._common, self._common_rare):
            block.put_into(table)
        if self._own is not None and self._own_rare is not None:
            inner = table.get(self._kind)
            own = dict(inner) if isinstance(inner, Mapping) else {}
            for block in (self._own, self._own_rare):
                block.put_into(own)
            table[self._kind] = own
        self._table = table
        self.changed.emit(table)

    def _show_kind(self, kind: str) -> None:
        """Draw the fields of this kind anew, unless they are there already."""
        self._kind_box.setCurrentIndex(list(self._kinds).index(kind) if kind else -1)
        if kind != self._kind:
            self._kind = kind
            for block in (self._own, self._own_rare):
                if block is not None:
                    block.hide()
                    block.deleteLater()
            cls, prefix = self._kinds.get(kind), f"{kind}."
            self._own = self._block(cls, prefix, False, self._asking) if cls else None
            self._own_rare = self._block(cls, prefix, True, self._rare) if cls else None
        self._more.setVisible(any(field.editor.declared.key.advanced for _, field in self._every_field()))

    def _show_own_values(self) -> None:
        inner = self._table.get(self._kind)
        for block in (self._own, self._own_rare):
            if block is not None:
                block.show_values(inner if isinstance(inner, Mapping) else NOTHING, NOTHING)

    @Slot(int)
    def _change_kind(self, index: int) -> None:
        """Another kind keeps the values of the keys that both kinds have."""
        kind = self._kind_box.itemData(index)
        if kind == self._kind:
            return
        old = self._table.pop(self._kind, NOTHING)
        known = declared_keys(self._kinds[kind])
        kept = {name: value for name, value in old.items() if name in known} if isinstance(old, Mapping) else {}
        self._table[kind] = kept
        self._show_kind(kind)
        self._show_own_values()
        self.changed.emit(dict(self._table))

    # drawing

    def _box_of_kinds(self) -> ChoiceBox:
        box = ChoiceBox(self._appearance, self)
        for word, kind in self._kinds.items():
            box.addItem(kind.title, word)
        box.setAccessibleName("Kind of check")
        box.activated.connect(self._change_kind)
        return box

    def _row_of_kind(self) -> QHBoxLayout:
        label = QLabel("&Kind", self)
        label.setBuddy(self._kind_box)
        label.setFixedWidth(LABEL_WIDTH)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 6)
        row.setSpacing(14)
        row.addWidget(label)
        row.addWidget(self._kind_box)
        row.addStretch(1)
        return row

    def _card(self, heading: str) -> QVBoxLayout:
        card = QFrame(self)
        card.setProperty("role", "card")
        self._cards.append(card)
        column = QVBoxLayout(card)
        column.setContentsMargins(18, 14, 18, 8)
        column.setSpacing(6)
        if heading:
            column.addWidget(speak_as(QLabel(heading, card), "heading"))
            column.addSpacing(4)
        return column

    def _block(self, cls: type[Any], prefix: str, rare: bool, into: QVBoxLayout) -> Fields:
        keys = [key for key in declared_keys(cls).values() if key.key.advanced is rare]
        block = Fields(keys, prefix, self._appearance, self)
        block.setVisible(bool(keys))
        block.changed.connect(self._read)
        block.secret_wanted.connect(self.secret_wanted)
        into.addWidget(block)
        return block

    def _lay_out(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(14)
        for label in (self._wrong, self._mild):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            whole.addWidget(label)
        asking, service, rare = self._cards
        whole.addWidget(asking)
        whole.addWidget(service)
        self._more.body.addWidget(rare)
        whole.addWidget(self._more)
        whole.addStretch(1)


def _taken(said: dict[str, str], path: str) -> list[str]:
    """Take out what was said of this path and of what is inside it: "http.headers.Accept" is about "http.headers"."""
    own = [each for each in said if each == path or each.startswith((f"{path}.", f"{path}["))]
    return [said.pop(each) for each in own]
