"""What the system offers to a program that checks: trusted authorities, clocks, a time zone, pings."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import available_timezones

from trayapp.diagnosis.row import Row
from trayapp.probes.icmp import FORBIDDEN, may_ping

CLOCK_STEP = 0.02
"""Seconds by which wall and monotonic clock may drift apart while we look."""


def rows() -> Iterator[Row]:
    yield _certificates()
    yield _clock()
    yield _zone()
    yield _icmp()


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


def _icmp() -> Row:
    if may_ping():
        return Row("Ping", True, "allowed")
    return Row("Ping", False, *FORBIDDEN.split("; ", 1))
