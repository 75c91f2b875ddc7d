"""What the tests of notifications share: things to tell, a notifier on a desk, and what the user did."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.desktop.parts import Desk, NotificationDaemon, until
from trayapp.alerts.freedesktop import FreedesktopNotifier
from trayapp.alerts.notifier import actions_for
from trayapp.core.words import Notification


def down(
    id_: int = 1, incident: int = 17, body: str = "HTTP 503 for 20 s", title: str = "Twitter is down"
) -> Notification:
    return Notification(id_, 0, "down", ("twitter",), incident, title, body, urgent=True)


def recovered(id_: int = 2, incident: int = 17) -> Notification:
    return Notification(id_, 0, "recovered", ("twitter",), incident, "Twitter is back", "It was down for 4 min")


@dataclass
class Clicks:
    """What the user did, as the program learns of it."""

    seen: list[tuple[int | None, tuple[str, ...], str]] = field(default_factory=list)

    def __call__(self, incident: int | None, services: tuple[str, ...], action: str, token: str | None) -> None:
        self.seen.append((incident, services, action))


@asynccontextmanager
async def notifier_on(desk: Desk, clicks: Clicks | None = None) -> AsyncIterator[FreedesktopNotifier]:
    notifier = FreedesktopNotifier(clicks or Clicks(), bus=desk.bus.address)
    try:
        yield notifier
    finally:
        async with asyncio.timeout(5):
            await notifier.close()


async def show(notifier: FreedesktopNotifier, *notifications: Notification) -> None:
    for notification in notifications:
        async with asyncio.timeout(10):
            await notifier.show(notification, actions_for(notification))


async def told(desk: Desk, *notifications: Notification) -> None:
    async with notifier_on(desk) as notifier:
        await show(notifier, *notifications)


class PlainDaemon(NotificationDaemon):
    """plain_daemon.py, with the capabilities it is given."""

    def __init__(self, desk: Desk, *capabilities: str) -> None:
        self.command = (sys.executable, str(Path(__file__).with_name("plain_daemon.py")), *capabilities)
        super().__init__(desk)


async def eventually(look: Callable[[], object], what: str) -> None:
    """`until` with the loop running meanwhile."""
    await asyncio.to_thread(until, look, what)
