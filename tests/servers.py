"""Servers for the tests: real ones on loopback, each in a thread or process of its own.

Every one is a context manager with a `port`; none needs a fixture:

    with HttpServer(body=b"fine") as server:
        server.status = 503          # changed while it runs
        server.stop()                # pulls the plug: connections are refused
        server.start()               # on the same port again
        server.requests[-1].headers["user-agent"]
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import random
import socket
import ssl
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""What a raw server does with one connection, which is cut when it returns."""


_PORTS = list(range(10_000, 32_000))
"""Below those that the kernel gives to outgoing connections, which would take one that is free only for a moment."""

random.Random(time.time_ns()).shuffle(_PORTS)
_ports = itertools.cycle(_PORTS)


def free_port(host: str = "127.0.0.1") -> int:
    """A TCP port of this machine that nobody holds at the moment, and that was not given out of late."""
    for port in _ports:
        with contextlib.suppress(OSError), socket.create_server((host, port), family=_family(host)):
            return port
    raise AssertionError("the ports never end")


def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Returns when the condition holds; AssertionError when it does not within the given seconds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.005)


@contextlib.contextmanager
def closed_port() -> Iterator[int]:
    """A port that refuses connections and that nobody else can take meanwhile."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


@contextlib.contextmanager
def silent_port() -> Iterator[int]:
    """A port whose kernel drops every SYN: its backlog is full and nobody accepts."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            pending = stack.enter_context(socket.socket())
            pending.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                pending.connect(listener.getsockname())
        yield listener.getsockname()[1]


def reset(writer: asyncio.StreamWriter) -> None:
    """Makes the cut that follows a TCP reset instead of an orderly end."""
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class RawServer:
    """A TCP (or TLS) server that does with every connection what the given coroutine says.

    `accepted` counts the connections so far.
    """

    def __init__(
        self, behave: Behaviour, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1", port: int = 0
    ) -> None:
        self.host = host
        self.port = port or free_port(host)
        self.accepted = 0
        self._behave = behave
        self._tls = tls
        self._thread: threading.Thread | None = None
        self._conversations: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop
        self._plug: asyncio.Event

    @property
    def open(self) -> int:
        """Connections that are still there."""
        return len(self._conversations)

    def start(self) -> None:
        """Listens, on the port it had before if there was one."""
        ready = threading.Event()
        failed: list[BaseException] = []

        def run() -> None:
            try:
                asyncio.run(self._serve(ready))
            except BaseException as error:  # handed to the starter, or seen by no one's silence
                failed.append(error)
                ready.set()
                raise

        self._thread = threading.Thread(target=run, name=type(self).__name__, daemon=True)
        self._thread.start()
        ready.wait()
        if failed:
            raise failed[0]

    def stop(self) -> None:
        """Pulls the plug: every connection is cut, new ones are refused."""
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._plug.set)
            self._thread.join(10)
            assert not self._thread.is_alive(), "a server's behaviour did not end"
            self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def _serve(self, ready: threading.Event) -> None:
        # Not asyncio.start_server: a connection that arrives while it closes is leaked by it.
        self._loop = asyncio.get_running_loop()
        self._plug = asyncio.Event()
        with socket.create_server((self.host, self.port), family=_family(self.host), backlog=100) as listener:
            listener.setblocking(False)
            self._loop.add_reader(listener, self._accept, listener)
            ready.set()
            await self._plug.wait()
            self._loop.remove_reader(listener)
        await asyncio.sleep(0)  # a conversation begins before it is ended, or its connection would be left open
        for conversation in self._conversations:
            conversation.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    def _accept(self, listener: socket.socket) -> None:
        connection, _ = listener.accept()
        connection.setblocking(False)
        self.accepted += 1
        conversation = self._loop.create_task(self._converse(connection))
        self._conversations.add(conversation)
        conversation.add_done_callback(self._conversations.discard)

    async def _converse(self, connection: socket.socket) -> None:
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        try:
            transport, _ = await self._loop.connect_accepted_socket(lambda: protocol, connection, ssl=self._tls)
        except OSError:
            return  # a handshake that the other side did not like
        writer = asyncio.StreamWriter(transport, protocol, reader, self._loop)
        try:
            await self._behave(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the other side left, or the plug was pulled
        finally:
            writer.transport.abort()


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


async def read_head(reader: asyncio.StreamReader) -> bytes:
    """The request up to the empty line."""
    return await reader.readuntil(b"\r\n\r\n")


async def pause(reader: asyncio.StreamReader, seconds: float) -> None:
    """Waits, but for no one: ConnectionResetError as soon as the other side has left."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while await reader.read(65536):
                pass
        raise ConnectionResetError


def saying(*parts: bytes | float, hold: bool = False) -> Behaviour:
    """Reads a request, then sends the parts in order; a number is a pause in seconds.

    `hold` keeps the connection open afterwards until the other side leaves.
    """

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        for part in parts:
            if isinstance(part, bytes):
                writer.write(part)
                await writer.drain()
            else:
                await pause(reader, part)
        if hold:
            await reader.read()
        else:
            await hang_up(reader, writer)

    return behave


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Ends our direction in order, and waits for the other side to do so, so that nothing sent is lost to a reset."""
    if writer.can_write_eof():
        writer.write_eof()
    else:
        writer.close()
    while await reader.read(65536):
        pass


@dataclass(frozen=True)
class Asked:
    """One request as it arrived. Header names are lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What to answer."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0


class HttpServer(RawServer):
    """A well-behaved HTTP/1.1 server, one request per connection, changed by setting its attributes while it runs.

    `answer` decides per request instead, where it is given. `requests` are all that arrived.
    """

    def __init__(
        self,
        status: int = 200,
        body: bytes = b"ok",
        *,
        headers: Mapping[str, str] | None = None,
        delay: float = 0.0,
        answer: Callable[[Asked], Reply] | None = None,
        tls: ssl.SSLContext | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        super().__init__(self._talk, tls=tls, host=host, port=port)
        self.status = status
        self.body = body
        self.headers = dict(headers or {})
        self.delay = delay
        self.requests: list[Asked] = []
        self.answer = answer or self._as_set

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://{self.host}:{self.port}/"

    def _as_set(self, _asked: Asked) -> Reply:
        return Reply(self.status, self.body, dict(self.headers), self.delay)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = (await read_head(reader)).decode("latin-1").split("\r\n")
        method, path, _version = lines[0].split(" ", 2)
        headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)
        }
        asked = Asked(method, path, headers, await reader.readexactly(int(headers.get("content-length", "0"))))
        self.requests.append(asked)
        reply = self.answer(asked)
        if reply.delay:
            await pause(reader, reply.delay)
        head = {"Content-Length": str(len(reply.body)), "Connection": "close", **reply.headers}
        text = f"HTTP/1.1 {reply.status} Said\r\n" + "".join(f"{name}: {value}\r\n" for name, value in head.items())
        writer.write(text.encode("latin-1") + b"\r\n" + (b"" if method == "HEAD" else reply.body))
        await writer.drain()
        await hang_up(reader, writer)


class Nginx:
    """A real nginx with a folder of its own. `locations` is what stands inside its server block.

    `tls` is a certificate chain and its key, both PEM. `workers` are the ids of its worker processes.
    """

    def __init__(
        self, locations: str = 'location / { return 200 "ok"; }', tls: tuple[bytes, bytes] | None = None
    ) -> None:
        self.port = free_port()
        self._locations = locations
        self._tls = tls
        self._folder = tempfile.TemporaryDirectory(prefix="nginx-")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}/"

    @property
    def workers(self) -> list[int]:
        assert self._process is not None
        pid = self._process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def __enter__(self) -> Self:
        folder = Path(self._folder.name)
        (folder / "nginx.conf").write_text(self._configuration(folder))
        command = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
        environment = {**os.environ, "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin"}
        self._process = subprocess.Popen(command, env=environment)
        until(lambda: self._answers() and self.workers)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(10)
        self._folder.cleanup()

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (Path(self._folder.name) / "error.log").read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _configuration(self, folder: Path) -> str:
        listen = f"listen 127.0.0.1:{self.port}"
        if self._tls is not None:
            (folder / "chain.pem").write_bytes(self._tls[0])
            (folder / "key.pem").write_bytes(self._tls[1])
            listen += f" ssl; ssl_certificate {folder}/chain.pem; ssl_certificate_key {folder}/key.pem"
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        places = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
        user = "user root;" if os.geteuid() == 0 else ""
        return f"""{user} daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
            events {{ worker_connections 256; }}
            http {{ access_log off; {places} server {{ {listen}; {self._locations} }} }}"""
