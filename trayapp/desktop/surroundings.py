"""What this desktop offers: asked once, for `watchbell doctor` and for whoever chooses where to show things."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trayapp.alerts.notifier import CannotTell
from trayapp.core.wording import plain
from trayapp.desktop.trayhost import DEADLINE, WATCHER

if TYPE_CHECKING:
    from trayapp.alerts.sessionbus import Peer, SessionBus

NOTIFICATIONS = ("org.freedesktop.Notifications", "/org/freedesktop/Notifications", "org.freedesktop.Notifications")


@dataclass(frozen=True, slots=True)
class NotificationServer:
    """What a notification daemon says of itself; its words are cleaned and cut."""

    name: str
    vendor: str
    version: str
    capabilities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`tray_host`: a panel shows StatusNotifier icons. `missing`: a sentence for each part that is not there."""

    session_bus: bool = False
    tray_host: bool = False
    notifications: NotificationServer | None = None
    missing: tuple[str, ...] = ()


async def look_around(bus: str = "SESSION") -> Surroundings:
    """What is there now, within three times two seconds. `bus` is "SESSION" or an address."""
    from trayapp.alerts.sessionbus import SessionBus  # noqa: PLC0415 - loads jeepney

    try:
        async with asyncio.timeout(DEADLINE):
            opened = await SessionBus.connect(bus, lambda *_signal: None)
    except (CannotTell, TimeoutError) as error:
        return Surroundings(missing=(_sentence("No session bus", error),))
    missing = []
    tray_host, notifications = False, None
    try:
        try:
            tray_host = await _tray_host(opened)
        except (CannotTell, TimeoutError) as error:
            missing.append(_sentence("No panel shows StatusNotifier icons", error))
        try:
            notifications = await _notifications(opened)
        except (CannotTell, TimeoutError) as error:
            missing.append(_sentence("No desktop notifications", error))
    finally:
        await opened.close()
    return Surroundings(True, tray_host, notifications, tuple(missing))


async def _tray_host(bus: SessionBus) -> bool:
    watcher: Peer = (WATCHER, "/StatusNotifierWatcher", "org.freedesktop.DBus.Properties")
    async with asyncio.timeout(DEADLINE):
        (registered,) = await bus.call(watcher, "Get", "ss", WATCHER, "IsStatusNotifierHostRegistered")
    if not registered[1]:  # a variant: (signature, value)
        raise CannotTell("there is a watcher and no host")
    return True


async def _notifications(bus: SessionBus) -> NotificationServer:
    async with asyncio.timeout(DEADLINE):
        name, vendor, version, *_specification = await bus.call(NOTIFICATIONS, "GetServerInformation")
        (capabilities,) = await bus.call(NOTIFICATIONS, "GetCapabilities")
    return NotificationServer(_word(name), _word(vendor), _word(version), tuple(sorted(map(_word, capabilities))[:50]))


def _word(said: Any) -> str:
    return plain(str(said), 60)


def _sentence(what: str, error: Exception) -> str:
    reason = f"no answer within {DEADLINE:g} s" if isinstance(error, TimeoutError) else plain(str(error))
    return f"{what}: {reason}"
