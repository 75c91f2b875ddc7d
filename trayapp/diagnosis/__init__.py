"""What this machine gives Watchbell: asked by `watchbell doctor` and by the settings' page about this machine.

row.py       one line of it
desktop.py   the display, the panel, notifications, the keyring, logind
home.py      our own folders, services.toml, the history
machine.py   certificates, clocks, time zone, pings
network.py   what there is to tell after a failure whether it was our own network
"""

from __future__ import annotations

import platform

from trayapp import __version__
from trayapp.config.places import Places
from trayapp.diagnosis import desktop, home, machine, network
from trayapp.diagnosis.desktop import examine_desktop
from trayapp.diagnosis.home import examine_history
from trayapp.diagnosis.row import Row

__all__ = ["Row", "examine", "examine_desktop", "examine_history"]


def examine(places: Places, *, display: bool, ask: bool = False) -> list[Row]:
    """Look at everything, within some twenty seconds at most.

    Nothing is sent anywhere, unless `ask`: then everybody who would be asked after a failure is asked now.
    """
    return [
        Row("Watchbell", True, f"{__version__} on Python {platform.python_version()}, {platform.system()}"),
        *desktop.rows(places, display=display),
        *home.rows(places),
        *machine.rows(),
        *network.rows(places),
        *(network.asked(places) if ask else ()),
    ]
