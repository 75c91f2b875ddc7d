"""The tray host and the notification daemon as a real session bus shows them; no display is needed for that."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from trayapp.desktop.surroundings import NotificationServer, Surroundings, look_around
from trayapp.desktop.trayhost import WATCHER, watch_tray_host

pytestmark = pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="needs dbus-daemon")

WITHIN = 20.0

# Owns the name it is told, answers what a watcher or a notification daemon is asked, and ends with its input.
SERVER = """
import sys, threading
from jeepney import DBusAddress, HeaderFields, MessageType, message_bus, new_method_return
from jeepney.io.blocking import open_dbus_connection
bus, name, host = sys.argv[1:]
REPLIES = {
    "Get": ("v", (("b", host == "host"),)),
    "GetServerInformation": ("ssss", ("Te\\u202est", "Tes\\nters", "1" * 500, "1.2")),
    "GetCapabilities": ("as", (["body", "actions"],)),
}
connection = open_dbus_connection(bus)
connection.send_and_get_reply(message_bus.RequestName(name, 4))
print("owned", flush=True)
def serve():
    while True:
        message = connection.receive()
        if message.header.message_type is MessageType.method_call:
            signature, body = REPLIES[message.header.fields[HeaderFields.member]]
            connection.send(new_method_return(message, signature, body))
threading.Thread(target=serve, daemon=True).start()
sys.stdin.read()
"""


class Bus:
    """A private session bus that can die and come back at the same address."""

    def __init__(self, folder: Path) -> None:
        self.address = f"unix:path={folder / 'bus'}"
        self._config = folder / "bus.conf"
        self._config.write_text(
            "<busconfig><type>session</type>"
            f"<listen>{self.address}</listen><auth>EXTERNAL</auth>"
            '<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>'
            '<allow own="*"/></policy></busconfig>'
        )
        self.start()

    def start(self) -> None:
        self.daemon = subprocess.Popen(
            ["dbus-daemon", f"--config-file={self._config}", "--nofork", "--print-address=1"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.daemon.stdout is not None
        assert self.daemon.stdout.readline()

    def stop(self) -> None:
        self.daemon.kill()
        self.daemon.wait(WITHIN)
        assert self.daemon.stdout is not None
        self.daemon.stdout.close()
        Path(self.address.removeprefix("unix:path=")).unlink(missing_ok=True)

    @contextmanager
    def owner_of(self, name: str, host: str = "host") -> Iterator[subprocess.Popen[str]]:
        with subprocess.Popen(
            [sys.executable, "-c", SERVER, self.address, name, host],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "owned\n"
            yield process
            process.kill()


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[Bus]:
    started = Bus(tmp_path)
    yield started
    started.stop()


class Watching:
    """What `watch_tray_host` tells, one after the other, without its pauses."""

    def __init__(self, address: str) -> None:
        self.told: asyncio.Queue[bool] = asyncio.Queue()
        self.pauses: asyncio.Queue[float] = asyncio.Queue()
        self._task = asyncio.create_task(watch_tray_host(self.told.put_nowait, address, self._pause))

    async def _pause(self, seconds: float) -> None:
        self.pauses.put_nowait(seconds)
        await asyncio.sleep(0.01)

    async def next(self) -> bool:
        return await asyncio.wait_for(self.told.get(), WITHIN)

    async def end(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


def test_a_panel_that_comes_goes_and_comes_again_is_told_each_time(bus: Bus) -> None:
    async def story() -> None:
        watching = Watching(bus.address)
        assert await watching.next() is False
        for _ in range(3):
            with bus.owner_of(WATCHER):
                assert await watching.next() is True
            assert await watching.next() is False
        await watching.end()
        assert watching.told.empty()

    asyncio.run(story())


def test_a_panel_that_is_there_already_is_told_at_first(bus: Bus) -> None:
    async def story() -> None:
        watching = Watching(bus.address)
        assert await watching.next() is True
        await watching.end()

    with bus.owner_of(WATCHER):
        asyncio.run(story())


def test_a_panel_that_takes_over_from_another_is_told_as_gone_and_back(bus: Bus) -> None:
    async def story() -> None:
        watching = Watching(bus.address)
        assert await watching.next() is True
        first.kill()
        assert [await watching.next(), await watching.next()] == [False, True]
        await watching.end()

    # The second waits in the bus's queue for the name and gets it in the moment the first lets go.
    with bus.owner_of(WATCHER) as first:
        queued = SERVER.replace("RequestName(name, 4)", "RequestName(name, 0)")
        with subprocess.Popen(
            [sys.executable, "-c", queued, bus.address, WATCHER, "host"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as second:
            assert second.stdout is not None
            assert second.stdout.readline() == "owned\n"
            asyncio.run(story())
            second.kill()


def test_other_names_on_the_bus_are_nobodys_business(bus: Bus) -> None:
    async def story() -> None:
        watching = Watching(bus.address)
        assert await watching.next() is False
        with bus.owner_of("org.example.Other"), bus.owner_of(WATCHER):
            assert await watching.next() is True
        await watching.end()

    asyncio.run(story())


def test_a_bus_that_dies_takes_the_panel_with_it_and_both_come_back(bus: Bus) -> None:
    async def story() -> None:
        watching = Watching(bus.address)
        with bus.owner_of(WATCHER):
            assert await watching.next() is True
            bus.stop()
            assert await watching.next() is False
        bus.start()
        with bus.owner_of(WATCHER):
            assert await watching.next() is True
        await watching.end()

    asyncio.run(story())


def test_without_a_bus_there_is_no_panel_and_asking_grows_rare(tmp_path: Path) -> None:
    async def story() -> None:
        watching = Watching(f"unix:path={tmp_path / 'none'}")
        assert await watching.next() is False
        pauses = [await asyncio.wait_for(watching.pauses.get(), WITHIN) for _ in range(8)]
        assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
        await watching.end()
        assert watching.told.empty()

    asyncio.run(story())


def test_no_address_for_a_bus_is_survived(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)

    async def story() -> None:
        watching = Watching("SESSION")
        assert await watching.next() is False
        await watching.end()
        assert (await look_around()).session_bus is False

    asyncio.run(story())


def test_the_doctor_sees_a_tray_and_a_notification_daemon(bus: Bus) -> None:
    with bus.owner_of(WATCHER), bus.owner_of("org.freedesktop.Notifications"):
        seen = asyncio.run(look_around(bus.address))
    server = NotificationServer("Test", "Tes ters", "1" * 59 + "…", ("actions", "body"))
    assert seen == Surroundings(session_bus=True, tray_host=True, notifications=server)


def test_the_doctor_says_what_is_missing(bus: Bus) -> None:
    seen = asyncio.run(look_around(bus.address))
    assert (seen.session_bus, seen.tray_host, seen.notifications) == (True, False, None)
    assert [sentence.split(":")[0] for sentence in seen.missing] == [
        "No panel shows StatusNotifier icons",
        "No desktop notifications",
    ]


def test_a_watcher_without_a_host_is_no_tray(bus: Bus) -> None:
    with bus.owner_of(WATCHER, host="none"):
        seen = asyncio.run(look_around(bus.address))
    assert not seen.tray_host
    assert "No panel shows StatusNotifier icons: there is a watcher and no host" in seen.missing


def test_a_stopped_notification_daemon_costs_two_seconds_and_a_sentence(bus: Bus) -> None:
    with bus.owner_of("org.freedesktop.Notifications") as daemon:
        os.kill(daemon.pid, signal.SIGSTOP)
        seen = asyncio.run(look_around(bus.address))
        os.kill(daemon.pid, signal.SIGCONT)
    assert seen.notifications is None
    assert "No desktop notifications: no answer within 2 s" in seen.missing


def test_a_stopped_bus_costs_two_seconds_and_a_sentence(bus: Bus) -> None:
    os.kill(bus.daemon.pid, signal.SIGSTOP)
    seen = asyncio.run(look_around(bus.address))
    os.kill(bus.daemon.pid, signal.SIGCONT)
    assert seen == Surroundings(missing=("No session bus: no answer within 2 s",))
