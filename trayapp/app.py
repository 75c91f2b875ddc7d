"""The desktop's composition root: builds every part of the tray program, joins them, starts and stops them.

The only file that knows them all.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox, QWidget
from shiboken6 import isValid

from trayapp.adding import add, proposed
from trayapp.alerts.notifier import Notifier, OnAction
from trayapp.alerts.traymessage import TrayMessage
from trayapp.alerts.ways import desktop_ways
from trayapp.config.document import Unreadable
from trayapp.config.lane import Lane
from trayapp.config.places import Places
from trayapp.config.proposal import BadTarget, Proposal, understood
from trayapp.config.save import CannotSave
from trayapp.config.secrets import Secrets
from trayapp.deadman import DeadMan
from trayapp.desktop.control import NoAnswer, Refused, ask
from trayapp.desktop.door import NotRunning
from trayapp.desktop.instance import Owner
from trayapp.desktop.resources import resource
from trayapp.desktop.trayhost import watch_tray_host
from trayapp.diagnosis import examine, examine_desktop, examine_history
from trayapp.engine.engine import LOOK, Engine, Faces
from trayapp.faults import Faults
from trayapp.log import open_log
from trayapp.monitor.clock import SystemClock
from trayapp.probes import PROBES
from trayapp.probes.base import SecretUnavailable
from trayapp.redaction import Redaction
from trayapp.ui.application import Application, ended_by_signals
from trayapp.ui.beginning import Beginning
from trayapp.ui.bridge import Bridge
from trayapp.ui.screen import Screen
from trayapp.ui.window.placement import Placement
from trayapp.watching import Watching
from trayapp.wishes import Wishes

if TYPE_CHECKING:
    from trayapp.ui.settings.dialog import SettingsDialog

log = logging.getLogger("trayapp.app")

RUNNING_PATIENCE = 3.0
"""Seconds for another program that watches already to answer."""

ALIVE_MS = 5_000
"""How often we look whether the engine still lives."""

STANDS_STILL = "Watchbell itself stands still: what it shows may be out of date"

LOOK_MS = 2_000
"""How often a demo looks whether there is something real to watch meanwhile."""


def run(
    application: Application,
    beginning: Beginning,
    places: Places,
    owner: Owner | None,
    *,
    window: bool,
    hidden: bool,
    demo: bool,
) -> int:
    """Run the tray program until it is quit; returns its exit status.

    `owner` is released at the end. None: another program owns these places, and this is only a demo beside it.
    """
    with ExitStack() as stack:
        redaction, faults = Redaction(), Faults()
        try:
            stack.callback(open_log(places.log_file, redaction).close)
        except OSError as fault:
            log.warning("no log is written: %s", fault)
        faults.install()
        app = App(application, beginning, places, owner, redaction, faults)
        stack.callback(app.end)
        stack.enter_context(ended_by_signals(application))
        app.begin(window=window, hidden=hidden, demo=demo)
        return int(application.exec())


class App(QObject):
    """Everything joined. Lives in the GUI thread."""

    def __init__(
        self,
        application: Application,
        beginning: Beginning,
        places: Places,
        owner: Owner | None,
        redaction: Redaction,
        faults: Faults,
    ) -> None:
        super().__init__()
        self._application = application
        self._appearance = beginning.appearance
        self._home = places
        self._faults = faults
        self._secrets = Secrets(places.keyring_service, folder=places.config, revealed=redaction.hide)
        self._bridge = Bridge(self)
        self._watching = Watching(places, owner, self._engine)
        self._wishes = Wishes(self._watching, _open_page, application.end)
        self._settings: SettingsDialog | None = None
        self._diagnosis = Lane("diagnosis")  # a keyring or a bus that hangs must not hold the screen
        self._adding = Lane("adding")
        self._looking = QTimer(self, interval=LOOK_MS)
        self._looking.timeout.connect(self._look_for_something_real)
        self._deadman = DeadMan(LOOK, ALIVE_MS / 1000)
        self._feeling = QTimer(self, interval=ALIVE_MS)
        self._feeling.timeout.connect(self._feel_the_pulse)
        self._build_screen(beginning)
        application.aboutToQuit.connect(self.end)

    def begin(self, *, window: bool, hidden: bool, demo: bool) -> None:
        """Show the icon, start an engine, and open the window where that is asked for or nothing is watched yet."""
        empty = not self._home.services_toml.exists()
        self._screen.start(hidden=hidden or not (window or empty))
        if not (demo and self.show_demo()):
            self._watching.begin()
        self._feeling.start()

    @Slot()
    def end(self) -> None:
        """Stop what runs; harmless a second time."""
        self._looking.stop()
        self._feeling.stop()
        self._watching.end()
        self._screen.close()

    @Slot()
    def _feel_the_pulse(self) -> None:
        """What is shown is old when the engine stands still, and must not look as if it were true now."""
        newest = self._bridge.newest
        still = self._deadman.stands_still(self._watching.engine.beat, time.monotonic())
        if still is (STANDS_STILL not in newest.problems):
            others = tuple(problem for problem in newest.problems if problem != STANDS_STILL)
            self._bridge.post_snapshot(replace(newest, problems=(STANDS_STILL, *others) if still else others))

    # What it is made of

    def _build_screen(self, beginning: Beginning) -> None:
        placement = Placement(self._home.data / "window.json")
        self._screen = Screen(
            beginning,
            self._bridge,
            self._wishes,
            self._wishes,
            placement,
            self._first_page,
            SystemClock().now,
        )
        self._screen.settings_asked.connect(self._open_settings)
        self._screen.service_entered.connect(self.add_service)
        self._bridge.tray_host_changed.connect(self._screen.tray_host_changed)

    def _first_page(self) -> QWidget:
        from trayapp.ui.first_run import FirstRunPage  # noqa: PLC0415 - comes with the window, which may stay unmade

        page = FirstRunPage(understood, self._appearance)
        page.submitted.connect(self.add_service)
        page.demo_requested.connect(self.show_demo)
        return page

    def _engine(self, places: Places, owner: Owner | None, demo: bool) -> Engine:
        return Engine(
            places,
            owner,
            Faces(publish=self._bridge.post_snapshot, observe=_unheard, raise_window=self._raise_from_afar),
            self._notifiers,
            self._faults,
            self._secrets,
            demo=demo,
            alongside=lambda: watch_tray_host(self._bridge.post_tray_host),
        )

    def _notifiers(self, on_action: OnAction) -> Sequence[Notifier]:
        icon = resource("watchbell.svg").as_uri()
        return (*desktop_ways(on_action, icon), TrayMessage(self._bridge.post_message))

    def _raise_from_afar(self, token: str | None) -> bool:
        self._bridge.raise_window(token)
        return True

    # The demo, and the first service after it

    @Slot()
    def show_demo(self) -> bool:
        """Watch a small world on loopback until there is something real to watch; False where there can be none."""
        try:
            self._watching.begin_demo()
        except OSError as fault:
            self._complain(f"There can be no demo here: {fault}")
            return False
        self._looking.start()
        return True

    @Slot()
    def _look_for_something_real(self) -> None:
        if self._watching.outgrown():
            self._leave_demo()

    def _leave_demo(self) -> None:
        """From the demo to what is really watched: here, or in the program that does so already."""
        self._looking.stop()
        if self._watching.end_demo():
            return
        try:
            ask(self._home.socket, {"do": "reload"}, RUNNING_PATIENCE)
            ask(self._home.socket, {"do": "show"}, RUNNING_PATIENCE)
        except (NotRunning, NoAnswer, Refused) as fault:
            log.warning("the program that watches already does not answer: %s", fault)
        self._application.end()

    @Slot(str)
    def add_service(self, target: str) -> None:
        """Watch this address from now on; ends the demo."""
        try:
            proposal = proposed(self._home.services_toml, target)
        except (BadTarget, Unreadable) as fault:
            self._complain(f"This cannot be watched: {fault}")
            return
        adding = self._adding.submit(lambda: add(self._home.services_toml, proposal, self._secrets))
        self._bridge.when_done(adding, self._added)

    def _added(self, adding: Future[Proposal]) -> None:
        if adding.cancelled():
            return  # the program ends
        try:
            adding.result()
        except SecretUnavailable as fault:
            self._complain(f"Nothing was added, for the password in the address has no place to go: {fault.message}")
        except (CannotSave, Unreadable, ValueError, OSError) as fault:
            self._complain(f"This could not be added: {fault}")
        else:
            if self._watching.demo:
                self._leave_demo()
            else:
                self._watching.engine.reload()

    def _complain(self, sentence: str) -> None:
        box = QMessageBox(QMessageBox.Icon.Warning, "Watchbell", "", parent=self._screen.window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(sentence)
        box.open()

    # Settings

    @Slot(str)
    def _open_settings(self, service: str) -> None:
        """Show the settings, at one service where its id is given; raise them if they are open."""
        from trayapp.ui.settings.dialog import SettingsDialog  # noqa: PLC0415 - large, and rarely wanted

        if self._settings is None or not isValid(self._settings):
            self._settings = SettingsDialog(
                self._wishes,
                self._bridge,
                self._appearance,
                PROBES,
                lambda: self._diagnosis.submit(examine_desktop),
                lambda: self._diagnosis.submit(lambda: examine_history(self._watching.places)),
                lambda: self._diagnosis.submit(lambda: examine(self._watching.places, display=True)),
            )
            self._settings.show_snapshot(self._bridge.newest)
            self._settings.show()
        if service:
            self._settings.edit(service)
        self._settings.raise_()
        self._settings.activateWindow()


def _unheard(event: Mapping[str, Any]) -> None:
    """The screen is drawn from snapshots: it needs no events."""


def _open_page(url: str) -> None:
    if url.startswith(("https://", "http://")):  # a file may say what it likes, only web pages are opened
        QDesktopServices.openUrl(QUrl(url))
