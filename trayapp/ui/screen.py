"""Everything a person sees, joined: one bridge's snapshots go to tray and window, and their wishes go out.

The dialogs that others make (settings, the first page) are given from outside; the screen only
says when they are wanted.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication, QWidget

from trayapp.core.words import Notification, Snapshot
from trayapp.ui.actions import ServiceActions
from trayapp.ui.asks import Asks
from trayapp.ui.bridge import Bridge, Raising
from trayapp.ui.icons import Icons
from trayapp.ui.menu import TrayMenu
from trayapp.ui.palette import Appearance
from trayapp.ui.strips import Past, Strips
from trayapp.ui.tray import Tray
from trayapp.ui.window.placement import Placement
from trayapp.ui.window.services import ServicesPage
from trayapp.ui.window.window import Window

PATIENCE_MS = 10_000
"""How long the tray may be away, as when a panel restarts, before the window takes its place."""


class Screen(QObject):
    """`settings_asked` comes with the id of a service to edit, or ""; `service_entered` with what somebody typed."""

    settings_asked = Signal(str)
    service_entered = Signal(str)

    def __init__(
        self,
        app: QApplication,
        appearance: Appearance,
        bridge: Bridge,
        asks: Asks,
        past: Past,
        placement: Placement,
        first_page: QWidget,
        clock: Callable[[], int],
    ) -> None:
        """`clock` is the wall clock, ms UTC."""
        super().__init__()
        self._asks = asks
        self._icons = Icons(appearance)
        actions = ServiceActions(asks, clock, self.reveal_service, self.settings_asked.emit)
        strips = Strips(past, clock, self)
        page = ServicesPage(appearance, asks, actions, strips, clock)
        self.menu = TrayMenu(asks, self._icons, actions, clock, self.open_window, self._ask_settings)
        self.tray = Tray(appearance, self._icons, self.menu, self)
        self.window = Window(appearance, self._icons, asks, page, first_page, placement, self._tray_here)
        self._tray_at_start = self._host_known = False
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self._show_something)
        app.setQuitOnLastWindowClosed(False)
        self._connect(bridge)

    def start(self, hidden: bool) -> None:
        """Make the icon, and open the window unless it shall stay hidden behind the icon."""
        self._tray_at_start = self.tray.available
        self.tray.recreate()
        if not hidden:
            self.open_window()
        else:
            self._patience.start()

    def close(self) -> None:
        """Take everything off the screen."""
        if self.window.isVisible():
            self.window.keep_place()
        self.window.hide()
        self.tray.close()

    @Slot(bool)
    def tray_host_changed(self, present: bool) -> None:
        """A StatusNotifier host came, went or was replaced: make the icon anew, and stay visible in any case.

        The first report tells nothing new of an icon that had a tray to begin with, or that still has none.
        """
        first, self._host_known = not self._host_known, True
        if not first or (present and not self._tray_at_start):
            self.tray.recreate()
        self._patience.start()

    @Slot()
    def open_window(self) -> None:
        self.window.reveal(Raising())

    def reveal_service(self, service: str) -> None:
        """Show a service in the window."""
        self.window.reveal(Raising(service=service))

    def _connect(self, bridge: Bridge) -> None:
        bridge.snapshot_changed.connect(self._show)
        bridge.message_posted.connect(self._tell)
        bridge.raise_asked.connect(self.window.reveal)
        self.tray.toggled.connect(self.window.toggle)
        self.tray.opened.connect(self.open_window)
        self.tray.check_asked.connect(self._check_all)
        self.window.settings_asked.connect(self._ask_settings)
        self.window.faults_asked.connect(self._ask_settings)
        self.window.service_entered.connect(self.service_entered)

    def _tray_here(self) -> bool:
        return self.tray.available

    @Slot(object)
    def _show(self, snapshot: Snapshot) -> None:
        self.tray.show_snapshot(snapshot)
        self.window.show_snapshot(snapshot)

    @Slot(object)
    def _tell(self, notification: Notification) -> None:
        if not self.tray.show_message(notification):
            self.window.show_message(notification)

    @Slot()
    def _check_all(self) -> None:
        self._asks.check_now(None)

    @Slot()
    def _ask_settings(self) -> None:
        self.settings_asked.emit("")

    @Slot()
    def _show_something(self) -> None:
        """No tray keeps us in sight: be a window, so that nobody has an invisible program."""
        if not self.tray.available and not self.window.isVisible():
            self.window.showMinimized()
