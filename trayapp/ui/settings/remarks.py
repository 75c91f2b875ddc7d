"""What is said of a table, shown where it belongs: at its field, or above the form where it belongs to none."""

from __future__ import annotations

import re
from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from trayapp.core.wording import plain
from trayapp.ui.settings.dress import speak_as
from trayapp.ui.settings.field import Field
from trayapp.ui.settings.judgement import Said


class Remarks(QWidget):
    """Stands above a form, and takes no room while it has nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wrong, self._mild = speak_as(QLabel(self), "fault"), speak_as(QLabel(self), "note")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for label in (self._wrong, self._mild):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            column.addWidget(label)
        self.hide()

    def share_out(self, fields: Iterable[tuple[str, Field]], faults: Said, warnings: Said) -> list[Field]:
        """Say at each field what is wrong with it, and here the rest. Returns the fields with a fault.

        Keys are paths inside the table: "interval", "http.url".
        """
        left, mild = dict(faults), dict(warnings)
        found = []
        for path, field in fields:
            places = _places([*left, *mild], path)
            wrong = _taken(left, path)
            field.show_fault("; ".join([*wrong, *_taken(mild, path)]), places)
            if wrong:
                found.append(field)
        for label, rest in ((self._wrong, left), (self._mild, mild)):
            label.setText("\n".join(plain(f"{path}: {words}" if path else words, 300) for path, words in rest.items()))
            label.setVisible(bool(rest))
        self.setVisible(bool(left or mild))
        return found


def _taken(said: dict[str, str], path: str) -> list[str]:
    """Take out what was said of this path and of what is inside it: "http.headers.Accept" is about "http.headers"."""
    own = [each for each in said if each == path or each.startswith((f"{path}.", f"{path}["))]
    return [said.pop(each) for each in own]


def _places(said: Iterable[str], path: str) -> tuple[int, ...]:
    """The places in a list that something is said of: "control[1]" is about the second of "control"."""
    found = (re.fullmatch(rf"{re.escape(path)}\[(\d+)\]", each) for each in said)
    return tuple(int(match[1]) for match in found if match)
