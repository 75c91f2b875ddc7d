"""Pictures of the settings and of the first page, drawn offscreen: each function gives name and widget."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from tests.ui.settings.little_world import Program, desktop_rows, machine_rows
from tests.ui.world import picture
from trayapp.config.proposal import understood
from trayapp.core.words import Blame, Finding, Outcome
from trayapp.probes import PROBES
from trayapp.ui.bridge import Bridge
from trayapp.ui.first_run import FirstRunPage
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.add_dialog import AddDialog
from trayapp.ui.settings.dialog import SettingsDialog

RATIO = 2


def shots(appearance: Appearance) -> Iterator[tuple[str, QWidget]]:
    """Every picture of the settings, in the colours of now."""
    for name, make in SHOTS.items():
        widget = make(appearance)
        widget.show()
        QTest.qWait(350)
        yield name, widget
        widget.deleteLater()


def dialog(appearance: Appearance) -> tuple[SettingsDialog, Program]:
    program = Program()
    bridge = Bridge()
    made = SettingsDialog(program, bridge, appearance, PROBES, desktop_rows, machine_rows)
    bridge.setParent(made)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    made.show_snapshot(picture())
    return made, program
