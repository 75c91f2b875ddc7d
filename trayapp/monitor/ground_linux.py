"""The ground on Linux: the kernel tells of links and routes, and says so when they change."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Callable
from pathlib import Path

from trayapp.monitor import rtnetlink
from trayapp.monitor.ground import Names
from trayapp.monitor.ground_portable import PortableGround, knock, source_to
from trayapp.monitor.nameserver import ask_name_servers
from trayapp.monitor.scene import Scene
from trayapp.probes.base import Means

RESOLV_CONF = Path("/etc/resolv.conf")

GATHER = 0.1
"""Seconds in which changes gather: a cable that is plugged in makes a dozen."""

GLANCE = 0.2
"""Seconds between two looks at what the kernel knows of a neighbour."""

PROBING = 7.0
"""Seconds that the kernel may take to ask anew a neighbour that it believes to know: it waits for 5 s first."""

log = logging.getLogger("trayapp.monitor")


class LinuxGround(PortableGround):
    """Falls back to what is portable where the kernel may not be asked, as in some sandboxes."""

    def __init__(self, means: Callable[[float], Means], resolv_conf: Path = RESOLV_CONF) -> None:
        super().__init__(means)
        self._resolv_conf = resolv_conf
        self._stale = True
        self._told = False
        self._scene = Scene()
        self._resolvers_as_of: tuple[int, int] | None = None
        self._listen: Callable[[], None] = _deaf

    def scene(self) -> Scene:
        self._listen()  # what the kernel has told already counts, though the loop was not free to hear it
        as_of = self._stamp()
        if self._stale or as_of != self._resolvers_as_of or not self._told:
            self._resolvers_as_of = as_of
            self._stale = False
            try:
                self._scene = Scene(rtnetlink.links(), self._resolvers())
            except OSError as error:
                log.debug("rtnetlink does not answer: %s", error)
                self._scene = Scene(super().scene().links, self._resolvers())
        return self._scene

    def link_to(self, address: str) -> str | None:
        own = source_to(address)
        for link in self.scene().links:
            if own is not None and any(str(held.ip) == own for held in link.addresses):
                return link.name
        return None

    def place(self, link: str) -> frozenset[str]:
        """The hardware addresses of its gateways."""
        found = self.scene().link(link)
        if found is None:
            return frozenset()
        try:
            known = rtnetlink.neighbours(link)
        except OSError:
            return frozenset()
        return frozenset(known[at].hardware for at in found.gateways if at in known) - {""}

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        loop = asyncio.get_running_loop()
        try:
            ears = rtnetlink.listener()
        except OSError as error:
            log.debug("rtnetlink does not tell of changes: %s", error)
            return lambda: None
        gathering: asyncio.TimerHandle | None = None

        def heard() -> None:
            nonlocal gathering
            if not self._drain(ears):
                return
            self._stale = True
            if gathering is None or gathering.when() <= loop.time():
                gathering = loop.call_later(GATHER, changed)

        def stop() -> None:
            self._told = False
            self._listen = _deaf
            loop.remove_reader(ears)
            ears.close()
            if gathering is not None:
                gathering.cancel()

        self._told = self._stale = True
        self._listen = heard
        loop.add_reader(ears, heard)
        return stop

    async def neighbour(self, link: str, address: str, patience: float) -> bool:
        """Answered a knock, or the kernel's own question, which no firewall keeps from a host on the link."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        knocking = loop.create_task(knock(address, PROBING, _index(link)), name="knock")
        try:
            while not knocking.done():
                await asyncio.wait([knocking], timeout=GLANCE)
                waited = loop.time() - began
                state, heard = self._known(link, address)
                if heard < waited:
                    return True
                if waited > (PROBING if state & rtnetlink.ASKING else patience):
                    return False
            return knocking.result()
        finally:
            knocking.cancel()

    async def names(self, below: str, patience: float) -> Names:
        return await ask_name_servers(self.scene().resolvers, below, patience)

    def _known(self, link: str, address: str) -> tuple[int, float]:
        """State of a neighbour, and seconds since it was heard; infinite where that would prove nothing."""
        try:
            neighbour = rtnetlink.neighbours(link).get(address)
        except OSError:
            return 0, float("inf")
        if neighbour is None or neighbour.state & (rtnetlink.UNRESOLVED | rtnetlink.FIXED):
            return 0, float("inf")
        return neighbour.state, neighbour.heard

    def _stamp(self) -> tuple[int, int] | None:
        try:
            found = os.stat(self._resolv_conf)  # noqa: PTH116 - a hundred thousand times in a long life
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino

    def _resolvers(self) -> tuple[str, ...]:
        """resolv.conf(5)."""
        try:
            text = self._resolv_conf.read_text(errors="replace")
        except OSError:
            return ()
        words = (line.split() for line in text.splitlines())
        return tuple(found[1] for found in words if len(found) > 1 and found[0] == "nameserver")

    @staticmethod
    def _drain(ears: socket.socket) -> bool:
        """Reads what there is; whether there was anything."""
        told = False
        try:
            while ears.recv(1 << 16):
                told = True
        except BlockingIOError:
            return told
        except OSError:  # more happened than the kernel kept for us (ENOBUFS): look again
            return True
        return told


def _index(link: str) -> int:
    """The number of a link; 0: there is none of this name any more."""
    try:
        return socket.if_nametoindex(link)
    except OSError:
        return 0


def _deaf() -> None:
    """Nobody tells of changes."""
