"""A form that scrolls up and down, and keeps its width whether or not it needs to."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

SCROLL_BAR = 10
"""Width in pixels that the scroll bar takes from the margin, so that cards and heading end alike."""


def scrolled(page: QWidget, parent: QWidget) -> QScrollArea:
    """The page in an area that scrolls to whatever has the focus."""
    area = QScrollArea(parent)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidgetResizable(True)
    area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(page)
    return area
