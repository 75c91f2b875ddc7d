"""Pictures of everything a person sees, on a real screen of its own: `python -m tests.desktop.screenshots FOLDER`.

Starts itself a second time on a fresh virtual desk (window manager, panel, notification daemon),
where the scenes below are drawn at two device pixels to one. They are for looking at, next to
the design's pictures: no test compares them.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, Qt, QThread
from PySide6.QtGui import QFont, QFontDatabase, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListView, QMenu, QToolTip, QWidget

from tests.desktop import shots_settings
from tests.desktop.parts import Desk, Dunst, Panel, WindowManager, until
from tests.desktop.programs import Program
from tests.ui.world import (
    HOUR,
    NOW,
    PORTAL,
    PaperAsks,
    PaperPast,
    acknowledged,
    asked_for,
    many,
    picture,
    sight,
    snapshot,
    without_internet,
)
from trayapp.config.proposal import understood
from trayapp.core.words import Snapshot, Status
from trayapp.ui.attention import Attention
from trayapp.ui.beginning import Beginning
from trayapp.ui.bridge import Bridge
from trayapp.ui.entries import LivingMenu
from trayapp.ui.first_run import FirstRunPage
from trayapp.ui.icons import SIZES, Icons, tray_pixmap
from trayapp.ui.palette import DARK, LIGHT, Appearance, as_palette
from trayapp.ui.screen import Screen
from trayapp.ui.tray import Tray
from trayapp.ui.window.placement import USUAL, Placement

RATIO = 2
FONT = "Inter"
"""What a desktop might be set to, where it is installed."""


class Studio:
    """An application in which one scene after the other is set up and taken down."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.app = QApplication([])
        if FONT in QFontDatabase.families():
            self.app.setFont(QFont(FONT, 9))

    def dress(self, dark: bool) -> Appearance:
        """The colours of a light or a dark desktop."""
        self.app.setPalette(as_palette(DARK if dark else LIGHT))
        return Appearance(self.app)

    @contextmanager
    def window(self, shown: Snapshot, dark: bool = False) -> Iterator[Screen]:
        """The window with this snapshot in it."""
        appearance = self.dress(dark)
        with tempfile.TemporaryDirectory() as folder:
            placement = Placement(Path(folder) / "window.json")
            placement.save(QRect(QPoint(60, 60), USUAL))
            icons = Icons(appearance)
            beginning = Beginning(appearance, icons, Tray(appearance, icons))
            bridge, past = Bridge(), PaperPast(shown)
            screen = Screen(
                beginning,
                bridge,
                PaperAsks(),
                past,
                placement,
                lambda: FirstRunPage(understood, appearance),
                lambda: NOW,
            )
            bridge.post_snapshot(shown)
            screen.open_window()
            QTest.qWait(300)
            yield screen
            screen.close()
            screen.window.deleteLater()
            QTest.qWait(10)

    def keep(self, name: str, widget: QWidget) -> None:
        """One widget as a picture."""
        widget.grab().save(str(self.folder / f"{name}.png"))

    def keep_area(self, name: str, widget: QWidget, *others: QWidget) -> None:
        """What the screen shows where these widgets are: popups and tooltips with what lies below them."""
        QTest.qWait(100)
        area = widget.frameGeometry()
        for other in others:
            area = area.united(other.frameGeometry())
        area = area.adjusted(-12, -12, 12, 12)
        widget.screen().grabWindow(0, area.x(), area.y(), area.width(), area.height()).save(
            str(self.folder / f"{name}.png")
        )


def windows(studio: Studio) -> None:
    """The window, light and dark, with much and little in it."""
    scenes: Mapping[str, Snapshot] = {
        "window": picture(),
        "window-three": snapshot(*picture().services[2:5]),
        "window-sixty": many(60),
        "window-empty": snapshot(),
        "window-demo": replace(picture(), demo=True),
        "window-troubles": replace(
            picture(), problems=("the disk that holds history.db is full",), faults=("one", "two")
        ),
        "window-paused": replace(picture(), paused_until=NOW + HOUR),
        "window-online": replace(picture(), sights=(sight(),)),
        "window-offline": without_internet(),
        "window-portal": without_internet("portal", PORTAL),
        "window-asked-for": asked_for(),
        "window-acknowledged": snapshot(
            acknowledged(picture().services[0]), *picture().services[2:6], sights=(sight(),)
        ),
    }
    for name, shown in scenes.items():
        for dark in (False, True):
            with studio.window(shown, dark) as screen:
                studio.keep(f"{name}-{'dark' if dark else 'light'}", screen.window)


def mirrored(studio: Studio) -> None:
    """From right to left."""
    studio.app.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    with studio.window(picture()) as screen:
        studio.keep("window-mirrored", screen.window)
    studio.app.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def hands_on(studio: Studio) -> None:
    """What keyboard and mouse bring up: the focused cell with its tooltip, the filter, a row's menu."""
    with studio.window(picture()) as screen:
        rows = screen.window.findChild(QListView)
        QTest.keyClick(rows, Qt.Key.Key_Down)
        for _ in range(6):
            QTest.keyClick(rows, Qt.Key.Key_Left)
        tooltip = next(widget for widget in studio.app.topLevelWidgets() if widget.inherits("QTipLabel"))
        studio.keep_area("window-cell", screen.window, tooltip)
        QToolTip.hideText()
        QTest.keyClicks(rows, "t")
        QTest.qWait(100)
        studio.keep("window-filter", screen.window)
        QTest.keyClick(screen.window.focusWidget(), Qt.Key.Key_Escape)
        QTest.keyClick(rows, Qt.Key.Key_Return)
        menu = next(menu for menu in screen.window.findChildren(QMenu) if menu.isVisible())
        studio.keep_area("row-menu", screen.window, menu)
        menu.close()


def tray_menu(studio: Studio) -> None:
    """The tray's menu, light and dark."""
    for dark in (False, True):
        with studio.window(picture(), dark) as screen:
            screen.window.hide()
            menu = QMenu()
            LivingMenu(menu).show(screen.menu.entries(asked_for()))
            menu.popup(QPoint(200, 200))
            QTest.qWait(100)
            submenu = menu.actions()[3].menu()
            assert isinstance(submenu, QMenu)
            menu.setActiveAction(menu.actions()[3])
            submenu.popup(menu.mapToGlobal(QPoint(menu.width(), 60)))
            snoozes = submenu.actions()[2].menu()
            assert isinstance(snoozes, QMenu)
            submenu.setActiveAction(submenu.actions()[2])
            snoozes.popup(submenu.mapToGlobal(QPoint(submenu.width(), 36)))
            studio.keep_area(f"tray-menu-{'dark' if dark else 'light'}", menu, submenu, snoozes)
            menu.close()


def icons(studio: Studio) -> None:
    """Every tray icon at every size, on a light and on a dark panel."""
    looks = [
        *map(Attention, (Status.UP, Status.DEGRADED, Status.UNKNOWN, Status.PAUSED)),
        Attention(Status.DOWN, 1),
        Attention(Status.DOWN, 12),
        Attention(Status.DOWN, hollow=True),
        Attention(Status.DEGRADED, hollow=True),
        Attention(Status.UP, impaired=True),
        Attention(Status.DOWN, 3, impaired=True),
        Attention(Status.UP, blind=True),
        Attention(Status.UNKNOWN, blind=True),
    ]
    pitch = max(SIZES) + 16
    image = QImage(pitch * len(looks) * RATIO, 2 * sum(size + 12 for size in SIZES) * RATIO, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(RATIO)
    painter = QPainter(image)
    y = 0
    for colours in (LIGHT, DARK):
        painter.fillRect(0, y, image.width(), image.height(), colours.ground)
        for size in SIZES:
            for column, look in enumerate(looks):
                painter.drawPixmap(column * pitch + 8, y + 6, tray_pixmap(look, colours, size, RATIO))
            y += size + 12
    painter.end()
    image.save(str(studio.folder / "tray-icons.png"))


def settings(studio: Studio) -> None:
    """The dialogs of the settings."""
    for dark in (False, True):
        for name, widget in shots_settings.shots(studio.dress(dark)):
            studio.keep(f"{name}-{'dark' if dark else 'light'}", widget)


SCENES: tuple[Callable[[Studio], None], ...] = (windows, mirrored, hands_on, tray_menu, icons, settings)


def desktop(folder: Path) -> None:
    """The whole desktop, with the real program in its demo world: icon in the panel, window, notification."""
    with Desk() as desk, WindowManager(desk), Panel(desk), Dunst(desk) as dunst:
        home = desk.folder / "home"
        argv = [sys.executable, "-m", "trayapp", "--home", str(home), "run", "--window", "--demo-if-empty"]
        with Program(argv, desk.env, desk.folder / "watchbell.log") as watchbell:
            watchbell.start(lambda: desk.windows("--class", "^Watchbell$"))
            until(dunst.displayed, "the demo told of an outage", within=120)
            QThread.msleep(1000)
            desk.screenshot(folder / "desktop.png")


def on_a_desk(folder: Path) -> None:
    """Start this program again on a desk of its own."""
    with Desk(screen="2600x1700x24") as desk, WindowManager(desk), Panel(desk), Dunst(desk):
        desk.env["QT_SCALE_FACTOR"] = str(RATIO)
        sys.stdout.write(desk.run(sys.executable, "-m", __spec__.name, "--here", str(folder), within=300))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--here", action="store_true", help="draw on this screen instead of a virtual one")
    wanted = parser.parse_args()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    if not wanted.here:
        on_a_desk(wanted.folder.resolve())
        desktop(wanted.folder.resolve())
        print(desktop.__doc__)
        return
    studio = Studio(wanted.folder)
    for scene in SCENES:
        scene(studio)
        print(scene.__doc__)


if __name__ == "__main__":
    main()
