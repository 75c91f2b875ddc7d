"""The one place where other threads hand something to Qt.

Everything that arrives here is passed on in the GUI thread, in which the bridge was made. Calls
come from any thread and never wait. A flood of snapshots costs the screen one repaint per turn
of its event loop: only the newest is delivered.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

from trayapp.core.words import Notification, Snapshot


@dataclass(frozen=True, slots=True)
class Raising:
    """Somebody wants the window: `token` is the desktop's leave to take the focus, `service` what to show in it."""

    token: str | None = None
    service: str | None = None


class Bridge(QObject):
    """Snapshots, messages and finished futures, from any thread to the GUI thread."""

    snapshot_changed = Signal(object)
    message_posted = Signal(object)
    raise_asked = Signal(object)
    tray_host_changed = Signal(bool)

    _snapshot_waits = Signal()
    _message_waits = Signal(object)
    _raise_waits = Signal(object)
    _future_done = Signal(object)
    _tray_host_waits = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._newest = Snapshot(0, 0)
        self._on_its_way = False
        self._receivers: dict[Future[Any], Callable[[Future[Any]], None]] = {}
        queued = Qt.ConnectionType.QueuedConnection
        self._snapshot_waits.connect(self._deliver_snapshot, queued)
        self._message_waits.connect(self._deliver_message, queued)
        self._raise_waits.connect(self._deliver_raising, queued)
        self._future_done.connect(self._deliver_future, queued)
        self._tray_host_waits.connect(self.tray_host_changed, queued)

    @property
    def newest(self) -> Snapshot:
        """What was posted last, for whoever comes later; before all of them, an empty one."""
        return self._newest

    def post_snapshot(self, snapshot: Snapshot) -> None:
        """From any thread: this is true now."""
        self._newest = snapshot
        if not self._on_its_way:
            self._on_its_way = True
            self._snapshot_waits.emit()

    def post_message(self, notification: Notification) -> None:
        """From any thread: show this with the means of the tray, or else of the window."""
        self._message_waits.emit(notification)

    def raise_window(self, token: str | None = None, service: str | None = None) -> None:
        """From any thread: show the window, and this service in it."""
        self._raise_waits.emit(Raising(token, service))

    def post_tray_host(self, present: bool) -> None:
        """From any thread: whether there is a StatusNotifier host, at first and whenever that changes."""
        self._tray_host_waits.emit(present)

    def when_done(self, future: Future[Any], receiver: Callable[[Future[Any]], None]) -> None:
        """From the GUI thread: call a method of a QObject, in the GUI thread, with the finished future.

        A receiver that was deleted meanwhile (its dialog is closed) is not called.
        """
        self._receivers[future] = receiver
        future.add_done_callback(self._future_done.emit)

    @Slot()
    def _deliver_snapshot(self) -> None:
        self._on_its_way = False  # before the newest is read, so that none posted from now on is missed
        self.snapshot_changed.emit(self._newest)

    @Slot(object)
    def _deliver_message(self, notification: Notification) -> None:
        self.message_posted.emit(notification)

    @Slot(object)
    def _deliver_raising(self, raising: Raising) -> None:
        self.raise_asked.emit(raising)

    @Slot(object)
    def _deliver_future(self, future: Future[Any]) -> None:
        receiver = self._receivers.pop(future)
        owner = getattr(receiver, "__self__", None)
        if not isinstance(owner, QObject) or shiboken6.isValid(owner):
            receiver(future)
