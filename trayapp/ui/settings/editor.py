"""What every editor of one key can do: show a value of the file, and give it back.

A value here is what TOML holds: a string, number, truth, list or table; `UNSET` where the key
is absent. An editor that nobody has touched gives back exactly what it was shown, so that a
value which the form cannot express survives until somebody changes it.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping
from typing import Any, ClassVar, Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from trayapp.core.keys import DeclaredKey
from trayapp.ui.settings.dress import repolish


class Absent(enum.Enum):
    """The one value that stands for "the key is not in the file"."""

    UNSET = "unset"


UNSET: Final = Absent.UNSET


class Editor(QWidget):
    """One key's control. `changed` when the user changed it, never when the program did."""

    changed = Signal()
    secret_wanted = Signal(object)
    """Carries the TextEditor whose text the user wants to keep in the keyring."""
    wide: ClassVar[bool] = False
    """Whether it needs the whole width, under its label."""
    tall: ClassVar[bool] = False
    """Whether it has several lines, beside the first of which its label stands."""

    def __init__(self, declared: DeclaredKey, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.declared = declared
        self._given: Any = UNSET
        self._default: Any = UNSET
        self._touched = False
        self._showing = False

    @property
    def field(self) -> QWidget:
        """The control that takes the focus and bears the accessible name."""
        raise NotImplementedError

    @property
    def controls(self) -> tuple[QWidget, ...]:
        """Everything in it that Tab walks through, in order."""
        return (self.field,)

    def show_value(self, value: Any, default: Any = UNSET) -> None:
        """Show this value; `default` is what holds while the key is absent."""
        self._given, self._default, self._touched = value, default, False
        self._showing = True
        self._show(value)
        self._showing = False

    def offer(self, words: Mapping[str, str]) -> None:
        """Values to choose from, each with what to call it. An editor that cannot offer any stays as it is."""

    def show_faulty(self, places: Collection[int], faulty: bool) -> None:
        """Look wrong, or right again. `places` are those of a list, where the fault has one."""
        self.setProperty("faulty", faulty)
        repolish(self.field)

    def reach(self) -> None:
        """Take the keyboard there; where one of several things is wrong, to that."""
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def value(self) -> Any:
        """What the file is to hold now."""
        if not self._touched:
            return self._given
        value = self._read()
        return UNSET if self._given is UNSET and value == self._default else value

    @Slot()
    def touch(self) -> None:
        """The user changed something."""
        if not self._showing:
            self._touched = True
            self.changed.emit()

    def _show(self, value: Any) -> None:
        raise NotImplementedError

    def _read(self) -> Any:
        raise NotImplementedError
