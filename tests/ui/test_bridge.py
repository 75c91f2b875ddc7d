from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import Any

from PySide6.QtCore import QObject, QThread, Slot
from pytestqt.qtbot import QtBot

from trayapp.core.words import Notification, Snapshot
from trayapp.ui.bridge import Bridge, Raising


class Listener(QObject):
    """Writes down what arrives, and in which thread."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.heard: list[Any] = []
        self.threads: set[QThread] = set()
        bridge.snapshot_changed.connect(self.hear)
        bridge.message_posted.connect(self.hear)
        bridge.raise_asked.connect(self.hear)

    @Slot(object)
    def hear(self, what: Any) -> None:
        self.heard.append(what)
        self.threads.add(QThread.currentThread())


def in_another_thread(act: Any) -> None:
    thread = threading.Thread(target=act)
    thread.start()
    thread.join()


def test_what_another_thread_posts_arrives_in_the_gui_thread(qtbot: QtBot) -> None:
    bridge = Bridge()
    listener = Listener(bridge)
    message = Notification(1, 0, "down", ("a",), 1, "A is down", "")
    in_another_thread(lambda: (bridge.post_message(message), bridge.raise_window("token", "a")))
    assert listener.heard == []
    qtbot.waitUntil(lambda: len(listener.heard) == 2)
    assert listener.heard == [message, Raising("token", "a")]
    assert listener.threads == {bridge.thread()}


def test_of_a_flood_of_snapshots_the_newest_alone_is_delivered(qtbot: QtBot) -> None:
    bridge = Bridge()
    listener = Listener(bridge)
    in_another_thread(lambda: [bridge.post_snapshot(Snapshot(version, 0)) for version in range(1000)])
    qtbot.waitUntil(lambda: bool(listener.heard))
    assert [snapshot.version for snapshot in listener.heard] == [999]


def test_under_a_steady_stream_versions_grow_and_the_last_one_arrives(qtbot: QtBot) -> None:
    bridge = Bridge()
    listener = Listener(bridge)
    thread = threading.Thread(target=lambda: [bridge.post_snapshot(Snapshot(version, 0)) for version in range(20_000)])
    thread.start()
    qtbot.waitUntil(lambda: bool(listener.heard) and listener.heard[-1].version == 19_999, timeout=20_000)
    thread.join()
    versions = [snapshot.version for snapshot in listener.heard]
    assert versions == sorted(set(versions))


def test_a_finished_future_reaches_its_receiver_in_the_gui_thread(qtbot: QtBot) -> None:
    bridge = Bridge()
    listener = Listener(bridge)
    future: Future[int] = Future()
    bridge.when_done(future, listener.hear)
    in_another_thread(lambda: future.set_result(42))
    qtbot.waitUntil(lambda: listener.heard == [future])
    assert listener.threads == {bridge.thread()}


def test_a_receiver_that_is_gone_is_not_called(qtbot: QtBot) -> None:
    bridge = Bridge()
    listener = Listener(bridge)
    heard = listener.heard
    future: Future[int] = Future()
    bridge.when_done(future, listener.hear)
    listener.deleteLater()
    qtbot.wait(20)
    in_another_thread(lambda: future.set_result(42))
    qtbot.wait(20)
    assert heard == []
