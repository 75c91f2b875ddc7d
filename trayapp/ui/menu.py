"""The tray's menu: complete without any click on the icon, and as true as the moment it opens."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QMenu

from trayapp.core.wording import headline, plain, why
from trayapp.core.words import ServiceView, Snapshot
from trayapp.ui.actions import ServiceActions, add
from trayapp.ui.asks import Asks
from trayapp.ui.attention import needing_you
from trayapp.ui.icons import Icons
from trayapp.ui.times import HOUR, clock, tomorrow

NAMED = 8
"""Services that have an entry of their own; the window shows the rest."""


def gist(snapshot: Snapshot) -> tuple[object, ...]:
    """What the menu's entries depend on, but for the headline and for how long things last."""
    needing = ((view.service, view.belief.status, view.belief.incident) for view in needing_you(snapshot))
    return (snapshot.paused_until, bool(snapshot.services), *needing)


class TrayMenu:
    """Fills the menu anew from a snapshot."""

    def __init__(
        self,
        asks: Asks,
        icons: Icons,
        actions: ServiceActions,
        now: Callable[[], int],
        open_window: Callable[[], None],
        open_settings: Callable[[], None],
    ) -> None:
        self._asks = asks
        self._icons = icons
        self._actions = actions
        self._now = now
        self._open_window = open_window
        self._open_settings = open_settings

    def fill(self, menu: QMenu, snapshot: Snapshot) -> None:
        """Empty the menu and fill it with what this snapshot calls for."""
        for action in menu.actions():
            submenu = action.menu()
            if isinstance(submenu, QMenu):
                submenu.deleteLater()
        menu.clear()
        add(menu, headline(snapshot)[0], None)
        menu.setDefaultAction(add(menu, "Open Watchbell", self._open_window))
        menu.addSeparator()
        self._add_needing(menu, needing_you(snapshot))
        add(menu, "Check now", partial(self._asks.check_now, None)).setEnabled(bool(snapshot.services))
        self._add_pause(menu, snapshot.paused_until)
        menu.addSeparator()
        add(menu, "Settings…", self._open_settings)
        add(menu, "Quit", self._asks.quit)

    def _add_needing(self, menu: QMenu, needing: tuple[ServiceView, ...]) -> None:
        for view in needing[:NAMED]:
            text = f"{plain(view.service.title, 40)}: {plain(why(view, self._now()), 60)}"
            submenu = menu.addMenu(self._icons.of(view.belief.status), text.replace("&", "&&"))
            self._actions.fill_urgent(submenu, view)
        if len(needing) > NAMED:
            add(menu, f"and {len(needing) - NAMED} more…", self._open_window)
        if needing:
            menu.addSeparator()

    def _add_pause(self, menu: QMenu, paused_until: int | None) -> None:
        if paused_until is not None:
            add(menu, f"Resume (paused until {clock(paused_until, self._now())})", partial(self._asks.pause, None))
            return
        pause = menu.addMenu("Pause")
        add(pause, "For 1 hour", partial(self._pause, lambda now: now + HOUR))
        add(pause, "Until tomorrow", partial(self._pause, tomorrow))

    def _pause(self, until: Callable[[int], int]) -> None:
        self._asks.pause(until(self._now()))
