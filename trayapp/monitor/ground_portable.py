"""The ground on any system: what plain sockets tell of this machine, and every question to others.

It does not know links by their state, only through which address of ours the world would be reached;
and nothing tells it of changes, so its scene must be looked at now and then.
"""

from __future__ import annotations

import asyncio
import hashlib
import socket
from collections.abc import Callable
from ipaddress import ip_interface

from trayapp.monitor.ground import Names
from trayapp.monitor.nameserver import nonsense
from trayapp.monitor.scene import Link, Scene
from trayapp.probes.base import Means
from trayapp.probes.bounded import bound, within
from trayapp.probes.controls import Answer, Control, read
from trayapp.probes.encryption import unverifying

SOMEWHERE = ("192.0.2.1", "2001:db8::1")
"""Addresses that nobody has (RFC 5737, RFC 3849). Nothing is sent: the system only chooses a route."""

DOOR = 53
"""The port that is knocked at to see whether a neighbour is there: routers serve names, others refuse."""

WAY_OUT = "way out"
"""The name of the only link that is known here."""


class PortableGround:
    """`means` gives what a check is given, for the seconds it may take (probes.base.Means)."""

    def __init__(self, means: Callable[[float], Means]) -> None:
        self._means = means

    def scene(self) -> Scene:
        own = tuple(ip_interface(found) for far in SOMEWHERE if (found := source_to(far)) is not None)
        return Scene((Link(WAY_OUT, addresses=own, way_out=True),) if own else ())

    def link_to(self, address: str) -> str | None:
        return WAY_OUT if source_to(address) is not None else None

    def place(self, link: str) -> frozenset[str]:
        return frozenset()

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        return lambda: None

    async def neighbour(self, link: str, address: str, patience: float) -> bool:
        return await knock(address, patience)

    async def names(self, below: str, patience: float) -> Names:
        try:
            async with asyncio.timeout(patience):
                await self._means(patience).resolve(nonsense(below), 0)
        except socket.gaierror as error:
            return Names.OUTSIDE if error.errno == socket.EAI_NONAME else Names.SILENT
        except TimeoutError:
            return Names.SILENT
        return Names.LIED

    async def ask(self, control: Control, patience: float) -> Answer:
        if control.probe is None:
            return Answer.SILENT
        return read(control, await within(bound(patience), control.probe.check(self._means(patience))))

    async def certificate(self, host: str, port: int, patience: float) -> str:
        means = self._means(patience)
        try:
            async with asyncio.timeout(patience):
                (family, _, _, _, address), *_ = await means.resolve(host, port)
                _reader, writer = await asyncio.open_connection(
                    address[0], port, family=family, ssl=unverifying(), server_hostname=host
                )
        except (OSError, ValueError):
            return ""
        try:
            shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
            return hashlib.sha256(shown).hexdigest() if shown else ""
        finally:
            writer.transport.abort()


def source_to(address: str) -> str | None:
    """Our own address from which this one would be reached; None: there is no way. Sends nothing."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as dry:
        try:
            dry.connect((address, 9))
        except OSError:
            return None
        return str(dry.getsockname()[0])


async def knock(address: str, patience: float, link: int = 0) -> bool:
    """Whether somebody at this address accepts or refuses a connection; `link` is where a link-local one is meant."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as knocking:
        knocking.setblocking(False)
        try:
            async with asyncio.timeout(patience):
                where = (address, DOOR, 0, link) if family is socket.AF_INET6 else (address, DOOR)
                await asyncio.get_running_loop().sock_connect(knocking, where)
        except ConnectionRefusedError:
            return True
        except OSError:
            return False
        return True
