"""What the system says of sleep and of the lock on the screen: systemd-logind's signals (org.freedesktop.login1(5)).

Only hints. That the machine slept is proven by its clocks, a moment later; who never hears of a lock is merely
not told what he missed. Without a system bus or logind nothing is told, and nothing is wrong.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trayapp.alerts.notifier import CannotTell

if TYPE_CHECKING:
    from trayapp.alerts.sessionbus import SessionBus

DEADLINE = 2.0
"""Seconds for a connection or a call: a stopped daemon answers never."""

FIRST_RETRY, LAST_RETRY = 5.0, 600.0
"""Seconds until the bus is tried again, doubling from the first to the last."""

LOGIND = "org.freedesktop.login1"
_MANAGER = (LOGIND, "/org/freedesktop/login1", f"{LOGIND}.Manager")
_SESSION = f"{LOGIND}.Session"
_PROPERTIES = "org.freedesktop.DBus.Properties"

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Hints:
    """Who is told. `sleeping`: True just before the machine sleeps, False after. `locked`: whether the screen is."""

    sleeping: Callable[[bool], None]
    locked: Callable[[bool], None]


async def watch_power(
    hints: Hints, bus: str = "SYSTEM", pause: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Tell what logind says until cancelled; a state is told when it changes. `bus` is "SYSTEM" or an address."""
    locked = False

    def lock(now: bool) -> None:
        nonlocal locked
        if now is not locked:
            locked = now
            hints.locked(now)

    told = Hints(hints.sleeping, lock)
    wait = FIRST_RETRY
    while True:
        try:
            await _watch(bus, told)
            wait = FIRST_RETRY  # it was there and went away: it may be back soon
        except (CannotTell, TimeoutError) as reason:
            _logger.debug("nothing tells of sleep: %r", reason)
        lock(False)  # whoever cannot hear of the unlocking must not wait for it
        await pause(wait)
        wait = min(wait * 2, LAST_RETRY)


async def _watch(address: str, hints: Hints) -> None:
    """Tell until the bus goes away. Raises CannotTell or TimeoutError where it cannot be watched."""
    from trayapp.alerts.sessionbus import BUS, SessionBus  # noqa: PLC0415 - loads jeepney

    def on_signal(_sender: str, interface: str, member: str, body: tuple[Any, ...]) -> None:
        match interface, member, body:
            case _, "PrepareForSleep", (bool(begins),) if interface == _MANAGER[2]:
                hints.sleeping(begins)
            case _, "Lock" | "Unlock", () if interface == _SESSION:
                hints.locked(member == "Lock")
            case _, "PropertiesChanged", (str(of), dict(changed), _) if interface == _PROPERTIES and of == _SESSION:
                if "LockedHint" in changed:
                    hints.locked(bool(changed["LockedHint"][1]))

    async with asyncio.timeout(DEADLINE):
        bus = await SessionBus.connect(address, on_signal)
    try:
        async with asyncio.timeout(DEADLINE):
            rule = f"type='signal',sender='{LOGIND}'"
            await bus.call(BUS, "AddMatch", "s", f"{rule},interface='{_MANAGER[2]}',member='PrepareForSleep'")
            session = await _own_session(bus)
            if session is not None:
                await bus.call(BUS, "AddMatch", "s", f"{rule},path='{session}'")
                hints.locked(await _is_locked(bus, session))
        await bus.until_closed()
    finally:
        await bus.close()


async def _own_session(bus: SessionBus) -> str | None:
    """The path of the session that this process belongs to, or of the user's screen; None: there is none."""
    for method, signature, argument in (("GetSessionByPID", "u", os.getpid()), ("GetSession", "s", "auto")):
        try:
            (path,) = await bus.call(_MANAGER, method, signature, argument)
        except CannotTell as reason:
            _logger.debug("%s: %r", method, reason)
        else:
            return str(path)
    return None


async def _is_locked(bus: SessionBus, session: str) -> bool:
    try:
        ((_, locked),) = await bus.call((LOGIND, session, _PROPERTIES), "Get", "ss", _SESSION, "LockedHint")
    except CannotTell:
        return False  # older than systemd 230: only the signals tell
    return bool(locked)
