"""Where the window was, so that it opens there again: a small file, and screens that may have gone meanwhile."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize

USUAL = QSize(456, 600)
VISIBLE = 0.8
"""The share of the window that must lie on some screen for a remembered place to be taken."""

log = logging.getLogger(__name__)


class Placement:
    """Remembers one rectangle in a JSON file. A file that cannot be used costs the memory, not the window."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self, screens: Sequence[QRect]) -> QRect:
        """The rectangle to open with on these screens (available areas, the first one preferred)."""
        try:
            kept = json.loads(self._path.read_text("utf-8"))
            rectangle = QRect(*(int(kept[key]) for key in ("x", "y", "width", "height")))
        except FileNotFoundError:
            rectangle = QRect()
        except (OSError, ValueError, KeyError, TypeError, OverflowError) as fault:
            log.warning("the window's place is forgotten: %s", fault)
            rectangle = QRect()
        return fit(rectangle, screens)

    def save(self, rectangle: QRect) -> None:
        """Keep a rectangle, whole or not at all."""
        kept = {
            "x": rectangle.x(),
            "y": rectangle.y(),
            "width": rectangle.width(),
            "height": rectangle.height(),
        }
        unfinished = self._path.with_suffix(".new")
        try:
            unfinished.write_text(json.dumps(kept), "utf-8")
            unfinished.chmod(0o600)
            unfinished.replace(self._path)
        except OSError as fault:
            log.warning("the window's place could not be kept: %s", fault)


def fit(rectangle: QRect, screens: Sequence[QRect]) -> QRect:
    """The rectangle where it can be seen: as it is where four fifths of it are on a screen, else amid the first one."""
    size = rectangle.size() if rectangle.isValid() else USUAL
    seen = sum(area(rectangle.intersected(screen)) for screen in screens)
    if rectangle.isValid() and seen >= VISIBLE * area(rectangle):
        return rectangle
    size = size.boundedTo(screens[0].size())
    corner = screens[0].center() - QPoint(size.width() // 2, size.height() // 2)
    return QRect(corner, size)


def area(rectangle: QRect) -> int:
    return max(0, rectangle.width()) * max(0, rectangle.height())
