"""The first thing to be seen is the icon: everything else is loaded while it is there already."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QApplication

from trayapp.ui.icons import Icons
from trayapp.ui.palette import Appearance
from trayapp.ui.tray import Tray


@dataclass(frozen=True, slots=True)
class Beginning:
    """An icon in the tray, in the colours of this desktop, and nothing behind it yet."""

    appearance: Appearance
    icons: Icons
    tray: Tray


def begin(application: QApplication) -> Beginning:
    """Show the icon."""
    appearance = Appearance(application)
    icons = Icons(appearance)
    tray = Tray(appearance, icons)
    tray.recreate()
    return Beginning(appearance, icons, tray)
