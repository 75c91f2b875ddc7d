"""What this machine gives Watchbell: asked by `watchbell doctor` and by the settings' page about this machine."""

from __future__ import annotations

import asyncio
import os
import platform
import sqlite3
import ssl
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from trayapp import __version__
from trayapp.config.load import load_file
from trayapp.config.places import Places
from trayapp.config.secrets import Secrets
from trayapp.config.vault import NO_KEYRING
from trayapp.desktop.surroundings import Surroundings, look_around
from trayapp.history.faults import HistoryUnavailable
from trayapp.history.queries import Reader
from trayapp.monitor.clock import SystemClock
from trayapp.probes.base import SecretUnavailable

NEVER_KEPT = "watchbell-doctor"
"""A name under which no secret is ever kept: asking for it tells whether the keyring answers."""

CLOCK_STEP = 0.02
"""Seconds by which wall and monotonic clock may drift apart while we look."""

PING_RANGE = Path("/proc/sys/net/ipv4/ping_group_range")


@dataclass(frozen=True, slots=True)
class Row:
    """One part of the machine: what was found, whether that will do, and what to do if not."""

    part: str
    ok: bool
    found: str
    advice: str = ""


def examine(places: Places, *, display: bool) -> list[Row]:
    """Look at everything, within some ten seconds at most."""
    return [
        Row("Watchbell", True, f"{__version__} on Python {platform.python_version()}, {platform.system()}"),
        _display(display),
        *examine_desktop(),
        _keyring(places),
        _configuration(places),
        _history(places),
        _certificates(),
        _clock(),
        *_icmp(),
    ]


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
        why = missing.get("No session bus", "")
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


def _configuration(places: Places) -> Row:
    loaded = load_file(places.services_toml)
    count = len(loaded.settings.services) if loaded.settings is not None else 0
    if loaded.right:
        return Row("Configuration", True, f"{places.services_toml}: {count} service{'' if count == 1 else 's'}")
    return Row("Configuration", False, str(loaded.faults[0]), "`watchbell config check` lists every fault")


def _history(places: Places) -> Row:
    version = f"SQLite {sqlite3.sqlite_version}"
    try:
        Reader(places.history_db).latest(SystemClock().now())
    except HistoryUnavailable as fault:
        if not places.history_db.exists():
            return Row("History", True, f"{version}; nothing is remembered yet")
        return Row("History", False, f"{version}; {fault}")
    size = places.history_db.stat().st_size / 1_000_000
    return Row("History", True, f"{version}; {places.history_db}, {size:.1f} MB")


def _certificates() -> Row:
    trusted = len(ssl.create_default_context().get_ca_certs())
    where = ssl.get_default_verify_paths()
    if trusted or where.capath:
        return Row("Certificates", True, f"{ssl.OPENSSL_VERSION}, trusting {where.cafile or where.capath}")
    return Row("Certificates", False, "no authority is trusted", "install ca-certificates")


def _clock() -> Row:
    wall, steady = time.time(), time.monotonic()
    time.sleep(0.1)
    drift = (time.time() - wall) - (time.monotonic() - steady)
    if abs(drift) <= CLOCK_STEP:
        return Row("Clock", True, "wall and monotonic time agree")
    return Row("Clock", False, f"wall time moved by {drift:+.3f} s while we looked", "is something setting the clock?")


def _icmp() -> Iterator[Row]:
    """Linux alone asks for leave to ping."""
    if not PING_RANGE.exists():
        return
    low, high = map(int, PING_RANGE.read_text().split())
    if any(low <= group <= high for group in (os.getegid(), *os.getgroups())):
        yield Row("Ping", True, "allowed without privileges")
    else:
        advice = 'to allow it: sudo sysctl -w net.ipv4.ping_group_range="0 2147483647"'
        yield Row("Ping", True, "not allowed for your groups, and no probe needs it yet", advice)
