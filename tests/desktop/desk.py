"""A desk of one's own: an X display, a session bus and folders that no other test or person shares."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from jeepney import DBusAddress, Properties, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from jeepney.wrappers import unwrap_msg

from tests.desktop.programs import Program, until

FILES = Path(__file__).with_name("files")
INSTALLED_SERVICES = Path("/usr/share/dbus-1/services")
OF_ANOTHER_SESSION = (
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "DBUS_",
    "XDG_",
    "XAUTHORITY",
    "QT_",
    "GTK_",
    "DESKTOP_",
    "SSH_",
    "GNOME_",
)


class Display(Program):
    """Xvfb on the first free display number."""

    def __init__(self, env: dict[str, str], folder: Path, screen: str) -> None:
        argv = ["Xvfb", "-screen", "0", screen, "-nolisten", "tcp", "-noreset"]
        super().__init__(argv, env, folder / "xvfb.log")
        self.name = ""

    def begin(self) -> str:
        """Starts it; its name, such as ":3"."""
        reading, writing = os.pipe()
        with os.fdopen(reading) as numbers:
            os.set_blocking(reading, False)
            self.argv = [*self.argv, "-displayfd", str(writing)]
            try:
                self.start(lambda: self._named(numbers.readline()), keep=[writing])
            finally:
                os.close(writing)
        return self.name

    def _named(self, line: str) -> bool:
        self.name = f":{line.strip()}" if line else ""
        return bool(self.name)


class SessionBus(Program):
    """dbus-daemon at an address that stays the same through restarts.

    `activatable` are the names that the bus may start by itself when somebody calls them,
    taken from the installed service files: xfconf alone unless told otherwise.
    """

    def __init__(self, env: dict[str, str], folder: Path, activatable: Sequence[str] = ("org.xfce.Xfconf",)) -> None:
        self.socket = folder / "bus"
        self.address = f"unix:path={self.socket}"
        services, config = folder / "services", folder / "session.conf"
        services.mkdir()
        for name in activatable:
            shutil.copy(INSTALLED_SERVICES / f"{name}.service", services)
        text = (FILES / "session.conf").read_text()
        config.write_text(text.replace("@SOCKET@", str(self.socket)).replace("@SERVICES@", str(services)))
        super().__init__(["dbus-daemon", f"--config-file={config}", "--nofork"], env, folder / "bus.log")

    def begin(self) -> None:
        self.socket.unlink(missing_ok=True)
        self.start(self._listens)

    def _listens(self) -> bool:
        """The socket is there a moment before anybody listens."""
        with socket.socket(socket.AF_UNIX) as caller:
            return caller.connect_ex(str(self.socket)) == 0

    def connect(self) -> DBusConnection:
        """A blocking connection, for tests; close it."""
        return open_dbus_connection(bus=self.address)

    def call(
        self, name: str, path: str, interface: str, method: str, signature: str = "", *body: Any
    ) -> tuple[Any, ...]:
        """One method call with 5 s to answer; raises jeepney.DBusErrorResponse."""
        message = new_method_call(DBusAddress(path, name, interface), method, signature or None, body)
        with self.connect() as connection:
            return tuple(unwrap_msg(connection.send_and_get_reply(message, timeout=5)))

    def get(self, name: str, path: str, interface: str, wanted: str) -> Any:
        with self.connect() as connection:
            message = Properties(DBusAddress(path, name, interface)).get(wanted)
            return unwrap_msg(connection.send_and_get_reply(message, timeout=5))[0][1]

    def owned(self, name: str) -> bool:
        """Whether somebody on the bus goes by that name."""
        daemon = "org.freedesktop.DBus"
        return bool(self.call(daemon, "/org/freedesktop/DBus", daemon, "NameHasOwner", "s", name)[0])


class Desk:
    """Display, bus and folders, and `env` for every program that shall live there. Parts are started in `parts.py`."""

    def __init__(self, screen: str = "1280x800x24", activatable: Sequence[str] = ("org.xfce.Xfconf",)) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="desk-", dir="/tmp"))  # short: a socket's path holds 107 bytes
        self.env = {name: value for name, value in os.environ.items() if not name.startswith(OF_ANOTHER_SESSION)}
        for name in ("HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
            place = self.folder / name.lower()
            place.mkdir(mode=0o700)
            self.env[name] = str(place)
        self.env |= {"XDG_SESSION_TYPE": "x11", "GSETTINGS_BACKEND": "memory", "NO_AT_BRIDGE": "1", "LC_ALL": "C.UTF-8"}
        self.display = Display(self.env, self.folder, screen)
        self.bus = SessionBus(self.env, self.folder, activatable)

    @property
    def config(self) -> Path:
        return Path(self.env["XDG_CONFIG_HOME"])

    def start(self) -> None:
        self.env["DBUS_SESSION_BUS_ADDRESS"] = self.bus.address
        try:
            self.env["DISPLAY"] = self.display.begin()
            self.bus.env = self.env
            self.bus.begin()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends bus and display, and whoever lives on them; asserts that nobody is left."""
        self.bus.stop()
        self.display.stop()
        until(lambda: not self.inhabitants(), f"everybody left: {self.inhabitants()}")
        shutil.rmtree(self.folder)

    def run(self, *argv: str, within: float = 10.0) -> str:
        """Runs a command on this desk and returns what it wrote."""
        done = subprocess.run(argv, env=self.env, capture_output=True, text=True, timeout=within, check=False)
        assert done.returncode == 0, f"{argv} exited with {done.returncode}: {done.stderr}"
        return done.stdout

    def screenshot(self, path: Path) -> Path:
        """The whole screen as a PNG."""
        self.run("import", "-window", "root", str(path))
        return path

    def windows(self, *criteria: str) -> list[int]:
        """Ids of visible windows by xdotool's criteria, such as `"--class", "dunst"` (a regular expression)."""
        argv = ["xdotool", "search", "--onlyvisible", *criteria]
        done = subprocess.run(argv, env=self.env, capture_output=True, text=True, timeout=10, check=False)
        return [int(line) for line in done.stdout.split()]

    def click(self, window: int, x: int, y: int, button: int = 1) -> None:
        """A click of the mouse at a place in a window: 1 is left, 2 middle, 3 right."""
        self.run("xdotool", "mousemove", "--window", str(window), str(x), str(y), "click", str(button))

    def inhabitants(self) -> list[str]:
        """Processes that run with this desk's environment, as "pid name"."""
        mark, found = f"XDG_RUNTIME_DIR={self.env['XDG_RUNTIME_DIR']}".encode(), []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (process / "environ").read_bytes().split(b"\0"):
                    found.append(f"{process.name} {(process / 'comm').read_text().strip()}")
            except OSError:  # it ended meanwhile, or is not ours
                continue
        return found

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
