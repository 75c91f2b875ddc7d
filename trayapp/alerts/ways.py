"""The ways of telling that this operating system has, best first. Whoever uses them adds one that cannot fail."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from trayapp.alerts.freedesktop import FreedesktopNotifier
from trayapp.alerts.notifier import Notifier, OnAction
from trayapp.alerts.toast import Toast


def desktop_ways(on_action: OnAction, icon: str = "watchbell") -> Sequence[Notifier]:
    """Native notifications. `icon` is a name of the icon theme or a "file:" URI."""
    if sys.platform in ("win32", "darwin"):
        return (Toast(on_action),)
    return (FreedesktopNotifier(on_action, icon),)
