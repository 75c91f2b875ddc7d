"""Closing the settings with changes that are in no file yet: asked, so that none is lost by a slip."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget


def ask_before_closing(
    dialog: QWidget, save: Callable[[], object], discard: Callable[[], object], count: int
) -> QMessageBox:
    """Ask whether to save. Returns at once; the answer calls one of the two, or neither."""
    box = QMessageBox(dialog)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle("Watchbell settings")
    box.setText("Save your changes before closing?")
    box.setInformativeText(f"{count} changes are not in force." if count > 1 else "One change is not in force.")
    saving = box.addButton("&Save", QMessageBox.ButtonRole.AcceptRole)
    saving.clicked.connect(save)
    box.addButton("&Discard", QMessageBox.ButtonRole.DestructiveRole).clicked.connect(discard)
    box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(saving)
    box.open()
    return box
