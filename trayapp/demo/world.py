"""The demo world runs: real servers on ports of 127.0.0.1, on a loop and a daemon thread of their own."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import Future
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from trayapp.demo.town import TOWN, Inhabitant, live
from trayapp.desktop.reception import receive

PATIENCE = 10.0
"""Seconds for a visitor to say what it wants, and for the world to begin and to end."""

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
        self._begun: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event, Mapping[str, int]]] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._exist()), name="demo world", daemon=True)

    def start(self) -> Mapping[str, int]:
        """Begin; returns the ports by service id. OSError: this machine has none for us, or no certificate."""
        self._birth = self._clock()
        self._thread.start()
        _loop, _end, ports = self._begun.result(PATIENCE)
        return ports

    def stop(self) -> None:
        """End, with whatever is just being answered. The world cannot begin again."""
        loop, end, _ports = self._begun.result(PATIENCE)
        loop.call_soon_threadsafe(end.set)
        self._thread.join(PATIENCE)

    async def _exist(self) -> None:
        end, ports = asyncio.Event(), {}
        async with AsyncExitStack() as doors:
            try:
                seal = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
                seal.load_cert_chain(self._certificate)
                for inhabitant in TOWN:
                    listening = doors.enter_context(socket.create_server(("127.0.0.1", 0)))
                    ports[inhabitant.id] = listening.getsockname()[1]
                    await doors.enter_async_context(self._open(inhabitant, listening, seal))
            except Exception as error:  # noqa: BLE001 - raised again where `start` waits
                self._begun.set_exception(error)
                return
            self._begun.set_result((asyncio.get_running_loop(), end, ports))
            await end.wait()

    @asynccontextmanager
    async def _open(
        self, inhabitant: Inhabitant, listening: socket.socket, seal: ssl.SSLContext
    ) -> AsyncIterator[None]:
        async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            async with asyncio.timeout(PATIENCE):
                await live(inhabitant, lambda: self._clock() - self._birth, reader, writer)

        tls = seal if inhabitant.tls else None
        receiving = asyncio.create_task(receive(listening, visit, at_most=CROWD, seal=tls))
        try:
            yield
        finally:
            receiving.cancel()
            await asyncio.wait((receiving,))


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
