"""The demo world runs: real servers on ports of 127.0.0.1, on a loop and a daemon thread of their own."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import ExitStack
from pathlib import Path

from trayapp.demo.town import TOWN, Inhabitant, live
from trayapp.desktop.reception import receive

PATIENCE = 10.0
"""Seconds for a visitor to say what it wants, and for the world to end."""

CROWD = 100
"""Visitors of one inhabitant at once."""

HEAD = """\
# This is the demo: a small town on this machine that lives through outages. Nothing here leaves it.
# Your own services go into a file like this one; `watchbell config path` says where it is.
version = 1

[defaults]
interval = "3s"
timeout = "3s"
recheck_interval = "1s"
failure_threshold = 3
success_threshold = 2
network = "loopback"
"""


class World:
    """Servers for everybody in town. `certificate` is a file with the post office's certificate and key."""

    def __init__(self, certificate: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._certificate = certificate
        self._clock = clock
        self._birth = clock()
        self._end: Future[None] = Future()
        self._doors: dict[str, socket.socket] = {}
        self._thread = threading.Thread(target=lambda: asyncio.run(self._exist()), name="demo world", daemon=True)

    def start(self) -> Mapping[str, int]:
        """Begin; returns the ports by service id. OSError: this machine has none for us, or no certificate."""
        self._seal = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._seal.load_cert_chain(self._certificate)
        with ExitStack() as half_built:
            for inhabitant in TOWN:
                self._doors[inhabitant.id] = half_built.enter_context(socket.create_server(("127.0.0.1", 0)))
            half_built.pop_all()
        self._birth = self._clock()
        self._thread.start()
        return {id_: door.getsockname()[1] for id_, door in self._doors.items()}

    def stop(self) -> None:
        """End, with whatever is just being answered. The world cannot begin again."""
        self._end.set_result(None)
        self._thread.join(PATIENCE)
        for door in self._doors.values():
            door.close()

    async def _exist(self) -> None:
        _open = [asyncio.create_task(self._open(inhabitant)) for inhabitant in TOWN]
        await asyncio.wrap_future(self._end)
        # asyncio.run cancels what is open, and that ends the visits.

    async def _open(self, inhabitant: Inhabitant) -> None:
        async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            async with asyncio.timeout(PATIENCE):
                await live(inhabitant, lambda: self._clock() - self._birth, reader, writer)

        seal = self._seal if inhabitant.tls else None
        await receive(self._doors[inhabitant.id], visit, at_most=CROWD, seal=seal)


def services_toml(ports: Mapping[str, int]) -> str:
    """The text of a services.toml that watches this world, often enough to see it live."""
    return HEAD + "".join(_table(inhabitant, ports[inhabitant.id]) for inhabitant in TOWN)


def _table(inhabitant: Inhabitant, port: int) -> str:
    keys = {"name": f'"{inhabitant.name}"', "group": f'"{inhabitant.group}"', "note": f'"{inhabitant.note}"'}
    if inhabitant.reply is None:
        kind, target = "tcp", {"host": '"127.0.0.1"', "port": str(port)}
    else:
        scheme = "https" if inhabitant.tls else "http"
        kind, target = "http", {"url": f'"{scheme}://127.0.0.1:{port}/"'}
    return (
        f"\n[services.{inhabitant.id}]\n{_lines({**keys, **inhabitant.keys})}"
        f"\n[services.{inhabitant.id}.{kind}]\n{_lines({**target, **inhabitant.probe})}"
    )


def _lines(keys: Mapping[str, str]) -> str:
    return "".join(f"{key} = {value}\n" for key, value in keys.items())
