"""What the system offers to a program that checks: trusted authorities, clocks, a time zone, pings."""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import available_timezones

from trayapp.diagnosis.row import Row

CLOCK_STEP = 0.02
"""Seconds by which wall and monotonic clock may drift apart while we look."""

PING_RANGE = Path("/proc/sys/net/ipv4/ping_group_range")


def rows() -> Iterator[Row]:
    yield _certificates()
    yield _clock()
    yield _zone()
    yield from _icmp()


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


def _zone() -> Row:
    """The zone of this computer, for whatever names none, and those that services.toml may name."""
    here = datetime.now().astimezone()
    offset = f"{here:%z}"
    now = f"UTC{offset[:3]}:{offset[3:5]} ({here.tzname()}), where it is {here:%H:%M}"
    if available_timezones():
        return Row("Time zone", True, now)
    return Row("Time zone", False, f"{now}; no other is known here", "to name zones in services.toml install tzdata")


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
