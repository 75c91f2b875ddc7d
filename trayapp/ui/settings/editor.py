"""What every editor of one key can do: show a value of the file, and give it back.

A value here is what TOML holds: a string, number, truth, list or table; `UNSET` where the key
is absent. An editor that nobody has touched gives back exactly what it was shown, so that a
value which the form cannot express survives until somebody changes it.
"""

from __future__ import annotations

import enum
from typing import Any, ClassVar, Final

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from trayapp.core.keys import DeclaredKey


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
