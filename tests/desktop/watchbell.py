"""The whole program on a desk: started as a person starts it, seen and touched as a person does."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.desktop.parts import Desk, Panel, until
from tests.desktop.programs import Program
from trayapp.config.places import Places
from trayapp.desktop.control import NoAnswer, ask
from trayapp.desktop.door import NotRunning

PATIENCE = 30.0
"""Seconds for whatever may take long on a machine that others use as well."""

MENU = "com.canonical.dbusmenu"

QUICK = """\
version = 1

[defaults]
interval = "500ms"
recheck_interval = "200ms"
timeout = "5s"
"""
"""The beginning of a services.toml of which something is to be seen soon."""


def watching(name: str, url: str, keys: str = "", probe: str = "") -> str:
    """A service of services.toml; its id is its name. `keys` and `probe` are further lines of its two tables."""
    return f'\n[services.{name}]\n{keys}\n[services.{name}.http]\nurl = "{url}"\n{probe}\n'


class Watchbell(Program):
    """`watchbell run` in a home of its own. Ready when it answers; `home` may be used before and after."""

    def __init__(self, desk: Desk, name: str = "home", *, command: tuple[str, ...] | None = None) -> None:
        self.desk = desk
        self.places = Places.under(desk.folder / name)
        self.places.prepare()
        start = command or (sys.executable, "-m", "trayapp")
        self._command = (*start, "--home", str(self.places.config.parent))
        super().__init__(self._command, desk.env, desk.folder / f"{name}.txt")
        self.foreseen = ["WARNING qt: QDBusTrayIcon encountered a D-Bus error: .*NoReply"]
        """Regular expressions of the troubles that a test makes on purpose: panels end in the middle of a call."""

    # As from a terminal

    def run(self, *arguments: str) -> None:
        """Starts `watchbell run` and waits until it answers."""
        self.argv = [*self._command, "run", *arguments]
        self.start(self.answers)

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        """Starts any command and waits for nothing."""
        return subprocess.Popen(
            [*self._command, *arguments], env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def say(self, *arguments: str, stdin: str = "", code: int = 0) -> str:
        """Runs any command to its end; what it wrote."""
        done = subprocess.run(
            [*self._command, *arguments],
            env=self.env,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == code, f"{arguments} exited with {done.returncode}: {done.stdout}{done.stderr}"
        return done.stdout

    def end(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """Sends a signal; the exit status, and the seconds until it was there."""
        assert self._process is not None
        begun = time.monotonic()
        self._process.send_signal(number)
        return self.ended(begun)

    def ended(self, begun: float | None = None) -> tuple[int, float]:
        """Waits until it has ended; its exit status, and the seconds since `begun` (monotonic)."""
        begun = time.monotonic() if begun is None else begun
        assert self._process is not None
        code = self._process.wait(PATIENCE)
        self._process = None
        return code, time.monotonic() - begun

    # What it is told and what it says

    def configure(self, text: str) -> None:
        """Writes services.toml as an editor does."""
        fresh = self.places.services_toml.with_suffix(".new")
        fresh.write_text(text)
        fresh.chmod(0o600)
        fresh.replace(self.places.services_toml)

    def status(self) -> dict[str, Any]:
        """Everything true now, through the control socket."""
        return ask(self.places.socket, {"do": "status"}, PATIENCE)

    def service(self, id_: str) -> dict[str, Any]:
        return next((service for service in self.status()["services"] if service["id"] == id_), {})

    def answers(self) -> bool:
        try:
            return bool(ask(self.places.socket, {"do": "status"}, 2.0))
        except (NotRunning, NoAnswer):
            return False

    def until_status(self, id_: str, status: str) -> dict[str, Any]:
        """The service as soon as it has this status."""
        until(lambda: self.service(id_).get("status") == status, f"{id_} is {status}", PATIENCE)
        return self.service(id_)

    @property
    def troubles(self) -> list[str]:
        """What it complained of: on its standard error, and in its log as a warning or worse."""
        kept = self.places.log_file.read_text() if self.places.log_file.exists() else ""
        return [*self.output.splitlines(), *re.findall(r"^\S+ (?:WARNING|ERROR|CRITICAL) .*$", kept, re.MULTILINE)]

    def unforeseen(self) -> list[str]:
        return [line for line in self.troubles if not any(re.search(known, line) for known in self.foreseen)]

    # What is to be seen

    def windows(self) -> list[int]:
        """Its windows that are visible and not only an icon in a tray; dialogs are among them."""
        return [window for window in self.desk.windows("--class", "^Watchbell$") if self._is_window(window)]

    def embedded(self) -> list[int]:
        """Its icons that a tray of the older way shows: windows inside the tray's."""
        return [window for window in self.desk.windows("--class", "^Watchbell$") if not self._is_window(window)]

    def window(self) -> int:
        """Its window, as soon as it is visible."""
        return until(self.windows, "the window is visible", PATIENCE)[0]

    def is_active(self) -> bool:
        """Whether one of its windows has the keyboard."""
        found = self.desk.run("xprop", "-root", "_NET_ACTIVE_WINDOW").split("#")
        return len(found) > 1 and int(found[1].split(",")[0], 16) in self.windows()

    def close_window(self) -> None:
        """Asks the window manager to close its window."""
        self.desk.run("xdotool", "windowactivate", "--sync", str(self.window()), "key", "alt+F4")

    def type(self, text: str) -> None:
        """Types into whatever has the keyboard, and presses Enter."""
        self.desk.run("xdotool", "type", "--delay", "5", text)
        self.desk.run("xdotool", "key", "Return")

    def _is_window(self, window: int) -> bool:
        geometry = subprocess.run(
            ["xdotool", "getwindowgeometry", "--shell", str(window)],
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        width = re.search(r"WIDTH=(\d+)", geometry)
        return width is not None and int(width[1]) > 200


@dataclass(frozen=True)
class Entry:
    """One entry of the icon's menu, with those of its submenu. `label` is without mnemonics, empty for a separator."""

    id: int
    label: str
    enabled: bool
    below: tuple[Entry, ...]

    def all(self) -> Iterator[Entry]:
        yield self
        for entry in self.below:
            yield from entry.all()


class Icon:
    """The program's icon on a StatusNotifier panel, as the panel knows it."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        (self._item,) = until(panel.items, "the icon is registered", PATIENCE)

    @property
    def tooltip(self) -> str:
        return str(self._panel.property(self._item, "ToolTip")[2])

    def entries(self) -> list[Entry]:
        """The menu, all levels of it."""
        _revision, (_root, _properties, below) = self._call("GetLayout", "iias", 0, -1, [])
        return [_entry(layout) for _signature, layout in below]

    def labels(self) -> list[str]:
        """The words of the topmost level, without the separators."""
        return [entry.label for entry in self.entries() if entry.label]

    def choose(self, *path: str) -> None:
        """Clicks an entry, by the words of the submenus on the way and its own; each names the beginning."""
        found = Entry(0, "", True, tuple(self.entries()))
        for words in path:
            found = next(entry for entry in found.below if entry.label.startswith(words))
        assert found.enabled, f"{path} is greyed out"
        self._call("Event", "isvu", found.id, "clicked", ("s", ""), 0)

    def _call(self, method: str, signature: str, *body: Any) -> Any:
        owner = self._item.partition("/")[0]
        return self._panel.desk.bus.call(
            owner, self._panel.property(self._item, "Menu"), MENU, method, signature, *body
        )


def _entry(layout: Any) -> Entry:
    id_, properties, below = layout
    label = properties.get("label", ("s", ""))[1].replace("_", "")
    return Entry(id_, label, properties.get("enabled", ("b", True))[1], tuple(_entry(inner) for _, inner in below))


def parsed(output: str) -> list[dict[str, Any]]:
    """The objects of a command's `--json`."""
    return [json.loads(line) for line in output.splitlines()]
