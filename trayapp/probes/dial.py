"""From a name to a connected socket: the first two phases of nearly every check."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections import Counter
from collections.abc import Sequence
from typing import Any, cast

from aiohappyeyeballs import start_connection

from trayapp.probes.base import AddrInfo, Means
from trayapp.probes.causes import NO_ADDRESS, Misbehaved, said
from trayapp.probes.phases import Phases

HEAD_START = 0.25
"""Seconds that one address has before the next is tried beside it (RFC 8305, section 5)."""

MOST_ADDRESSES = 8
"""Of each family; a name with thousands of them is not worth more attempts than one with a few."""


NAMES = {socket.AF_INET: "IPv4", socket.AF_INET6: "IPv6"}

FAMILIES = {"4": socket.AF_INET, "6": socket.AF_INET6}
"""The kinds of address that can be insisted on."""


async def dial(means: Means, phases: Phases, host: str, port: int, ip: str = "auto") -> socket.socket:
    """A non-blocking socket connected to the first address that accepts. The caller closes it.

    `host` is an address or a name in ASCII; `ip` is auto, or 4 or 6 for addresses of that kind alone.
    Raises OSError (gaierror for the name), and Misbehaved `dns.no_address` where there is none of that kind.
    """
    phases.host = host
    phases.enter("dns")
    resolved = await means.resolve(host, port)
    phases.found(resolved)
    addresses = _first_few(_of_kind(resolved, ip, host))
    if not addresses:
        raise socket.gaierror(NO_ADDRESS, "the name has no address")
    phases.enter("connect")
    race = _Race()
    if len(addresses) == 1:
        phases.address = addresses[0][4][0]
        connection = await _connect(addresses[0])
    else:
        loop = cast("asyncio.AbstractEventLoop", race)  # nothing but `sock_connect` is asked of it
        connection = await start_connection(addresses, happy_eyeballs_delay=HEAD_START, interleave=1, loop=loop)
    try:
        peer = connection.getpeername()
    except OSError:
        return connection  # accepted and cut again already: whoever reads from it will see how
    # TCP's simultaneous open: a free local port dialled from itself answers itself.
    if peer == connection.getsockname():
        connection.close()
        raise ConnectionRefusedError(errno.ECONNREFUSED, "connected to itself")
    phases.address = peer[0]
    preferred = socket.AddressFamily(addresses[0][0])
    if connection.family != preferred:
        failure = race.failed.get(preferred)
        why = "not connected in time" if failure is None else said(failure)
        phases.aside[NAMES[preferred].lower()] = f"broken: {why}"
    return connection


class _Race:
    """The running loop, for connections that race; `failed` is how the first of each kind of address failed."""

    def __init__(self) -> None:
        self.failed: dict[int, OSError] = {}

    async def sock_connect(self, racing: socket.socket, place: Any) -> None:
        try:
            await asyncio.get_running_loop().sock_connect(racing, place)
        except OSError as error:
            self.failed.setdefault(racing.family, error)
            raise


async def _connect(address: AddrInfo) -> socket.socket:
    """Nothing to race where there is only one."""
    family, kind, protocol, _, place = address
    connection = socket.socket(family, kind, protocol)
    try:
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, place)
    except BaseException:
        connection.close()
        raise
    return connection


def _of_kind(addresses: Sequence[AddrInfo], ip: str, host: str) -> Sequence[AddrInfo]:
    if ip == "auto":
        return addresses
    kept = [address for address in addresses if address[0] == FAMILIES[ip]]
    if addresses and not kept:
        raise Misbehaved("dns.no_address", f"{host} has no IPv{ip} address")
    return kept


def _first_few(addresses: Sequence[AddrInfo]) -> list[AddrInfo]:
    seen: Counter[int] = Counter()
    kept = []
    for address in addresses:
        seen[address[0]] += 1
        if seen[address[0]] <= MOST_ADDRESSES:
            kept.append(address)
    return kept
