"""From a name to a connected socket: the first two phases of nearly every check."""

from __future__ import annotations

import errno
import socket
from collections import Counter
from collections.abc import Sequence

from aiohappyeyeballs import start_connection

from trayapp.probes.base import AddrInfo, Means
from trayapp.probes.phases import Phases

HEAD_START = 0.25
"""Seconds that one address has before the next is tried beside it (RFC 8305, section 5)."""

MOST_ADDRESSES = 8
"""Of each family; a name with thousands of them is not worth more attempts than one with a few."""


async def dial(means: Means, phases: Phases, host: str, port: int) -> socket.socket:
    """A non-blocking socket connected to the first address that accepts. The caller closes it.

    `host` is an address or a name in ASCII. Raises OSError (gaierror for the name).
    """
    phases.host = host
    phases.enter("dns")
    addresses = _first_few(await means.resolve(host, port))
    if not addresses:
        raise socket.gaierror(socket.EAI_NONAME, "the name has no address")
    phases.enter("connect")
    if len(addresses) == 1:
        phases.address = addresses[0][4][0]
    connection = await start_connection(addresses, happy_eyeballs_delay=HEAD_START, interleave=1)
    try:
        peer = connection.getpeername()
    except OSError:
        return connection  # accepted and cut again already: whoever reads from it will see how
    # TCP's simultaneous open: a free local port dialled from itself answers itself.
    if peer == connection.getsockname():
        connection.close()
        raise ConnectionRefusedError(errno.ECONNREFUSED, "connected to itself")
    phases.address = peer[0]
    return connection


def _first_few(addresses: Sequence[AddrInfo]) -> list[AddrInfo]:
    seen: Counter[int] = Counter()
    kept = []
    for address in addresses:
        seen[address[0]] += 1
        if seen[address[0]] <= MOST_ADDRESSES:
            kept.append(address)
    return kept
