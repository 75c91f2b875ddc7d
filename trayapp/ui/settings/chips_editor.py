"""Editor for some of a few words, such as days of the week or of the month: a chip for each, pressed or not."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from trayapp.core.keys import DeclaredKey
from trayapp.core.wording import plain
from trayapp.ui.settings.editor import UNSET, Editor

COLUMNS = 7
"""As many as a week has days: the days of a month look like a calendar."""


class ChipsEditor(Editor):
    """Tab reaches the chips as one; the arrow keys go from chip to chip, the space bar presses.

    Of all words that the key allows, those offered are shown. A word of the file that is none of
    them has a chip too, so that it can be taken out.
    """

    wide = True

    def __init__(self, declared: DeclaredKey, parent: QWidget | None = None) -> None:
        super().__init__(declared, parent)
        self._offered: Mapping[str, str] = {word: word for word in declared.choices}
        self._box = QWidget(self)
        self._grid = QGridLayout(self._box)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(4)
        row = QGridLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._box, 0, 0, Qt.AlignmentFlag.AlignLeft)
        self._chips: dict[str, QPushButton] = {}
        self._shown: list[QPushButton] = []
        for word in declared.choices:
            self._add(word)
        self._place(())

    @property
    def field(self) -> QWidget:
        return self._box

    @property
    def controls(self) -> tuple[QWidget, ...]:
        return tuple(self._chips.values())

    def offer(self, words: Mapping[str, str]) -> None:
        if words != self._offered:
            self._offered = words
            self._place(self._pressed())

    def _show(self, value: Any) -> None:
        chosen = [str(word) for word in value] if isinstance(value, list) else []
        for word in chosen:
            if word not in self._chips:
                self._add(word)
        for word, chip in self._chips.items():
            chip.setChecked(word in chosen)
        self._place(chosen)

    def _read(self) -> Any:
        return self._pressed() or UNSET

    def _pressed(self) -> list[str]:
        return [word for word, chip in self._chips.items() if chip.isChecked()]

    def _add(self, word: str) -> None:
        chip = QPushButton(plain(word, 20).capitalize(), self._box)
        chip.setProperty("role", "chip")
        chip.setCheckable(True)
        chip.setAutoDefault(False)
        chip.toggled.connect(self.touch)
        chip.installEventFilter(self)
        self._chips[word] = chip

    def _place(self, chosen: Collection[str]) -> None:
        """Show the chips that are offered or chosen; the first of them is where Tab stops."""
        for chip in self._shown:
            self._grid.removeWidget(chip)
        for word, chip in self._chips.items():
            chip.setVisible(word in self._offered or word in chosen)
            chip.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._shown = [chip for chip in self._chips.values() if not chip.isHidden()]
        for place, chip in enumerate(self._shown):
            self._grid.addWidget(chip, place // COLUMNS, place % COLUMNS)
        if self._shown:
            self._shown[0].setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self._box.setFocusProxy(self._shown[0])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt's own arrow keys reach only buttons at which Tab stops, too."""
        step = self._step(event.key()) if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress else 0
        if not step or watched not in self._shown:
            return super().eventFilter(watched, event)
        place = self._shown.index(watched) + step
        if 0 <= place < len(self._shown):
            self._shown[place].setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def _step(self, key: int) -> int:
        onward = -1 if self.layoutDirection() is Qt.LayoutDirection.RightToLeft else 1
        steps: dict[int, int] = {
            Qt.Key.Key_Right: onward,
            Qt.Key.Key_Left: -onward,
            Qt.Key.Key_Down: COLUMNS,
            Qt.Key.Key_Up: -COLUMNS,
        }
        return steps.get(key, 0)
