"""The small window: banners above, the services below, or the first page while there are none.

While nobody sees it, it draws nothing and no clock ticks in it: the newest snapshot waits.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from PySide6.QtCore import QEvent, QKeyCombination, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QHideEvent, QKeyEvent, QKeySequence, QScreen, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from trayapp.core.wording import headline, plain
from trayapp.core.words import Notification, Snapshot
from trayapp.ui.asks import Asks
from trayapp.ui.attention import verdict
from trayapp.ui.bridge import Raising
from trayapp.ui.icons import Icons
from trayapp.ui.palette import Appearance, as_palette
from trayapp.ui.window.banner import DemoBanner, Notice, Notices
from trayapp.ui.window.closing import ask_how_to_close
from trayapp.ui.window.placement import Placement
from trayapp.ui.window.services import ServicesPage

SETTINGS_KEY = QKeyCombination(Qt.KeyboardModifier.ControlModifier, Qt.Key.Key_Comma)
"""Where the desktop has no key of its own for settings, most programs have this one."""

MESSAGES = 3
"""Messages shown at once; a newer one pushes the oldest out."""


class Window(QWidget):
    """`settings_asked` comes with nothing to look at, `faults_asked` wants the faults of the file shown."""

    settings_asked = Signal()
    faults_asked = Signal()
    service_entered = Signal(str)

    def __init__(
        self,
        appearance: Appearance,
        icons: Icons,
        asks: Asks,
        page: ServicesPage,
        first_page: QWidget,
        placement: Placement,
        tray_here: Callable[[], bool],
    ) -> None:
        """`first_page` is for while nothing is watched; `tray_here` tells whether a closed window leaves an icon."""
        super().__init__()
        self._appearance = appearance
        self._icons = icons
        self._asks = asks
        self._page = page
        self._first_page = first_page
        self._placement = placement
        self._tray_here = tray_here
        self._snapshot = Snapshot(0, 0)
        self._messages: dict[int, str] = {}
        self.setMinimumSize(420, 320)
        self._demo = DemoBanner(appearance, self)
        self._demo.entered.connect(self.service_entered)
        self._notices = Notices(appearance, self._demo.last, self)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(page)
        self._pages.addWidget(first_page)
        self._banners = QVBoxLayout()
        self._banners.setSpacing(6)
        self._banners.addWidget(self._demo)
        self._banners.addWidget(self._notices)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._banners)
        column.addWidget(self._pages, 1)
        page.settings_asked.connect(self.settings_asked)
        appearance.changed.connect(self._dress)
        self.setGeometry(placement.load([screen.availableGeometry() for screen in self._screens()]))
        self._dress()
        self._draw()

    @Slot(object)
    def show_snapshot(self, snapshot: Snapshot) -> None:
        """This is true now; drawn at once if anybody sees it."""
        self._snapshot = snapshot
        self.setWindowIcon(self._icons.of(verdict(snapshot)))
        self.setWindowTitle(f"{headline(snapshot)[0]} – Watchbell" if snapshot.services else "Watchbell")
        if self._seen():
            self._draw()

    def show_message(self, notification: Notification) -> None:
        """Tell it here, because nothing else could: the last way, which always works."""
        key = notification.incident if notification.incident is not None else -notification.id
        self._messages.pop(key, None)
        self._messages[key] = plain(f"{notification.title}: {notification.body}".removesuffix(": "))
        self._draw()
        if not self._seen():
            self.appear()

    def appear(self) -> None:
        """Be there to be seen, without taking the keyboard from whoever types elsewhere."""
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.showNormal()
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating, False)

    @Slot(object)
    def reveal(self, raising: Raising) -> None:
        """Show it above other windows, with the keyboard in it where the desktop allows that."""
        if raising.token:
            os.environ["XDG_ACTIVATION_TOKEN"] = raising.token  # Qt's Wayland plugin takes it from there
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()
        if raising.service is not None:
            self._page.choose(raising.service)

    @Slot()
    def open(self) -> None:
        self.reveal(Raising())

    @Slot()
    def toggle(self) -> None:
        """Show it, or hide it if it is the one that the user looks at."""
        if self.isVisible() and self.isActiveWindow():
            self._leave()
        else:
            self.open()

    def keep_place(self) -> None:
        """Remember where the window is."""
        if not self.isMinimized():
            self._placement.save(self.normalGeometry() if self.isMaximized() else self.geometry())

    def closeEvent(self, event: QCloseEvent) -> None:
        if event.spontaneous() and not self._tray_here():  # not so when the program itself closes its windows to end
            event.ignore()
            self._leave()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._draw()
        self._current_page().setFocus()
        self._page.wake()

    def hideEvent(self, event: QHideEvent) -> None:
        self._page.sleep()
        self.keep_place()
        super().hideEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() is QEvent.Type.WindowStateChange:
            if self._seen():
                self._draw()
                self._page.wake()
            else:
                self._page.sleep()
        elif event.type() is QEvent.Type.ApplicationFontChange:
            self._appearance.follow_font()
        super().changeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if not self._page.leave_filter():
                self.hide() if self._tray_here() else self.showMinimized()
        elif event.matches(QKeySequence.StandardKey.Close):
            self._leave()
        elif event.matches(QKeySequence.StandardKey.Quit):
            self._asks.quit()
        elif event.matches(QKeySequence.StandardKey.Refresh):
            self._asks.check_now(None)
        elif event.matches(QKeySequence.StandardKey.Find):
            self._page.begin_filter()
        elif event.matches(QKeySequence.StandardKey.Preferences) or event.keyCombination() == SETTINGS_KEY:
            self.settings_asked.emit()
        else:
            super().keyPressEvent(event)

    def _leave(self) -> None:
        """Get out of sight, but never without a way back."""
        if self._tray_here():
            self.hide()
        else:
            ask_how_to_close(self, self.showMinimized, self._asks.quit)

    def _screens(self) -> list[QScreen]:
        here = self.screen()
        return [here, *(screen for screen in here.virtualSiblings() if screen is not here)]

    def _seen(self) -> bool:
        return self.isVisible() and not self.isMinimized()

    def _draw(self) -> None:
        snapshot = self._snapshot
        self._demo.setVisible(snapshot.demo)
        self._notices.show_only([*self._troubles(), *map(Notice, list(self._messages.values())[-MESSAGES:])])
        self._banners.setContentsMargins(0, 12 if snapshot.demo or not self._notices.isHidden() else 0, 0, 0)
        self._pages.setCurrentWidget(self._current_page())
        self._page.show_snapshot(snapshot)

    def _current_page(self) -> QWidget:
        nothing_watched = self._snapshot.version > 0 and not self._snapshot.services
        return self._first_page if nothing_watched else self._page

    def _troubles(self) -> list[Notice]:
        found = [Notice(plain(problem)) for problem in self._snapshot.problems]
        faults = self._snapshot.faults
        if faults:
            count = "a fault" if len(faults) == 1 else f"{len(faults)} faults"
            found.append(Notice(f"services.toml has {count}.", "Show", self.faults_asked.emit))
        return found

    @Slot()
    def _dress(self) -> None:
        self.setPalette(as_palette(self._appearance.colours))
        self.setWindowIcon(self._icons.of(verdict(self._snapshot)))
        self.update()
