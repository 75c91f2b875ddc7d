"""Letting in those who call us: one small HTTP server for each place where a heartbeat is expected.

GET, HEAD or POST /beat/TOKEN says that all is well, and what else it may say stands in probes/calls.py. Whatever comes
is bounded, answered in a line and cut.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import socket
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, TypeAlias

from trayapp.core.words import Service
from trayapp.desktop.reception import Crowd, receive
from trayapp.probes.calls import MOST_BODY as MOST_KEPT
from trayapp.probes.calls import Call, read
from trayapp.probes.heartbeat import Heartbeat
from trayapp.probes.heartbeats import Heard, Heartbeats, Place

MOST_CALLERS = 32
MOST_HEAD = 8 * 1024
"""Bytes of a request up to its body, of which nothing is read but what must be to part in peace."""
MOST_BODY = 64 * 1024

PATIENCE = 5.0
"""Seconds for one call."""

BODY_PATIENCE = 2.0
"""Seconds for its body: a call counts all the same when that does not come."""

_REQUEST = re.compile(rb"([A-Z]{1,20}) (\S{1,6000}) HTTP/1\.[01]\r\n")
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,18})[ \t]*\r\n", re.IGNORECASE)
_ASKS_FIRST = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)
_METHODS = frozenset({b"GET", b"HEAD", b"POST"})

_ANSWERS = {
    Heard.EXPECTED: (b"200 OK", b"heard"),
    Heard.UNKNOWN: (b"404 Not Found", b"nobody expects this call"),
    Heard.EARLY: (b"503 Service Unavailable", b"not ready yet"),
}

Supervised: TypeAlias = Callable[[Coroutine[Any, Any, None], str], "asyncio.Task[None]"]

log = logging.getLogger("trayapp.engine")


class Listening:
    """The open places. Belongs to the engine's loop; `supervised` makes its tasks."""

    def __init__(self, board: Heartbeats, supervised: Supervised) -> None:
        self._board = board
        self._supervised = supervised
        self._open: dict[Place, asyncio.Task[None]] = {}
        self._failed: dict[Place, str] = {}

    def keep(self, services: Iterable[Service]) -> None:
        """Listen where these expect calls, and nowhere else. To be called every few seconds: what failed is retried."""
        probes = [service.probe for service in services if service.enabled]
        lines = {probe.line for probe in probes if isinstance(probe, Heartbeat)}
        self._board.keep(lines)
        places = {line.place for line in lines}
        for place in self._open.keys() - places:
            self._open.pop(place).cancel()
        for place in self._failed.keys() - places:
            del self._failed[place]
        for place in places - self._open.keys():
            self._listen(place)

    def close(self) -> None:
        """Let nobody in any more."""
        self.keep(())

    def _listen(self, place: Place) -> None:
        try:
            listening = _bound(place)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else error
            why = f"nobody can call port {place.port} of {place.host}: {reason}"
            if self._failed.get(place) != why:
                log.warning("%s", why)
            self._failed[place] = why
            self._board.closed(place, why)
            return
        self._failed.pop(place, None)

        crowd = Crowd(lambda: self._board.turned_away(place))

        async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._hear(place, crowd, reader, writer)

        letting_in = receive(listening, visit, at_most=MOST_CALLERS, limit=MOST_HEAD, crowd=crowd)
        task = self._supervised(letting_in, "listening for calls")
        task.add_done_callback(lambda _: self._ended(place, task, listening))
        self._open[place] = task
        self._board.opened(place)

    def _ended(self, place: Place, task: asyncio.Task[None], listening: socket.socket) -> None:
        listening.close()
        if self._open.get(place) is task:
            del self._open[place]
            self._board.closed(place, f"nobody listens to port {place.port} of {place.host} just now")

    async def _hear(
        self, place: Place, crowd: Crowd, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """One call. OSError (TimeoutError too), EOFError and LimitOverrunError: it was none."""
        async with asyncio.timeout(PATIENCE):
            head = await reader.readuntil(b"\r\n\r\n")
            call = _read(head)
            if isinstance(call, Call):
                answer = await self._take(place, call, head, crowd, reader, writer)
            else:
                answer = call
            writer.write(answer)
            await writer.drain()
            if writer.can_write_eof():
                writer.write_eof()
            left = MOST_BODY
            while left > 0 and (read := await reader.read(left)):  # cut before, it might lose the answer
                left -= len(read)

    async def _take(
        self,
        place: Place,
        call: Call,
        head: bytes,
        crowd: Crowd,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> bytes:
        """The answer to a call, which is heard with what comes along if it is expected."""
        heard, task = self._board.expects(place, call.token), asyncio.current_task()
        if heard is Heard.EXPECTED and task is not None:
            crowd.heard.add(task)
            try:
                body = await _body(head, reader, writer)
            finally:
                crowd.heard.discard(task)
            heard = self._board.call(place, call.with_body(body))
        retry = b"Retry-After: 10\r\n" if heard is Heard.EARLY else b""
        return _reply(*_ANSWERS[heard], retry, body=not head.startswith(b"HEAD "))


def _read(head: bytes) -> Call | bytes:
    """What a request calls for, or the answer that refuses it."""
    request = _REQUEST.match(head)
    if request is None:
        return _reply(b"400 Bad Request", b"that is no HTTP request")
    if request[1] not in _METHODS:
        return _reply(b"405 Method Not Allowed", b"GET, HEAD or POST", b"Allow: GET, HEAD, POST\r\n")
    body = request[1] != b"HEAD"
    try:
        call = read(request[2])
    except ValueError as fault:
        return _reply(b"400 Bad Request", str(fault).encode("ascii", "replace"), body=body)
    return call or _reply(*_ANSWERS[Heard.UNKNOWN], body=body)


async def _body(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    """The beginning of what comes along, as far as it comes in time."""
    length = _LENGTH.search(head)
    left = min(int(length[1]), MOST_KEPT) if length is not None and head.startswith(b"POST ") else 0
    came = bytearray()
    if left and _ASKS_FIRST.search(head):
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    try:
        async with asyncio.timeout(BODY_PATIENCE):
            while len(came) < left and (more := await reader.read(left - len(came))):
                came += more
    except OSError as broken:  # TimeoutError too: the call has come, and says enough
        log.debug("a body did not come whole: %r", broken)
    return bytes(came)


def _bound(place: Place) -> socket.socket:
    six = ":" in place.host
    both = place.host == "::" and socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if six else socket.AF_INET
    return socket.create_server((place.host, place.port), family=family, dualstack_ipv6=both)


def _reply(status: bytes, words: bytes, more: bytes = b"", *, body: bool = True) -> bytes:
    head = b"HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n" % (status, len(words) + 1)
    return head + more + b"Cache-Control: no-store\r\nConnection: close\r\n\r\n" + (words + b"\n" if body else b"")
