"""A page with a list at the left, the form of the chosen table at the right, and below what was just removed.

Every change goes into the draft; list and form are drawn from what that was judged to be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from trayapp.config.save import new_id
from trayapp.core.wording import plain
from trayapp.ui.settings.drafting import Drafting
from trayapp.ui.settings.dress import rule
from trayapp.ui.settings.line_model import Line
from trayapp.ui.settings.nothing_yet import NothingYet
from trayapp.ui.settings.offer_bar import OfferBar
from trayapp.ui.settings.side_list import SideList
from trayapp.ui.settings.tables import Removed, Table, Tables


class Form(Protocol):
    """What the page asks of the form."""

    def reach_first_field(self) -> None: ...

    def reach_first_fault(self) -> None: ...


class ListPage(QWidget):
    """`root` is where its tables stand, such as "services"; `called` the key in each that says what it is called."""

    def __init__(
        self,
        root: str,
        called: str,
        drafting: Drafting,
        side: SideList,
        nothing: NothingYet,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._root, self._called, self._drafting = root, called, drafting
        self.side, self._nothing = side, nothing
        self._titles: Mapping[str, str] = {}
        self._current = ""
        side.setParent(self)  # before what stands beside it, so that Tab comes to it first
        self._right = QStackedWidget(self)
        self._undo = OfferBar("&Undo", self)

    # What each page says for itself

    @property
    def _form(self) -> Form:
        raise NotImplementedError

    def add(self) -> None:
        """Add a table, unless the file cannot be read."""
        raise NotImplementedError

    def _lines(self) -> Sequence[Line]:
        """The list as the draft was judged to be."""
        raise NotImplementedError

    def _show_table(self, table: Table) -> None:
        """Another table in the form: its values, from the top."""
        raise NotImplementedError

    def _draw_chosen(self) -> None:
        """What is said of the chosen table."""
        raise NotImplementedError

    # What all have in common

    def reach_fault(self, id_: str) -> None:
        """Take the user to the first thing that is wrong with this table."""
        self.side.choose(id_)
        self._form.reach_first_fault()

    @Slot(str)
    def remove(self, id_: str) -> None:
        """Take a table out; the bar below brings it back."""
        ids = list(self._tables.now)
        place = ids.index(id_)
        title = self._drafting.draft.title((self._root, id_))
        removed = self._tables.remove(id_)
        self._drafting.judge()
        neighbours = [*ids[place + 1 :], *reversed(ids[:place])]
        self._choose_again(neighbours[0] if neighbours else "")
        self._undo.offer(f'Removed "{title}".', removed)

    @property
    def _tables(self) -> Tables:
        return self._drafting.draft.listed[self._root]

    def _assemble(self, pane: QWidget, *bars: QWidget) -> None:
        """Lay out and connect, when everything is there. `bars` stand above that of what was removed."""
        self._right.addWidget(self._nothing)
        self._right.addWidget(pane)
        below = QVBoxLayout()
        below.setContentsMargins(24, 0, 24, 12)
        below.setSpacing(8)
        for bar in (*bars, self._undo):
            below.addWidget(bar)
        right = QVBoxLayout()
        right.addWidget(self._right, 1)
        right.addLayout(below)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.side)
        whole.addWidget(rule(self, upright=True))
        whole.addLayout(right, 1)
        self.side.chosen.connect(self._show_chosen)
        self.side.add_asked.connect(self.add)
        self.side.duplicate_asked.connect(self._duplicate)
        self.side.remove_asked.connect(self.remove)
        self._nothing.add_asked.connect(self.add)
        self._undo.taken.connect(self._restore)
        self._drafting.opened.connect(self._begin)
        self._drafting.judged.connect(self._show_judgement)

    @Slot()
    def _begin(self) -> None:
        """Another draft: what was chosen stays chosen where it still exists."""
        chosen, tables = self._current, self._tables.now
        self._undo.withdraw()
        self.side.allow_adding(self._drafting.draft.broken is None)
        self._draw()
        self._choose_again(chosen if chosen in tables else next(iter(tables), ""))

    @Slot()
    def _show_judgement(self) -> None:
        self._draw()
        self._turn_right()

    def _draw(self) -> None:
        broken = self._drafting.draft.broken
        lines = self._lines()
        self._titles = {line.id: line.name for line in lines}
        self.side.show_lines(lines)
        self._nothing.say(plain(str(broken), 300) if broken else "")

    def _turn_right(self) -> None:
        exists = self._current in self._tables.now
        self._right.setCurrentIndex(int(exists))
        if exists:
            self._draw_chosen()

    def _choose_again(self, id_: str) -> None:
        """Show this table even if it is the chosen one, which may be another now."""
        if id_ and id_ == self.side.current:
            self._show_chosen(id_)
        else:
            self.side.choose(id_)

    @Slot(str)
    def _show_chosen(self, id_: str) -> None:
        self._current = id_
        self._show_table(self._tables.now[id_])
        self._turn_right()

    @Slot(str)
    def _duplicate(self, id_: str) -> None:
        name = f"{self._titles[id_]} (copy)"
        self._put_new(new_id(name, self._tables.taken), {**self._tables.now[id_], self._called: name})

    def _put_new(self, id_: str, table: Table) -> None:
        self._tables.put(id_, table)
        self._drafting.judge()
        self.side.choose(id_)
        self._form.reach_first_field()

    @Slot(object)
    def _restore(self, removed: Removed) -> None:
        self._tables.restore(removed)
        self._drafting.judge()
        self._choose_again(removed.id)
