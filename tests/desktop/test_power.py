"""What logind says of sleep and locks, on a real bus of its own, with a logind that says what the test wants."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.desktop.test_trayhost import WITHIN, Bus
from trayapp.desktop.power import FIRST_RETRY, Hints, watch_power

# Owns logind's name. A word on its input is a signal that it sends; with "none" this process has no session.
LOGIND_HERE = """
import sys, threading
from jeepney import DBusAddress, HeaderFields, MessageType, message_bus, new_error, new_method_return, new_signal
from jeepney.io.blocking import open_dbus_connection
bus, sessions = sys.argv[1:]
connection = open_dbus_connection(bus)
connection.send_and_get_reply(message_bus.RequestName("org.freedesktop.login1", 4))
MANAGER = DBusAddress("/org/freedesktop/login1", interface="org.freedesktop.login1.Manager")
SESSION = DBusAddress("/org/freedesktop/login1/session/_31", interface="org.freedesktop.login1.Session")
OTHER = DBusAddress("/org/freedesktop/login1/session/_32", interface="org.freedesktop.login1.Session")
PROPERTIES = DBusAddress(SESSION.object_path, interface="org.freedesktop.DBus.Properties")
def hint(now):
    return PROPERTIES, "PropertiesChanged", "sa{sv}as", (SESSION.interface, {"LockedHint": ("b", now)}, [])
SIGNALS = {
    "sleep": (MANAGER, "PrepareForSleep", "b", (True,)), "wake": (MANAGER, "PrepareForSleep", "b", (False,)),
    "lock": (SESSION, "Lock", None, ()), "unlock": (SESSION, "Unlock", None, ()), "other": (OTHER, "Lock", None, ()),
    "hint": hint(True), "unhint": hint(False),
}
print("owned", flush=True)
def serve():
    while True:
        message = connection.receive()
        if message.header.message_type is MessageType.method_call:
            method = message.header.fields[HeaderFields.member]
            if method == "Get":
                reply = new_method_return(message, "v", (("b", sessions == "locked"),))
            elif sessions == "none" or method == "GetSessionByPID":
                reply = new_error(message, "org.freedesktop.login1.NoSessionForPID")
            else:
                reply = new_method_return(message, "o", (SESSION.object_path,))
            connection.send(reply)
            if method == "Get" or sessions == "none":
                print("asked", flush=True)
threading.Thread(target=serve, daemon=True).start()
for line in sys.stdin:
    connection.send(new_signal(*SIGNALS[line.strip()]))
"""


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[Bus]:
    started = Bus(tmp_path)
    yield started
    started.stop()


class Logind:
    def __init__(self, bus: Bus, sessions: str = "one") -> None:
        argv = [sys.executable, "-c", LOGIND_HERE, bus.address, sessions]
        self._process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.heard() == "owned"

    def heard(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def say(self, *signals: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.writelines(f"{signal}\n" for signal in signals)
        self._process.stdin.flush()

    def __enter__(self) -> Logind:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()


@contextlib.asynccontextmanager
async def listening(address: str) -> AsyncIterator[asyncio.Queue[str]]:
    """What is told, in words; "pause" and its seconds where nothing can be heard."""
    told: asyncio.Queue[str] = asyncio.Queue()

    async def pause(seconds: float) -> None:
        told.put_nowait(f"pause {seconds:g}")
        await asyncio.sleep(0.05)

    hints = Hints(
        lambda begins: told.put_nowait("sleeping" if begins else "awake"),
        lambda now: told.put_nowait("locked" if now else "unlocked"),
    )
    task = asyncio.create_task(watch_power(hints, address, pause))
    try:
        yield told
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def words(told: asyncio.Queue[str], count: int) -> list[str]:
    async with asyncio.timeout(WITHIN):
        return [await told.get() for _ in range(count)]


def test_sleep_and_waking_are_told(bus: Bus) -> None:
    async def story() -> None:
        async with listening(bus.address) as told:
            await asyncio.to_thread(logind.heard)
            logind.say("sleep", "wake")
            assert await words(told, 2) == ["sleeping", "awake"]

    with Logind(bus) as logind:
        asyncio.run(story())


def test_a_lock_is_told_once_however_it_is_said_and_those_of_other_sessions_are_not(bus: Bus) -> None:
    async def story() -> None:
        async with listening(bus.address) as told:
            await asyncio.to_thread(logind.heard)
            logind.say("other", "lock", "hint", "unhint", "unlock", "hint", "sleep")
            assert await words(told, 4) == ["locked", "unlocked", "locked", "sleeping"]

    with Logind(bus) as logind:
        asyncio.run(story())


def test_a_screen_that_is_locked_already_is_told_at_first(bus: Bus) -> None:
    async def story() -> None:
        async with listening(bus.address) as told:
            assert await words(told, 1) == ["locked"]

    with Logind(bus, "locked"):
        asyncio.run(story())


def test_without_a_session_only_sleep_is_told(bus: Bus) -> None:
    async def story() -> None:
        async with listening(bus.address) as told:
            for _ in range(2):
                await asyncio.to_thread(logind.heard)
            logind.say("lock", "sleep")
            assert await words(told, 1) == ["sleeping"]

    with Logind(bus, "none") as logind:
        asyncio.run(story())


def test_a_logind_that_begins_later_is_heard(bus: Bus) -> None:
    async def story() -> None:
        async with listening(bus.address) as told:
            await asyncio.sleep(0.2)
            with Logind(bus) as logind:
                for _ in range(20):
                    logind.say("sleep")
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(1):
                            assert await told.get() == "sleeping"
                            return
                raise AssertionError("never heard")

    asyncio.run(story())


@pytest.mark.parametrize("address", ["unix:path=/nowhere/at/all", "nonsense"])
def test_without_a_system_bus_nothing_is_told_and_it_is_tried_again_ever_more_seldom(address: str) -> None:
    async def story() -> None:
        async with listening(address) as told:
            assert await words(told, 3) == [f"pause {FIRST_RETRY * 2**n:g}" for n in range(3)]

    asyncio.run(story())


def test_when_the_bus_dies_a_lock_does_not_last_for_ever(bus: Bus) -> None:
    async def story() -> None:
        async with listening(bus.address) as told:
            with Logind(bus, "locked"):
                assert await words(told, 1) == ["locked"]
                bus.stop()
                assert await words(told, 2) == ["unlocked", f"pause {FIRST_RETRY:g}"]
            bus.start()

    asyncio.run(story())
