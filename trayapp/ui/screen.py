"""Everything a person sees, joined: one bridge's snapshots go to tray and window, and their wishes go out.

The dialogs that others make (settings, the first page) are given from outside; the screen only
says when they are wanted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from trayapp.core.words import Notification, Snapshot
from trayapp.ui.actions import ServiceActions
from trayapp.ui.asks import Asks
from trayapp.ui.beginning import Beginning
from trayapp.ui.bridge import Bridge, Raising
from trayapp.ui.corrections import Corrections
from trayapp.ui.menu import TrayMenu
from trayapp.ui.reports import Records, Reports
from trayapp.ui.strips import Strips

if TYPE_CHECKING:
    from trayapp.ui.window.placement import Placement
    from trayapp.ui.window.window import Window

PATIENCE_MS = 10_000
"""How long the tray may be away, as when a panel restarts, before the window takes its place."""


SETTLE_MS = 250
"""How long a change of trays is left to settle: Qt keeps hold of the window of a panel that is just dying."""


class Screen(QObject):
    """`settings_asked` comes with the id of a service to edit, or ""; `service_entered` with what somebody typed."""

    settings_asked = Signal(str)
    service_entered = Signal(str)

    def __init__(
        self,
        beginning: Beginning,
        bridge: Bridge,
        asks: Asks,
        past: Records,
        placement: Placement,
        first_page: Callable[[], QWidget],
        clock: Callable[[], int],
    ) -> None:
        """`clock` is the wall clock, ms UTC. `first_page` makes the page for while nothing is watched."""
        super().__init__()
        self._appearance = beginning.appearance
        self._asks = asks
        self._past = past
        self._placement = placement
        self._first_page = first_page
        self._clock = clock
        self._window: Window | None = None
        self._snapshot = Snapshot(0, 0)
        self._icons = beginning.icons
        reports = Reports(past, clock)
        self._corrections = Corrections(asks, past, bridge, self)
        self._actions = ServiceActions(
            asks, clock, self.reveal_service, self.settings_asked.emit, reports, self._corrections
        )
        self.menu = TrayMenu(asks, self._icons, self._actions, clock, self.open_window, self._ask_settings)
        self.tray = beginning.tray
        self.tray.fill_with(self.menu)
        self._tray_at_start = self._host_known = False
        self._settling = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settling.timeout.connect(self.tray.recreate)
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self._show_something)
        self._connect(bridge)

    @property
    def window(self) -> Window:
        """The window, made when it is first wanted: mostly an icon is all there is to see, and it is there sooner."""
        if self._window is None:
            self._window = self._make_window()
        return self._window

    def start(self, hidden: bool) -> None:
        """Open the window, unless it shall stay hidden behind the icon."""
        self._tray_at_start = self.tray.available
        if not hidden:
            self.open_window()
        else:
            self._patience.start()

    def close(self) -> None:
        """Take everything off the screen."""
        self._settling.stop()
        self._patience.stop()
        if self._window is not None:
            if self._window.isVisible():
                self._window.keep_place()
            self._window.hide()
        self.tray.close()

    @Slot(bool)
    def tray_host_changed(self, present: bool) -> None:
        """A StatusNotifier host came, went or was replaced: make the icon anew, and stay visible in any case.

        The first report tells nothing new of an icon that had a tray to begin with, or that still has none.
        """
        first, self._host_known = not self._host_known, True
        if not first or (present and not self._tray_at_start):
            self._settling.start()
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
        bridge.raise_asked.connect(self._reveal)
        self.tray.toggled.connect(self._toggle)
        self.tray.opened.connect(self.open_window)
        self.tray.check_asked.connect(self._check_all)

    def _make_window(self) -> Window:
        from trayapp.ui.window.services import ServicesPage  # noqa: PLC0415 - see `window`
        from trayapp.ui.window.window import Window  # noqa: PLC0415

        strips = Strips(self._past, self._clock, self)
        page = ServicesPage(self._appearance, self._asks, self._actions, strips, self._clock)
        self._corrections.made.connect(page.read_again)
        window = Window(
            self._appearance, self._icons, self._asks, page, self._first_page(), self._placement, self._tray_here
        )
        window.settings_asked.connect(self._ask_settings)
        window.faults_asked.connect(self._ask_settings)
        window.service_entered.connect(self.service_entered)
        window.show_snapshot(self._snapshot)
        return window

    @Slot(object)
    def _reveal(self, raising: Raising) -> None:
        self.window.reveal(raising)

    @Slot()
    def _toggle(self) -> None:
        self.window.toggle()

    def _tray_here(self) -> bool:
        return self.tray.available

    @Slot(object)
    def _show(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self.tray.show_snapshot(snapshot)
        if self._window is not None:
            self._window.show_snapshot(snapshot)

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
            self.window.appear()
