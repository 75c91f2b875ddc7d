"""The form of one service: drawn from the keys that the service and its kind of probe declare.

It shows a table of services.toml and gives back the table as the user changed it. Keys that it
does not know stay in the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from trayapp.core.keys import DeclaredKey, declared_keys
from trayapp.core.wording import plain
from trayapp.core.words import NOTHING, Service
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.controls import ChoiceBox
from trayapp.ui.settings.disclosure import Disclosure
from trayapp.ui.settings.dress import speak_as
from trayapp.ui.settings.editor import UNSET
from trayapp.ui.settings.editors import editor_for
from trayapp.ui.settings.field import LABEL_WIDTH, Field, default_in_file

Table: TypeAlias = dict[str, Any]


class ServiceForm(QWidget):
    """All keys of one service. `changed` carries its new table."""

    changed = Signal(object)
    secret_wanted = Signal(object)

    def __init__(self, kinds: Mapping[str, type[Any]], appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kinds = kinds
        self._appearance = appearance
        self._table: Table = {}
        self._kind = ""
        self._fields: dict[str, Field] = {}
        self._kind_fields: dict[str, Field] = {}
        self._kind_parts: list[QWidget] = []
        self._general, self._mild = speak_as(QLabel(self), "fault"), speak_as(QLabel(self), "note")
        self._kind_box = self._choose_kind()
        self._more = Disclosure(self.tr("More"), self)
        self._whole = QVBoxLayout(self)
        self._whole.setContentsMargins(0, 0, 0, 0)
        self._whole.setSpacing(14)
        for label in (self._general, self._mild):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            self._whole.addWidget(label)
        self._asking = self._card(self.tr("What to ask"))
        self._row_of_kind()
        declared = declared_keys(Service).values()
        self._add_fields(self._card(self.tr("The service")), (k for k in declared if not k.key.advanced), self._fields)
        self._whole.addWidget(self._more)
        self._advanced = self._card("", self._more.body)
        self._add_fields(self._advanced, (k for k in declared if k.key.advanced), self._fields)
        self._more.setVisible(False)
        self._whole.addStretch(1)

    def show_service(self, table: Mapping[str, Any], defaults: Mapping[str, Any]) -> None:
        """Show this table; `defaults` is the file's own [defaults]."""
        self._table = dict(table)
        self._show_kind(next((kind for kind in self._kinds if kind in table), ""))
        for name, field in self._fields.items():
            default = defaults.get(name, default_in_file(field.editor.declared))
            field.editor.show_value(table.get(name, UNSET), default)
        self._show_kind_values()
        self.show_faults({})

    def show_faults(self, faults: Mapping[str, str], warnings: Mapping[str, str] = NOTHING) -> None:
        """Say at each field what is wrong with it. Keys are paths inside the service: "interval", "http.url"."""
        left, mild = dict(faults), dict(warnings)
        for path, field in self._every_field():
            wrong = _taken(left, path)
            field.show_fault("; ".join([*wrong, *_taken(mild, path)]))
            if wrong and field.editor.declared.key.advanced:
                self._more.set_open(True)
        for label, rest in ((self._general, left), (self._mild, mild)):
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
        next(iter(self._kind_fields.values()), next(iter(self._fields.values()))).reach()

    def open_more(self) -> None:
        """Show the rarer keys too."""
        self._more.set_open(True)

    def field(self, path: str) -> Field:
        """The field of a path inside the service: "interval", "http.url"."""
        return dict(self._every_field())[path]

    def _every_field(self) -> Iterator[tuple[str, Field]]:
        for name, field in self._kind_fields.items():
            yield f"{self._kind}.{name}", field
        yield from self._fields.items()

    # the card of the probe

    def _choose_kind(self) -> ChoiceBox:
        box = ChoiceBox(self._appearance, self)
        for word, kind in self._kinds.items():
            box.addItem(getattr(kind, "title", word), word)
        box.setAccessibleName(self.tr("Kind of check"))
        box.activated.connect(self._change_kind)
        return box

    def _row_of_kind(self) -> None:
        label = QLabel(self.tr("&Kind"), self)
        label.setBuddy(self._kind_box)
        label.setFixedWidth(LABEL_WIDTH)
        row = self._asking.rowCount()
        self._asking.addWidget(label, row, 0)
        self._asking.addWidget(self._kind_box, row, 1, Qt.AlignmentFlag.AlignLeft)
        self._asking.setRowMinimumHeight(row + 1, 8)

    def _show_kind(self, kind: str) -> None:
        self._kind_box.setCurrentIndex(list(self._kinds).index(kind) if kind else -1)
        if kind == self._kind and self._kind_fields:
            return
        self._kind = kind
        for field in self._kind_fields.values():
            field.leave()
        self._kind_fields = {}
        if kind:
            declared = declared_keys(self._kinds[kind]).values()
            self._add_fields(self._asking, (k for k in declared if not k.key.advanced), self._kind_fields)
            self._add_fields(self._advanced, (k for k in declared if k.key.advanced), self._kind_fields)
        self._more.setVisible(any(field.editor.declared.key.advanced for _, field in self._every_field()))

    def _show_kind_values(self) -> None:
        inner = self._table.get(self._kind)
        values = inner if isinstance(inner, Mapping) else {}
        for name, field in self._kind_fields.items():
            field.editor.show_value(values.get(name, UNSET), default_in_file(field.editor.declared))

    @Slot(int)
    def _change_kind(self, index: int) -> None:
        """Another kind keeps the values of the keys that both kinds have."""
        kind = self._kind_box.itemData(index)
        if kind == self._kind:
            return
        old = self._table.pop(self._kind, {})
        known = declared_keys(self._kinds[kind])
        self._table[kind] = {name: value for name, value in dict(old).items() if name in known}
        self._show_kind(kind)
        self._show_kind_values()
        self.changed.emit(dict(self._table))

    # fields

    def _card(self, heading: str, into: QVBoxLayout | None = None) -> QGridLayout:
        card = QFrame(self)
        card.setProperty("role", "card")
        grid = QGridLayout(card)
        grid.setContentsMargins(18, 14, 18, 10)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        if heading:
            grid.addWidget(speak_as(QLabel(heading, card), "heading"), 0, 0, 1, 2)
            grid.setRowMinimumHeight(1, 8)
        (into or self._whole).addWidget(card)
        return grid

    def _add_fields(self, grid: QGridLayout, declared: Iterable[DeclaredKey], into: dict[str, Field]) -> None:
        card = grid.parentWidget() or self
        for key in declared:
            editor = editor_for(key, self._appearance, card)
            into[key.name] = Field(editor, grid, card)
            editor.changed.connect(self._read)
            editor.secret_wanted.connect(self.secret_wanted)

    @Slot()
    def _read(self) -> None:
        table = dict(self._table)
        _put(table, self._fields)
        if self._kind:
            inner = table.get(self._kind)
            table[self._kind] = dict(inner) if isinstance(inner, Mapping) else {}
            _put(table[self._kind], self._kind_fields)
        self._table = table
        self.changed.emit(dict(table))


def _put(table: Table, fields: Mapping[str, Field]) -> None:
    """Write what the editors hold into the table; absent keys leave it."""
    for name, field in fields.items():
        value = field.editor.value()
        if value is UNSET:
            table.pop(name, None)
        else:
            table[name] = value


def _taken(said: dict[str, str], path: str) -> list[str]:
    """Take out what was said of this path and of what is inside it: "http.headers.Accept" is about "http.headers"."""
    own = [each for each in said if each == path or each.startswith((f"{path}.", f"{path}["))]
    return [said.pop(each) for each in own]
