"""What a menu shall hold, as values, and a menu that comes to hold it.

A desktop that draws our menu itself (StatusNotifier's dbusmenu) knows each entry by a number. So an entry
that stays keeps its action, whatever it says meanwhile: a menu that is open is changed and not torn down.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QMenu


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. Without an act and without entries of its own it is there to be read.

    `key` tells it from the others of its menu for as long as it means the same; else its text does.
    `checked` is None for what cannot be switched on and off. `icon` may be nothing.
    """

    text: str
    act: Callable[[], object] | None = field(default=None, compare=False)
    key: str = ""
    entries: tuple[Entry, ...] = ()
    icon: QIcon | None = field(default=None, compare=False)
    checked: bool | None = None
    default: bool = False
    enabled: bool = True

    @property
    def name(self) -> str:
        return self.key or self.text


def line(key: str) -> Entry:
    """A line between entries."""
    return Entry("", key=f"line {key}")


class LivingMenu(QObject):
    """Keeps a menu like its entries; lives and dies with the menu."""

    def __init__(self, menu: QMenu) -> None:
        super().__init__(menu)
        self._menu = menu
        self._actions: dict[str, QAction] = {}
        self._acts: dict[str, Callable[[], object]] = {}
        self._menus: dict[str, QMenu] = {}
        self._below: dict[str, LivingMenu] = {}

    def show(self, entries: Sequence[Entry]) -> None:
        """Hold these entries, in this order, and no others."""
        wanted = {entry.name: entry for entry in entries}
        for name in self._actions.keys() - wanted.keys():
            self._take_away(name)
        for name in self._actions.keys() & wanted.keys():
            if bool(wanted[name].entries) is not (name in self._below):
                self._take_away(name)
        for at, (name, entry) in enumerate(wanted.items()):
            self._put(at, name)
            self._dress(self._actions[name], name, entry)

    def _act(self, name: str) -> None:
        self._acts[name]()

    def _put(self, at: int, name: str) -> None:
        """Have the action of this name at this place; only what is not there yet is moved."""
        if name not in self._actions:
            self._actions[name] = action = QAction(self._menu)
            action.triggered.connect(partial(self._act, name))
        held, action = self._menu.actions(), self._actions[name]
        if at >= len(held):
            self._menu.addAction(action)
        elif held[at] is not action:
            self._menu.insertAction(held[at], action)

    def _dress(self, action: QAction, name: str, entry: Entry) -> None:
        action.setSeparator(not entry.text)
        action.setText(entry.text.replace("&", "&&"))
        action.setIcon(entry.icon or QIcon())
        action.setCheckable(entry.checked is not None)
        action.setChecked(bool(entry.checked))
        action.setEnabled(entry.enabled and (entry.act is not None or bool(entry.entries)))
        if entry.default:
            self._menu.setDefaultAction(action)
        if entry.act is not None:
            self._acts[name] = entry.act
        if entry.entries:
            if name not in self._below:
                self._menus[name] = menu = QMenu(self._menu)
                action.setMenu(menu)
                self._below[name] = LivingMenu(menu)
            self._below[name].show(entry.entries)

    def _take_away(self, name: str) -> None:
        action = self._actions.pop(name)
        self._acts.pop(name, None)
        self._menu.removeAction(action)
        if name in self._below:
            del self._below[name]
            self._menus.pop(name).deleteLater()
        action.deleteLater()
