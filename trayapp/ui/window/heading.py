"""The verdict: one shape, one sentence, one line of counts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QRectF, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from trayapp.core import wording
from trayapp.core.words import Snapshot, Status
from trayapp.ui.attention import verdict
from trayapp.ui.palette import Appearance
from trayapp.ui.shapes import paint_quiet_shape, paint_shape
from trayapp.ui.standing import is_hushed
from trayapp.ui.times import lasting
from trayapp.ui.window.paragraph import Paragraph

DROP = 4
"""From the top of a line of text to where its letters look as if they began."""


class Shape(QWidget):
    """The shape of a status, level with the text beside it."""

    def __init__(self, appearance: Appearance, side: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._status, self._quiet = Status.UNKNOWN, False
        self.setFixedSize(side, side + DROP)

    def show_status(self, status: Status, quiet: bool = False) -> None:
        """`quiet`: somebody took note of all that has this status."""
        self._status, self._quiet = status, quiet
        self.setAccessibleName(status.value.lower())
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint = paint_quiet_shape if self._quiet else paint_shape
        paint(
            painter,
            QRectF(0, DROP, self.width(), self.width()),
            self._status,
            self._appearance.colours.fill(self._status),
        )
        painter.end()


class Heading(QWidget):
    """Told anew as time goes by: "checked 4 s ago" grows old by itself."""

    def __init__(self, appearance: Appearance, clock: Callable[[], int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._clock = clock
        self._snapshot = Snapshot(0, 0)
        self._shape = Shape(appearance, 30, self)
        self._sentence, self._line = self._label("Verdict"), self._label("Counts")
        text = QVBoxLayout()
        text.setSpacing(2)
        text.addWidget(self._sentence)
        text.addWidget(self._line)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 16, 20, 8)
        row.setSpacing(12)
        row.addWidget(self._shape, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(text, 1)
        appearance.changed.connect(self._dress)
        self._dress()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw from this snapshot from now on."""
        self._snapshot = snapshot
        status = verdict(snapshot)
        worst = [view for view in snapshot.services if view.belief.status is status]
        self._shape.show_status(status, bool(worst) and all(is_hushed(view, snapshot.at) for view in worst))
        self.tell()

    def tell(self) -> None:
        """Say it as of now."""
        now, snapshot = self._clock(), self._snapshot
        sentence, line = wording.headline(replace(snapshot, at=now))
        holding = [("paused", snapshot.paused_until), ("quiet hours", snapshot.quiet_until)]
        line = " · ".join([line, *(f"{what} {lasting(until, now)}" for what, until in holding if until is not None)])
        self._sentence.setText(sentence)
        self._line.setText(_unbroken(line))
        self._line.setVisible(bool(line))

    def _label(self, name: str) -> Paragraph:
        label = Paragraph("", self)
        label.setAccessibleDescription(name)
        return label

    @Slot()
    def _dress(self) -> None:
        colours, letters = self._appearance.colours, self._appearance.letters
        for label, font, colour in (
            (self._sentence, letters.title, colours.ink),
            (self._line, letters.why, colours.soft),
        ):
            label.setFont(font)
            palette = QPalette(label.palette())
            palette.setColor(QPalette.ColorRole.WindowText, QColor(colour))
            label.setPalette(palette)
        self._shape.update()


def _unbroken(line: str) -> str:
    """The line with places to break between its parts alone: "4 s" stays together."""
    return re.sub(r"(?<![·—]) (?![·—(])", "\u00a0", line)
