"""The bar at the window's foot: which stretch of time, pause, settings."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenu, QWidget

from trayapp.core.words import Snapshot
from trayapp.ui import glyphs
from trayapp.ui.palette import Appearance
from trayapp.ui.strips import RANGES, Range
from trayapp.ui.times import HOUR, tomorrow
from trayapp.ui.window.buttons import FlatButton


class BottomBar(QWidget):
    """`pause_asked` comes with a moment in ms UTC, or None: go on watching."""

    range_chosen = Signal(object)
    pause_asked = Signal(object)
    settings_asked = Signal()

    def __init__(self, appearance: Appearance, clock: Callable[[], int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._clock = clock
        self._paused = False
        row = QHBoxLayout(self)
        row.setContentsMargins(15, 9, 8, 9)
        row.setSpacing(2)
        self._ranges = QButtonGroup(self)
        for at, offered in enumerate(RANGES):
            segment = self._segment(offered)
            segment.setChecked(at == 0)
            self._ranges.addButton(segment, at)
            row.addWidget(segment)
        self._ranges.idClicked.connect(self._choose_range)
        row.addStretch(1)
        self._pause = FlatButton(appearance, "&Pause", glyphs.pause, self)
        self._pause.clicked.connect(self._ask_pause)
        row.addWidget(self._pause)
        settings = FlatButton(appearance, "&Settings", glyphs.gear, self)
        settings.clicked.connect(self.settings_asked)
        row.addWidget(settings)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Offer to go on, where watching is paused."""
        self._paused = snapshot.paused_until is not None
        if self._paused:
            self._pause.show_as("&Resume", glyphs.resume)
            self._pause.setToolTip("Check all services again")
        else:
            self._pause.show_as("&Pause", glyphs.pause)
            self._pause.setToolTip("Check nothing for a while")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(0, 0, self.width(), 1, QColor(self._appearance.colours.line))
        painter.end()

    def _segment(self, offered: Range) -> FlatButton:
        segment = FlatButton(self._appearance, offered.label, None, self)
        segment.setCheckable(True)
        segment.setAutoExclusive(True)
        segment.setAccessibleName(f"Show the last {offered.words}")
        return segment

    @Slot(int)
    def _choose_range(self, at: int) -> None:
        self.range_chosen.emit(RANGES[at])

    @Slot()
    def _ask_pause(self) -> None:
        if self._paused:
            self.pause_asked.emit(None)
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Pause for 1 hour").triggered.connect(partial(self._pause_until, lambda now: now + HOUR))
        menu.addAction("Pause until tomorrow morning").triggered.connect(partial(self._pause_until, tomorrow))
        menu.adjustSize()
        menu.popup(self._pause.mapToGlobal(self._pause.rect().topLeft()) - menu.rect().bottomLeft())

    def _pause_until(self, until: Callable[[int], int]) -> None:
        self.pause_asked.emit(until(self._clock()))
