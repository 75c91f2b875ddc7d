"""The conversation of one `websocket` check: open, send what is to be sent, hear the answer, part.

The library `websockets` knows the handshake and the frames; connecting, reading and every bound are ours.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import SplitResult

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidURI, PayloadTooBig
from websockets.frames import Frame, Opcode
from websockets.typing import Origin
from websockets.uri import parse_uri

from trayapp import __version__
from trayapp.core.reasons import TURNED_AWAY
from trayapp.core.wording import plain
from trayapp.core.words import Finding, Outcome
from trayapp.probes.addresses import check_host, join_port
from trayapp.probes.base import Means
from trayapp.probes.causes import CheckEnded, Misbehaved, Misconfigured, Obstructed
from trayapp.probes.conversation import Closed, Conversation, conversation, shown
from trayapp.probes.encryption import trusted
from trayapp.probes.phases import Phases
from trayapp.probes.turned_away import STATUSES, reason, sentence
from trayapp.probes.websocket import Websocket, check_websocket_url

MOST_HEAD = 64 * 1024
"""Bytes of the answer to the handshake."""

MOST_HEADERS, GLIMPSE = 100, 0.3
"""Headers, and seconds for them, of an answer that opens no WebSocket."""

MOST_MESSAGE = 1024 * 1024
"""Bytes of one message."""

MOST_READ = 4 * 1024 * 1024
"""Bytes of all frames: a busy server may say much before it answers."""

MOST_FRAMES = 10_000
"""Of those: millions of empty ones would fit into the bytes, and cost more to take apart than they are worth."""

_PING = b"watchbell"
_STATUS = re.compile(rb"HTTP/1\.[01] (\d\d\d)[ \r]")
_QUOTED = 80


async def talk_over(websocket: Websocket, means: Means, phases: Phases) -> Finding:
    """Asks and judges. Raises what a conversation raises, and Misbehaved for what does not answer as it should."""
    parts = check_websocket_url(websocket.url)
    words = (await means.reveal(websocket.send)).encode() if websocket.send else b""
    host = check_host(parts.hostname or "")
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    protocol = _protocol(parts, host, port, websocket.origin)
    context = (trusted(means, verify=websocket.verify)) if secure else None
    async with conversation(means, phases, host, port, context) as talk:
        await _open(talk, protocol, websocket.turned_away)
        frames = _Frames(talk, protocol, phases, quoting=not words)
        if words:
            protocol.send_text(words)
        if websocket.expect:
            await _hear(frames, websocket.expect)
        else:
            protocol.send_ping(_PING)
            frame = await frames.next()
            while frame.opcode is not Opcode.PONG or bytes(frame.data) != _PING:
                frame = await frames.next()
        protocol.send_close(1000)
        talk.part(b"".join(protocol.data_to_send()))
        encryption = talk.encryption
        return Finding(Outcome.OK, details={"tls": encryption.version()} if encryption is not None else {})


def _protocol(parts: SplitResult, host: str, port: int, origin: str) -> ClientProtocol:
    scheme = "wss" if parts.scheme == "https" else "ws"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        where = parse_uri(f"{scheme}://{join_port(host, port)}{path}")
    except (InvalidURI, ValueError) as error:
        raise Misconfigured("config.invalid", "the address is none that a WebSocket can have") from error
    return ClientProtocol(where, origin=Origin(origin) if origin else None, max_size=MOST_MESSAGE)


async def _open(talk: Conversation, protocol: ClientProtocol, turned_away: str) -> None:
    """The opening handshake (section 4). Misbehaved: the server did not agree to it. Obstructed: with us alone."""
    request = protocol.connect()
    request.headers["User-Agent"] = f"Watchbell/{__version__}"
    protocol.send_request(request)
    talk.send(b"".join(protocol.data_to_send()))
    head = await talk.until(b"\n", MOST_HEAD)
    status = _STATUS.match(head)
    if status is None:
        raise Misbehaved("protocol", f'what answers there is no web server: it said "{shown(head)}"')
    code = int(status[1])
    if code in STATUSES and turned_away == "unknown" and (why := reason(code, await _headers(talk), "")):
        raise Obstructed(TURNED_AWAY, sentence(code, why))
    if code in (401, 403, 407):
        raise Misbehaved("auth", f"HTTP {code}: it lets nobody in who comes without credentials, or from this origin")
    if code != 101:  # what comes with it may never end, and is not waited for
        raise Misbehaved("websocket.status", f"HTTP {code} instead of a WebSocket")
    while not head.endswith((b"\r\n\r\n", b"\n\n")):
        head += await talk.until(b"\n", MOST_HEAD)
        if len(head) > MOST_HEAD:
            raise Misbehaved("protocol", f"its answer has more than {MOST_HEAD} bytes of headers")
    protocol.receive_data(head)
    protocol.events_received()
    if protocol.handshake_exc is not None:
        raise Misbehaved("protocol", "it agrees to a WebSocket, but not as RFC 6455 has it") from protocol.handshake_exc


async def _headers(talk: Conversation) -> Mapping[str, str]:
    """Those of an answer that is no WebSocket, by their names in lower case, as far as they come soon."""
    headers: dict[str, str] = {}
    with suppress(TimeoutError, OSError, CheckEnded):
        async with asyncio.timeout(GLIMPSE):
            while len(headers) < MOST_HEADERS and (line := (await talk.until(b"\n", MOST_HEAD)).strip()):
                name, _, value = line.decode("latin-1").partition(":")
                headers[name.lower()] = value
    return headers


async def _hear(frames: _Frames, expected: str) -> None:
    """Reads until a message has these words. Misbehaved `websocket.expect`: it closed, or said too much, without."""
    words = expected.encode()
    quoted = expected if len(expected) <= _QUOTED else f"{expected[: _QUOTED - 1]}…"
    message = bytearray()
    while True:
        frame = await frames.next(without=f' without "{quoted}"')
        if frame.opcode in (Opcode.TEXT, Opcode.BINARY):
            message.clear()
        elif frame.opcode is not Opcode.CONT:
            continue
        message += frame.data
        if frame.fin and words in message:
            return


class _Frames:
    """What comes over an open WebSocket. After something secret was sent nothing of it is quoted."""

    def __init__(self, talk: Conversation, protocol: ClientProtocol, phases: Phases, *, quoting: bool) -> None:
        self._talk = talk
        self._protocol = protocol
        self._phases = phases
        self._quoting = quoting
        self._come: deque[Frame] = deque()
        self._read = 0
        self._count = 0

    async def next(self, without: str = "") -> Frame:
        """The next frame, answering pings on the way. Misbehaved: there is none; `without` says what was missed."""
        while True:
            self._say()
            if self._come:
                return self._come.popleft()
            self._judge(without)
            try:
                received = await self._talk.some()
            except Closed as error:
                raise Misbehaved(
                    "websocket.closed", f"it cut the WebSocket short{without or ', without an answer'}"
                ) from error
            self._read += len(received)
            self._protocol.receive_data(received)
            events = self._protocol.events_received()
            self._count += len(events)
            self._come.extend(event for event in events if isinstance(event, Frame))

    def _say(self) -> None:
        words = b"".join(self._protocol.data_to_send())
        if words:
            self._talk.send(words)
            self._phases.enter("body", doing="answer")  # its first byte was that of the handshake

    def _judge(self, without: str) -> None:
        protocol = self._protocol
        if isinstance(protocol.parser_exc, PayloadTooBig):
            raise Misbehaved("protocol", f"it sent a message of more than {MOST_MESSAGE // 1024} KiB")
        if protocol.parser_exc is not None:
            raise Misbehaved("protocol", "it sent what is no frame of a WebSocket") from protocol.parser_exc
        if protocol.close_rcvd is not None:
            close = protocol.close_rcvd
            why = f" ({plain(close.reason, _QUOTED)})" if close.reason and self._quoting else ""
            raise Misbehaved("websocket.closed", f"it closed the WebSocket with code {close.code}{why}{without}")
        if self._read > MOST_READ or self._count > MOST_FRAMES:
            raise Misbehaved("websocket.expect", f"it says more than anybody can hear{without or ', and no answer'}")
