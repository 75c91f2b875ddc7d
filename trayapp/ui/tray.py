"""The icon in the tray: the worst status that needs a person, its menu, and messages where nothing better tells them.

Qt chooses between StatusNotifier and XEmbed when the icon is made and never again, so the icon
is made anew whenever the tray's host came or went.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from trayapp.core import wording
from trayapp.core.words import Notification, Snapshot
from trayapp.ui.attention import attention
from trayapp.ui.entries import LivingMenu
from trayapp.ui.icons import Icons
from trayapp.ui.menu import TrayMenu, gist
from trayapp.ui.palette import Appearance

MESSAGE_MS = 10_000


class Tray(QObject):
    """`toggled` and `opened` ask for the window; a click may hide it again, a double click never does."""

    toggled = Signal()
    opened = Signal()
    check_asked = Signal()

    def __init__(self, appearance: Appearance, icons: Icons, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._contents: TrayMenu | None = None
        self._snapshot = Snapshot(0, 0)
        self._shown: tuple[object, ...] = ()
        self._icon: QSystemTrayIcon | None = None
        self._menu: QMenu | None = None
        self._living: LivingMenu | None = None
        appearance.changed.connect(self._redraw)

    def fill_with(self, contents: TrayMenu) -> None:
        """Have a menu from now on; until then there is an icon and nothing behind it."""
        self._contents = contents
        self._refill()

    @property
    def available(self) -> bool:
        """Whether there is a tray that would show an icon."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    @Slot()
    def recreate(self) -> None:
        """Make the icon anew: at the start, and whenever the tray's host came, went or was replaced."""
        self.close()
        self._menu = QMenu()
        self._living = LivingMenu(self._menu)
        self._menu.aboutToShow.connect(self._refill)
        self._icon = QSystemTrayIcon(self)
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._activate)
        self._icon.messageClicked.connect(self.opened)
        self._refill()
        self._redraw()
        self._icon.show()

    def close(self) -> None:
        """Take the icon away."""
        if self._icon is not None and self._menu is not None:
            self._icon.hide()
            self._icon.deleteLater()
            self._menu.deleteLater()
            self._icon = self._menu = self._living = None

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw from this snapshot from now on."""
        self._snapshot = snapshot
        shown = (attention(snapshot), wording.tooltip(snapshot), gist(snapshot))
        if shown != self._shown:
            self._shown = shown
            self._redraw()
            if self._menu is not None and not self._menu.isVisible():
                self._refill()  # a host that draws the menu itself may show it before it asks

    def show_message(self, notification: Notification) -> bool:
        """Tell it with the tray's own means; False where it has none.

        A StatusNotifier host, which alone does not say where the icon is, has none: for such an icon Qt sends a
        message to the notification daemon, and that is who could not tell it.
        """
        if self._icon is None or not self.available or not QSystemTrayIcon.supportsMessages():
            return False
        if self._icon.geometry().isEmpty():
            return False
        kind = QSystemTrayIcon.MessageIcon.Warning if notification.urgent else QSystemTrayIcon.MessageIcon.Information
        self._icon.showMessage(notification.title, notification.body, kind, MESSAGE_MS)
        return True

    @Slot()
    def _refill(self) -> None:
        if self._living is not None and self._contents is not None:
            self._living.show(self._contents.entries(self._snapshot))

    @Slot()
    def _redraw(self) -> None:
        if self._icon is not None:
            self._icon.setIcon(self._icons.tray(attention(self._snapshot)))
            self._icon.setToolTip(wording.tooltip(self._snapshot))

    @Slot(QSystemTrayIcon.ActivationReason)
    def _activate(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is QSystemTrayIcon.ActivationReason.Trigger:
            self.toggled.emit()
        elif reason is QSystemTrayIcon.ActivationReason.DoubleClick:
            self.opened.emit()
        elif reason is QSystemTrayIcon.ActivationReason.MiddleClick:
            self.check_asked.emit()
