"""Closing the window where no tray would keep the program in sight: nobody is left with an invisible one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget


def ask_how_to_close(window: QWidget, minimise: Callable[[], None], end: Callable[[], None]) -> QMessageBox:
    """Ask whether to go on minimised or to quit. Returns at once; the answer calls one of the two, or neither."""
    box = QMessageBox(window)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle("Watchbell")
    box.setText("Watchbell watches only while it runs.")
    box.setInformativeText("There is no tray here for it to wait in. Shall it go on as a minimised window?")
    going_on = box.addButton("&Minimise", QMessageBox.ButtonRole.AcceptRole)
    going_on.clicked.connect(minimise)
    box.addButton("&Quit", QMessageBox.ButtonRole.DestructiveRole).clicked.connect(end)
    box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(going_on)
    box.open()
    return box
