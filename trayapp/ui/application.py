"""The process as Qt sees it: the application object, Qt's own messages in our log, garbage, and the wish to end."""

from __future__ import annotations

import gc
import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from types import FrameType

from PySide6.QtCore import (
    QEvent,
    QMessageLogContext,
    QSocketNotifier,
    QTimer,
    QtMsgType,
    Slot,
    qInstallMessageHandler,
)
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

COLLECT_MS = 30_000
"""How often garbage in cycles is collected: by the GUI thread, because it destroys QObjects."""

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
}


class Application(QApplication):
    """Ends when it is told to, by whomever, without asking its windows: one that cannot be closed to a tray says no."""

    def __init__(self) -> None:
        # Both names are read once: by the platform plugin, and by panels and notification daemons for our icon.
        QGuiApplication.setDesktopFileName("watchbell")
        super().__init__(["watchbell"])
        self.setApplicationName("Watchbell")
        self.setQuitOnLastWindowClosed(False)
        qInstallMessageHandler(_log_qt)
        gc.disable()  # the collector runs in whichever thread allocates, and would destroy QObjects there
        self._collecting = QTimer(self, interval=COLLECT_MS)
        self._collecting.timeout.connect(self._collect)
        self._collecting.start()

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Quit:
            self.end()
            return True
        return super().event(event)

    @Slot()
    def end(self) -> None:
        """Leave `exec` at the next turn of the loop; also where it has not begun yet, or in the middle of something."""
        QTimer.singleShot(0, self, self._leave)

    @Slot()
    def _leave(self) -> None:
        self.exit()

    @Slot()
    def _collect(self) -> None:
        gc.collect()


@contextmanager
def ended_by_signals(application: Application) -> Iterator[None]:
    """SIGINT and SIGTERM end the application in order.

    Python runs its handlers only when the interpreter is at work, which in Qt's loop it is not: a byte
    through a socket wakes it.
    """
    reading, writing = socket.socketpair()
    with closing(reading), closing(writing):
        reading.setblocking(False)
        writing.setblocking(False)
        awake = QSocketNotifier(reading.fileno(), QSocketNotifier.Type.Read)
        awake.activated.connect(lambda: reading.recv(64))

        def heard(number: int, frame: FrameType | None) -> None:
            application.end()

        former = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
        before = {number: signal.signal(number, heard) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(former)
            awake.setEnabled(False)


def _log_qt(kind: QtMsgType, context: QMessageLogContext, message: str | None) -> None:
    logging.getLogger("qt").log(_LEVELS.get(kind, logging.ERROR), "%s", message)
