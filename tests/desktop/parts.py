"""The furniture of a desktop, real: window manager, panels and trays, notification daemons, keyring.

    with Desk() as desk, Panel(desk) as panel, Dunst(desk) as dunst: ...

Each part is ready when its `with` begins and gone when it ends; `begin()` and `stop()` do the same
by hand, `pause()` stops it as SIGSTOP does. Give `desk.env` to the programs that shall live there.
"""

from __future__ import annotations

import ctypes
import json
import shutil
from pathlib import Path
from typing import Any, Self

from jeepney import DBusErrorResponse

from tests.desktop.desk import FILES, Desk, SessionBus
from tests.desktop.programs import Program, until

__all__ = [
    "Desk",
    "Dunst",
    "Keyring",
    "Panel",
    "SessionBus",
    "Tint2",
    "Trayer",
    "WindowManager",
    "Xfce4Notifyd",
    "until",
]

NOTIFICATIONS = "org.freedesktop.Notifications"
WATCHER = "org.kde.StatusNotifierWatcher"
SECRETS = "org.freedesktop.secrets"


class Part(Program):
    """A program on a desk. `command` starts it; `ready` says when it can be used."""

    command: tuple[str, ...]

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        super().__init__(self.command, desk.env, desk.folder / f"{type(self).__name__.lower()}.log")

    def ready(self) -> bool:
        raise NotImplementedError

    def begin(self) -> None:
        self.start(self.ready)

    def restart(self) -> None:
        self.stop()
        self.begin()

    def __enter__(self) -> Self:
        self.begin()
        return self


class WindowManager(Part):
    """openbox."""

    command = ("openbox", "--sm-disable")

    def ready(self) -> bool:
        return "window id #" in self.desk.run("xprop", "-root", "_NET_SUPPORTING_WM_CHECK")


class Panel(Part):
    """xfce4-panel with a tray that is a StatusNotifier host (and an XEmbed tray besides)."""

    command = ("xfce4-panel", "--disable-wm-check", "--sm-client-disable")

    def begin(self) -> None:
        settings = self.desk.config / "xfce4/xfconf/xfce-perchannel-xml/xfce4-panel.xml"
        settings.parent.mkdir(parents=True, exist_ok=True)
        if not settings.exists():
            shutil.copy(FILES / "xfce4-panel.xml", settings)
        super().begin()

    def ready(self) -> bool:
        try:
            return bool(self._watcher("IsStatusNotifierHostRegistered"))
        except DBusErrorResponse:  # nobody is the watcher yet, or no longer the one of the panel before
            return False

    def items(self) -> list[str]:
        """The icons that are registered, each as "bus name/object path".

        The watcher keeps one whose connection ended in the moment it registered; the panel does not show that.
        """
        items: list[str] = self._watcher("RegisteredStatusNotifierItems")
        return [item for item in items if self.desk.bus.owned(item.partition("/")[0])]

    def property(self, item: str, name: str) -> Any:
        """A property of an icon, such as "Title", "Status" or "ToolTip"."""
        owner, _, path = item.partition("/")
        return self.desk.bus.get(owner, f"/{path}", "org.kde.StatusNotifierItem", name)

    def _watcher(self, name: str) -> Any:
        return self.desk.bus.get(WATCHER, "/StatusNotifierWatcher", WATCHER, name)


class XEmbedTray(Part):
    """A tray that knows the older way alone: icons are windows that it embeds."""

    def ready(self) -> bool:
        return bool(tray_window(self.desk.env["DISPLAY"]))


class Tint2(XEmbedTray):
    command = ("tint2", "-c", str(FILES / "tint2rc"))


class Trayer(XEmbedTray):
    command = ("trayer", "--edge", "bottom", "--align", "right", "--width", "20", "--height", "30")


class NotificationDaemon(Part):
    """Whoever owns org.freedesktop.Notifications."""

    def ready(self) -> bool:
        return self.desk.bus.owned(NOTIFICATIONS)

    def capabilities(self) -> list[str]:
        answer = self.desk.bus.call(NOTIFICATIONS, "/org/freedesktop/Notifications", NOTIFICATIONS, "GetCapabilities")
        return list(answer[0])


class Dunst(NotificationDaemon):
    """dunst, with every notification on screen until a click."""

    def __init__(self, desk: Desk) -> None:
        folder = desk.folder / "dunst"
        folder.mkdir(exist_ok=True)
        menu = Path(shutil.copy(FILES / "pick.sh", folder))
        self._wanted = folder / "wanted"
        settings = folder / "dunstrc"
        settings.write_text((FILES / "dunstrc").read_text().replace("@MENU@", str(menu)))
        self.command = ("dunst", "-config", str(settings))
        super().__init__(desk)

    def displayed(self) -> int:
        """How many notifications are on screen."""
        return int(self.desk.run("dunstctl", "count", "displayed"))

    def close_all(self) -> None:
        """Moves everything on screen to the history."""
        self.desk.run("dunstctl", "close-all")
        until(lambda: self.displayed() == 0, "dunst closed its notifications")

    def history(self) -> list[dict[str, Any]]:
        """What is no longer on screen, newest first: appname, summary, body, id and more of each."""
        told = json.loads(self.desk.run("dunstctl", "history"))["data"][0]
        return [{name: value["data"] for name, value in entry.items()} for entry in told]

    def click(self, button: int = 1) -> None:
        """Clicks the uppermost notification: 1 its default action, 2 closes it, 3 its menu."""
        window = until(lambda: self.desk.windows("--class", "^Dunst$"), "a notification is on screen")[0]
        self.desk.click(window, 100, 20, button)

    def choose(self, action: str) -> None:
        """Opens the uppermost notification's menu with the mouse and picks an action by its words."""
        self._wanted.write_text(action)
        self.click(3)


class Xfce4Notifyd(NotificationDaemon):
    """xfce4-notifyd, as it comes."""

    command = ("/usr/lib/x86_64-linux-gnu/xfce4/notifyd/xfce4-notifyd",)

    def windows(self) -> list[int]:
        return self.desk.windows("--class", "xfce4-notifyd")

    def press(self, place: int) -> None:
        """Presses a button of the notification: 0 is the rightmost, which is its last action."""
        window = until(self.windows, "a notification is on screen")[0]
        geometry = self.desk.run("xdotool", "getwindowgeometry", "--shell", str(window))
        size = dict(line.split("=") for line in geometry.split())
        self.desk.click(window, int(size["WIDTH"]) - 65 - 108 * place, int(size["HEIGHT"]) - 31)


class Keyring(Part):
    """gnome-keyring, its login collection unlocked."""

    command = ("gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets")
    collection = "/org/freedesktop/secrets/collection/login"

    def begin(self) -> None:
        self.start(self.ready, stdin=b"secret of the tests")

    def ready(self) -> bool:
        return self.desk.bus.owned(SECRETS) and not self._locked()

    def lock(self) -> None:
        """Locks it; unlocking would ask the user, and there is nobody."""
        interface = "org.freedesktop.Secret.Service"
        self.desk.bus.call(SECRETS, "/org/freedesktop/secrets", interface, "Lock", "ao", [self.collection])
        until(self._locked, "the keyring is locked")

    def _locked(self) -> bool:
        return bool(self.desk.bus.get(SECRETS, self.collection, "org.freedesktop.Secret.Collection", "Locked"))


def tray_window(display: str) -> int:
    """The window of the XEmbed tray of a display, or 0: owner of the selection _NET_SYSTEM_TRAY_S0."""
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XInternAtom.restype = x11.XGetSelectionOwner.restype = ctypes.c_ulong
    connection = ctypes.c_void_p(x11.XOpenDisplay(display.encode()))
    assert connection, f"no display {display}"
    try:
        atom = ctypes.c_ulong(x11.XInternAtom(connection, b"_NET_SYSTEM_TRAY_S0", 0))
        return int(x11.XGetSelectionOwner(connection, atom))
    finally:
        x11.XCloseDisplay(connection)
