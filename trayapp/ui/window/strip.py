"""Where the cells of a strip lie, to the device pixel, and how they are painted.

Cells are a whole number of device pixels wide at any scale, so that they look alike; all cells
of one colour are painted in one go.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from trayapp.core.words import Status
from trayapp.ui.palette import Colours
from trayapp.ui.strips import Strip

ROOM, NARROW = 144, 96
HEIGHT = 26
STUB = 0.27
LEAST = 0.5
"""Height of a bar of which next to nothing was seen; a stub's is for what was not seen at all."""


@dataclass(frozen=True, slots=True)
class StripPlace:
    """A strip's place in its widget: `area` in logical pixels, time running to its trailing edge."""

    area: QRect
    cells: int
    ratio: float
    mirrored: bool = False

    @property
    def pitch(self) -> int:
        """Device pixels from one cell to the next."""
        return max(2, int(self.area.width() * self.ratio) // self.cells)

    @property
    def gap(self) -> int:
        """Device pixels left free behind each cell."""
        return max(1, round(self.pitch * 0.3))

    def lefts(self) -> range:
        """Where each cell begins on the left, in device pixels, the oldest cell first."""
        pitch = self.pitch
        if self.mirrored:
            newest = round(self.area.left() * self.ratio)
            return range(newest + (self.cells - 1) * pitch, newest - 1, -pitch)
        oldest = round((self.area.right() + 1) * self.ratio) + self.gap - self.cells * pitch
        return range(oldest, oldest + self.cells * pitch, pitch)

    def cell(self, cell: int) -> QRect:
        """A cell's place in logical pixels, with its gap, over the strip's full height."""
        left = math.ceil(self.lefts()[cell] / self.ratio)
        return QRect(left, self.area.top(), max(1, int(self.pitch / self.ratio)), self.area.height())

    def cell_at(self, where: QPoint) -> int | None:
        """The cell under a point of the widget."""
        if not self.area.adjusted(0, -4, 0, 4).contains(where):
            return None
        first = min(self.lefts()[0], self.lefts()[-1])
        at = (int(where.x() * self.ratio) - first) // self.pitch
        if not 0 <= at < self.cells:
            return None
        return self.cells - 1 - at if self.mirrored else at


def paint_strip(painter: QPainter, place: StripPlace, strip: Strip | None, colours: Colours) -> None:
    """Paint a strip; stubs all along where it has not been read yet."""
    top, bottom = round(place.area.top() * place.ratio), round((place.area.bottom() + 1) * place.ratio)
    width, whole = place.pitch - place.gap, bottom - top
    bars: dict[Status, list[QRect]] = defaultdict(list)
    looks = strip.looks if strip is not None else ((Status.UNKNOWN, 0.0),) * place.cells
    for left, (status, seen) in zip(place.lefts(), looks, strict=True):
        share = STUB if status is Status.UNKNOWN else LEAST + (1 - LEAST) * seen
        height = round(whole * share)
        if width < 4:
            bars[status].append(QRect(left, bottom - height, width, height))
        else:  # wide enough to take the corner pixels off
            bars[status].append(QRect(left, bottom - height + 1, width, height - 2))
            bars[status].append(QRect(left + 1, bottom - height, width - 2, height))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.scale(1 / place.ratio, 1 / place.ratio)
    painter.setPen(Qt.PenStyle.NoPen)
    for status, rectangles in bars.items():
        painter.setBrush(QColor(colours.stub) if status is Status.UNKNOWN else colours.fill(status))
        painter.drawRects(rectangles)
    painter.restore()


def paint_cell_focus(painter: QPainter, place: StripPlace, cell: int, colours: Colours) -> None:
    """Mark the cell that the keyboard is at."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colours.ink), 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(place.cell(cell).adjusted(-2, -3, 1, 2), 2, 2)
    painter.restore()
