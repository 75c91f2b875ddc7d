"""A card: a raised ground with a heading, for a few things that belong together."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from trayapp.ui.settings.dress import speak_as


def card_under(heading: str, parent: QWidget) -> tuple[QFrame, QVBoxLayout]:
    """A card and the column for what stands under its heading; without one where that is empty."""
    card = QFrame(parent)
    card.setProperty("role", "card")
    column = QVBoxLayout(card)
    column.setContentsMargins(18, 14, 18, 8)
    column.setSpacing(6)
    if heading:
        column.addWidget(speak_as(QLabel(heading, card), "heading"), 0, Qt.AlignmentFlag.AlignLeft)
        column.addSpacing(4)
    return card, column
