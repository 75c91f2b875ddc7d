"""The desktop's composition root: builds every part of the tray program, joins them, starts and stops them.

The only file that knows them all. `App` is also what the screen asks of (`ui.asks`): it passes each
wish on to the engine that runs now, which after the demo is another one than before.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import signal
import socket
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from types import FrameType
from typing import Any

from PySide6.QtCore import (
    QMessageLogContext,
    QObject,
    QSocketNotifier,
    Qt,
    QTimer,
    QtMsgType,
    QUrl,
    Slot,
    qInstallMessageHandler,
)
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication, QMessageBox

from trayapp.alerts.notifier import Notifier, OnAction
from trayapp.alerts.traymessage import TrayMessage
from trayapp.alerts.ways import desktop_ways
from trayapp.config.document import Unreadable, read_document
from trayapp.config.load import parse
from trayapp.config.places import Places
from trayapp.config.proposal import BadTarget, propose, understood
from trayapp.config.save import CannotSave, Conflict, add_service, save
from trayapp.config.secrets import Secrets
from trayapp.core.words import CheckResult, Incident, Segment, Service
from trayapp.desktop.control import ask
from trayapp.desktop.instance import Owner, acquire
from trayapp.desktop.resources import resource
from trayapp.desktop.trayhost import watch_tray_host
from trayapp.engine import Engine, Faces
from trayapp.faults import Faults
from trayapp.history.queries import Reader
from trayapp.log import open_log
from trayapp.monitor.clock import SystemClock
from trayapp.redaction import Redaction
from trayapp.ui.asks import ApplyResult
from trayapp.ui.bridge import Bridge
from trayapp.ui.first_run import FirstRunPage
from trayapp.ui.palette import Appearance
from trayapp.ui.screen import Screen
from trayapp.ui.window.placement import Placement

log = logging.getLogger("trayapp.app")

RUNNING_PATIENCE = 3.0
"""Seconds for another program that watches already to answer."""

COLLECT_MS = 30_000
"""How often garbage in cycles is collected: by the GUI thread, because it destroys QObjects."""


def run(places: Places, owner: Owner | None, *, window: bool, hidden: bool, demo: bool) -> int:
    """Run the tray program until it is quit; returns its exit status.

    `owner` is released at the end. None: another program owns these places, and this is only a demo beside it.
    """
    application = _application()
    with ExitStack() as stack:
        app = App(application, places, owner, demo=demo)
        stack.callback(app.end)
        stack.enter_context(_signals(app.quit))
        app.begin(window=window, hidden=hidden)
        return int(application.exec())


def _application() -> QApplication:
    # Both are read once: by the platform plugin, and by panels and notification daemons that look for our icon.
    QGuiApplication.setDesktopFileName("watchbell")
    QApplication.setApplicationName("Watchbell")
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    qInstallMessageHandler(_log_qt)
    return application


class App(QObject):
    """Everything joined. Lives in the GUI thread."""

    def __init__(self, application: QApplication, places: Places, owner: Owner | None, *, demo: bool) -> None:
        super().__init__()
        self._application = application
        self._real_places = places
        self._places = places
        self._owner = owner
        self._demo_wanted = demo
        self._world = ExitStack()
        self._redaction = Redaction()
        self._faults = Faults()
        self._log = open_log(places.log_file, self._redaction)
        self._faults.install()
        self._clock = SystemClock()
        self._in_demo = False
        self._bridge = Bridge(self)
        self._appearance = Appearance(application, self)
        self._engine: Engine | None = None
        self._secrets = Secrets(places.keyring_service, folder=places.config, revealed=self._redaction.hide)
        self._settings: Any = None
        self._build()
        self._collecting = QTimer(self)
        self._collecting.timeout.connect(_collect)
        gc.disable()  # the collector runs in whichever thread allocates, and would destroy QObjects there
        self._collecting.start(COLLECT_MS)

    def _build(self) -> None:
        """The screen, and what it is joined to."""
        first_page = FirstRunPage(understood, self._appearance)
        placement = Placement(self._real_places.data / "window.json")
        self._screen = Screen(
            self._application, self._appearance, self._bridge, self, self, placement, first_page, self._clock.now
        )
        self._screen.settings_asked.connect(self._open_settings)
        self._screen.service_entered.connect(self.add_service)
        first_page.submitted.connect(self.add_service)
        first_page.demo_requested.connect(self.show_demo)
        self._bridge.tray_host_changed.connect(self._screen.tray_host_changed)
        self._application.aboutToQuit.connect(self.end)
        self._application.commitDataRequest.connect(self.end, Qt.ConnectionType.DirectConnection)

    def begin(self, *, window: bool, hidden: bool) -> None:
        """Show the icon, start the engine, and open the window where that is asked for or nothing is watched yet."""
        empty = not self._real_places.services_toml.exists()
        self._screen.start(hidden=hidden or not (window or empty))
        if self._demo_wanted:
            self.show_demo()
        else:
            self._start_engine(self._real_places, demo=False)

    @Slot()
    def end(self) -> None:
        """Stop what runs; harmless a second time."""
        self._stop_engine("quit")
        self._world.close()
        self._screen.close()
        self._log.close()

    # The engine

    def _start_engine(self, places: Places, *, demo: bool) -> None:
        self._places, self._in_demo = places, demo
        self._engine = Engine(
            places,
            self._owner,
            Faces(publish=self._bridge.post_snapshot, observe=_unheard, raise_window=self._raise_from_afar),
            self._notifiers,
            self._faults,
            self._secrets,
            demo=demo,
            alongside=lambda: watch_tray_host(self._bridge.post_tray_host),
        )
        self._engine.start()

    def _stop_engine(self, reason: str) -> None:
        if self._engine is not None and not self._engine.stop(reason):
            log.warning("the engine did not end in time")
        self._engine = None
        if self._owner is not None:
            self._owner.release()
            self._owner = None

    def _notifiers(self, on_action: OnAction) -> Sequence[Notifier]:
        icon = resource("watchbell.svg").as_uri()
        return (*desktop_ways(on_action, icon), TrayMessage(self._bridge.post_message))

    def _raise_from_afar(self, token: str | None) -> bool:
        self._bridge.raise_window(token)
        return True

    # What the screen asks (ui.asks.Asks)

    def check_now(self, services: Collection[str] | None) -> None:
        self._with_engine(lambda engine: engine.check_now(services))

    def acknowledge(self, incident: int) -> None:
        self._with_engine(lambda engine: engine.acknowledge(incident))

    def snooze(self, service: str, until: int | None) -> None:
        self._with_engine(lambda engine: engine.snooze(service, until))

    @Slot(object)
    def pause(self, until: int | None) -> None:
        self._with_engine(lambda engine: engine.pause(until))

    def settings_text(self) -> str:
        try:
            return read_document(self._places.services_toml).text
        except FileNotFoundError:
            return ""

    def apply(self, text: str, basis: str) -> ApplyResult:
        before = {str(fault) for fault in parse(basis).faults}
        loaded = parse(text)
        fresh = tuple(str(fault) for fault in loaded.faults if not fault.warning and str(fault) not in before)
        if loaded.settings is None or fresh:
            return ApplyResult(False, fresh or tuple(map(str, loaded.faults)))
        try:
            save(self._places.services_toml, text, basis)
        except Conflict as conflict:
            return ApplyResult(False, conflict=conflict.theirs)
        except (CannotSave, OSError) as fault:
            return ApplyResult(False, (str(fault),))
        self._with_engine(lambda engine: engine.reload())
        return ApplyResult(True, tuple(str(fault) for fault in loaded.faults))

    def try_out(self, service: Service) -> Future[CheckResult]:
        if self._engine is None:
            raise RuntimeError("nothing can be tried after the end")
        return self._engine.try_out(service)

    def set_secret(self, name: str, value: str, origin: str) -> Future[None]:
        if self._engine is None:
            raise RuntimeError("nothing is kept after the end")
        return self._engine.keep_secret(name, value, origin)

    def open_link(self, url: str) -> None:
        if url.startswith(("https://", "http://")):
            QDesktopServices.openUrl(QUrl(url))

    @Slot()
    def quit(self) -> None:
        self._application.quit()

    # What strips need of history (ui.strips.Past), of the home that is shown now

    def timelines(self, services: Sequence[str], since: int, until: int, now: int) -> Mapping[str, Sequence[Segment]]:
        return Reader(self._places.history_db).timelines(services, since, until, now)

    def incidents(self, since: int, until: int, service: str | None = None) -> Sequence[Incident]:
        return Reader(self._places.history_db).incidents(since, until, service)

    # What else can be wished for

    @Slot(str)
    def add_service(self, target: str) -> None:
        """Watch this address from now on; ends the demo."""
        path = self._real_places.services_toml
        try:
            basis = read_document(path).text if path.exists() else ""
            settings = parse(basis).settings
            proposal = propose(target, taken=[service.id for service in settings.services] if settings else ())
            if proposal.credentials is not None:
                self.set_secret(proposal.secret, proposal.credentials.authorization, proposal.service.probe.target)
            save(path, add_service(basis, proposal.service.id, proposal.table), basis)
        except (BadTarget, CannotSave, Conflict, Unreadable, OSError) as fault:
            QMessageBox.warning(self._screen.window, "Watchbell", f"This could not be added: {fault}")
            return
        if self._in_demo:
            self._leave_demo()
        else:
            self._with_engine(lambda engine: engine.reload())

    @Slot()
    def show_demo(self) -> None:
        """Watch a small world on loopback instead, until a first service is added."""
        from trayapp.demo.home import demo_home  # noqa: PLC0415 - the demo is the exception

        if self._engine is not None:
            self._stop_engine("the demo begins")
            self._owner = acquire(self._real_places.lock, self._real_places.socket)
        self._start_engine(self._world.enter_context(demo_home()), demo=True)

    def _leave_demo(self) -> None:
        """From the demo to what is really watched: here, or in the program that does so already."""
        self._stop_engine("the demo is over")
        self._world.close()
        self._owner = acquire(self._real_places.lock, self._real_places.socket)
        if self._owner is None:
            ask(self._real_places.socket, {"do": "reload"}, RUNNING_PATIENCE)
            ask(self._real_places.socket, {"do": "show"}, RUNNING_PATIENCE)
            self.quit()
        else:
            self._start_engine(self._real_places, demo=False)

    def _with_engine(self, act: Callable[[Engine], object]) -> None:
        if self._engine is not None:
            act(self._engine)

    # Settings

    @Slot(str)
    def _open_settings(self, service: str) -> None:
        """Show the settings, at one service where its id is given; raise them if they are open."""


def _unheard(event: Mapping[str, Any]) -> None:
    """The screen is drawn from snapshots: it needs no events."""


@Slot()
def _collect() -> None:
    gc.collect()


def _log_qt(kind: QtMsgType, context: QMessageLogContext, message: str | None) -> None:
    levels = {
        QtMsgType.QtDebugMsg: logging.DEBUG,
        QtMsgType.QtInfoMsg: logging.INFO,
        QtMsgType.QtWarningMsg: logging.WARNING,
    }
    logging.getLogger("qt").log(levels.get(kind, logging.ERROR), "%s", message)


@contextlib.contextmanager
def _signals(quit_: Callable[[], None]) -> Iterator[None]:
    """SIGINT and SIGTERM end the program in order.

    Python runs a handler only when the interpreter is at work, which in Qt's loop it is not: a
    byte through a socket wakes it.
    """
    reading, writing = socket.socketpair()
    writing.setblocking(False)
    reading.setblocking(False)
    notifier = QSocketNotifier(reading.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(lambda: reading.recv(1))

    def heard(number: int, frame: FrameType | None) -> None:
        quit_()

    wakeup = signal.set_wakeup_fd(writing.fileno())
    before = {number: signal.signal(number, heard) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        notifier.setEnabled(False)
        reading.close()
        writing.close()
