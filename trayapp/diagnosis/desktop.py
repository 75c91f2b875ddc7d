"""What the desktop offers: a display, a place for the icon, notifications, a keyring, word of sleep and locks."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator

from trayapp.alerts.notifier import CannotTell
from trayapp.config.places import Places
from trayapp.config.secrets import Secrets
from trayapp.config.vault import NO_KEYRING
from trayapp.desktop.power import DEADLINE, LOGIND
from trayapp.desktop.surroundings import Surroundings, look_around
from trayapp.diagnosis.row import Row
from trayapp.probes.base import SecretUnavailable

NEVER_KEPT = "watchbell-doctor"
"""A name under which no secret is ever kept: asking for it tells whether the keyring answers."""


def rows(places: Places, *, display: bool) -> Iterator[Row]:
    yield _display(display)
    yield from examine_desktop()
    yield _keyring(places)
    if sys.platform.startswith("linux"):
        yield _logind()


def examine_desktop() -> list[Row]:
    """What can show an icon and a notification here. Other systems than Linux always can, and are not asked."""
    return list(_desktop(asyncio.run(look_around()))) if sys.platform.startswith("linux") else []


def _display(display: bool) -> Row:
    if display:
        return Row("Display", True, os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY") or "there")
    return Row("Display", False, "none", "`watchbell run` watches in the terminal instead")


def _desktop(around: Surroundings) -> Iterator[Row]:
    missing = {sentence.partition(": ")[0]: sentence.partition(": ")[2] for sentence in around.missing}
    if not around.session_bus:
        why = missing.get("No session bus", "").removeprefix("there is no session bus: ")
        yield Row("Session bus", False, f"none ({why})", "log in to a desktop, or start under dbus-run-session")
        return
    yield Row("Session bus", True, "there")
    if around.tray_host:
        yield Row("Tray", True, "a panel shows StatusNotifier icons")
    else:
        advice = "an older tray is used if there is one, else a window; on GNOME install the AppIndicator extension"
        yield Row("Tray", False, "no panel shows StatusNotifier icons", advice)
    server = around.notifications
    if server is None:
        advice = "install a notification daemon such as dunst; until then the tray and the window tell"
        yield Row("Notifications", False, "nobody shows desktop notifications", advice)
    else:
        can = "with buttons" if "actions" in server.capabilities else "without buttons"
        yield Row("Notifications", True, f"{server.name} {server.version}, {can}")


def _keyring(places: Places) -> Row:
    try:
        Secrets(places.keyring_service).get(NEVER_KEPT)
    except SecretUnavailable as answer:
        if answer.cause == "config.secret_missing":
            return Row("Keyring", True, "answers")
        advice = "" if answer.cause != NO_KEYRING else "needed only for services with passwords or tokens"
        return Row("Keyring", False, answer.message, advice)
    return Row("Keyring", True, "answers")


def _logind() -> Row:
    """Only a hint to us: without it nothing is wrong."""
    if asyncio.run(_tells()):
        return Row("Sleep and locks", True, "systemd-logind tells of them")
    advice = "sleep is proven by the clocks all the same; of a locked screen nothing is known"
    return Row("Sleep and locks", True, "nobody tells of them (no systemd-logind)", advice)


async def _tells() -> bool:
    from trayapp.alerts.sessionbus import BUS, SessionBus  # noqa: PLC0415 - loads jeepney

    try:
        async with asyncio.timeout(DEADLINE):
            bus = await SessionBus.connect("SYSTEM", lambda *_signal: None)
            try:
                (there,) = await bus.call(BUS, "NameHasOwner", "s", LOGIND)
            finally:
                await bus.close()
    except (CannotTell, TimeoutError):
        return False
    return bool(there)
