"""The demo world runs: real servers on ports of 127.0.0.1, on a loop and a daemon thread of their own."""

from __future__ import annotations

import asyncio
import logging
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import AsyncExitStack
from functools import partial
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
        async with AsyncExitStack() as servers:
            end, ports = asyncio.Event(), {}
            try:
                seal = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
                seal.load_cert_chain(self._certificate)
                for inhabitant in TOWN:
                    server = await asyncio.start_server(partial(self._visit, inhabitant, seal), "127.0.0.1", 0)
                    servers.callback(server.close)
                    ports[inhabitant.id] = server.sockets[0].getsockname()[1]
            except Exception as error:  # noqa: BLE001 - raised again where `start` waits
                self._begun.set_exception(error)
                return
            self._begun.set_result((asyncio.get_running_loop(), end, ports))
            await end.wait()

    async def _visit(
        self, inhabitant: Inhabitant, seal: ssl.SSLContext, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                if inhabitant.tls:
                    await writer.start_tls(seal)  # here and not in start_server, so that a handshake is a visit too
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
