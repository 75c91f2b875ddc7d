"""Whether the desktop has a place for a StatusNotifier icon, now and whenever that changes.

Qt looks once, when the icon is made. A panel that starts later, or restarts, is noticed here, so that the icon can be
made anew (a program started before its panel never gets one otherwise).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from trayapp.alerts.notifier import CannotTell

if TYPE_CHECKING:
    from trayapp.alerts.sessionbus import SessionBus

WATCHER = "org.kde.StatusNotifierWatcher"

DEADLINE = 2.0
"""Seconds for a connection or a call: a stopped daemon answers never."""

FIRST_RETRY, LAST_RETRY = 1.0, 60.0
"""Seconds until the bus is tried again, doubling from the first to the last."""

_logger = logging.getLogger(__name__)


async def watch_tray_host(
    told: Callable[[bool], None],
    bus: str = "SESSION",
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Call `told` with whether there is a watcher, at first and at every change, until cancelled.

    A watcher that restarts is told as False, True. `bus` is "SESSION" or an address. Without a bus there is none; it is
    tried again after a while.
    """
    present: bool | None = None

    def tell(now: bool) -> None:
        nonlocal present
        if now is not present:
            present = now
            told(now)

    wait = FIRST_RETRY
    while True:
        try:
            await _watch(bus, tell)
            wait = FIRST_RETRY  # it was there and went away: it may be back soon
        except (CannotTell, TimeoutError) as reason:
            _logger.debug("no session bus to watch for a tray: %r", reason)
        tell(False)
        await pause(wait)
        wait = min(wait * 2, LAST_RETRY)


async def _watch(address: str, tell: Callable[[bool], None]) -> None:
    """Tell until the bus goes away. Raises CannotTell or TimeoutError where it cannot be watched."""
    from trayapp.alerts.sessionbus import BUS, SessionBus  # noqa: PLC0415 - loads jeepney

    def on_signal(sender: str, interface: str, member: str, body: tuple[Any, ...]) -> None:
        match member, body:
            case "NameOwnerChanged", (str(name), str(before), str(after)) if name == WATCHER and (
                sender,
                interface,
            ) == (BUS[0], BUS[2]):
                if before and after:
                    tell(False)  # one took over from another: our icon is not on the new one
                tell(bool(after))

    async with asyncio.timeout(DEADLINE):
        bus = await SessionBus.connect(address, on_signal)
    try:
        async with asyncio.timeout(DEADLINE):
            rule = f"type='signal',sender='{BUS[0]}',interface='{BUS[2]}',member='NameOwnerChanged',arg0='{WATCHER}'"
            await bus.call(BUS, "AddMatch", "s", rule)
            (has_owner,) = await bus.call(BUS, "NameHasOwner", "s", WATCHER)
        tell(bool(has_owner))
        await bus.until_closed()
    finally:
        await bus.close()
