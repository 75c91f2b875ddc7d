"""The demo world runs: real servers on ports of 127.0.0.1, on a loop and a daemon thread of their own."""

from __future__ import annotations

import asyncio
import logging
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from trayapp.demo.town import TOWN, Inhabitant, live

PATIENCE = 10.0
"""Seconds for a visitor to say what it wants, and for the world to begin and to end."""

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

_logger = logging.getLogger(__name__)


class World:
    """Servers for everybody in town. `certificate` is a file with the post office's certificate and key."""

    def __init__(self, certificate: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._certificate = certificate
        self._clock = clock
        self._birth = clock()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="demo world", daemon=True)
        self._servers: dict[str, asyncio.Server] = {}
        self._visits: set[asyncio.Task[None]] = set()

    def start(self) -> Mapping[str, int]:
        """Begin; returns the ports by service id. OSError: this machine has none for us, or no certificate."""
        self._birth = self._clock()
        self._thread.start()
        try:
            return asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(PATIENCE)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End, with whatever is just being answered. The world cannot begin again."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(PATIENCE)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(PATIENCE)
        self._loop.close()

    async def _open(self) -> Mapping[str, int]:
        seal = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        seal.load_cert_chain(self._certificate)
        for inhabitant in TOWN:
            tls = seal if inhabitant.tls else None
            door = self._door_of(inhabitant)
            self._servers[inhabitant.id] = await asyncio.start_server(door, "127.0.0.1", 0, ssl=tls)
        return {id_: server.sockets[0].getsockname()[1] for id_, server in self._servers.items()}

    async def _close(self) -> None:
        for server in self._servers.values():
            server.close()
        for visit in self._visits:
            visit.cancel()
        await asyncio.gather(*self._visits, return_exceptions=True)

    def _door_of(self, inhabitant: Inhabitant) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]:
        def enter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            visit = self._loop.create_task(self._visit(inhabitant, reader, writer))
            self._visits.add(visit)
            visit.add_done_callback(self._visits.discard)

        return enter

    async def _visit(self, inhabitant: Inhabitant, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await live(inhabitant, lambda: self._clock() - self._birth, reader, writer)
                writer.close()
                await writer.wait_closed()
        except (OSError, EOFError, asyncio.LimitOverrunError) as error:
            _logger.debug("a visit to the %s broke off: %r", inhabitant.name, error)
        finally:
            writer.transport.abort()


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
