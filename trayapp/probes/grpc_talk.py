"""The conversation of one `grpc` check: Health/Check over HTTP/2, asked with the library `h2`.

How gRPC goes over HTTP/2 is described in grpc/doc/PROTOCOL-HTTP2.md; what is asked and said in it stands in
grpc_health.py.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    ResponseReceived,
    StreamEnded,
    StreamReset,
    TrailersReceived,
)
from h2.exceptions import ProtocolError

from trayapp import __version__
from trayapp.core.words import Finding, Outcome
from trayapp.probes.addresses import join_port
from trayapp.probes.base import Means
from trayapp.probes.causes import Misbehaved
from trayapp.probes.conversation import Closed, Conversation, conversation, shown
from trayapp.probes.encryption import context
from trayapp.probes.grpc import Grpc, check_grpc_url
from trayapp.probes.grpc_health import PATH, judge, request
from trayapp.probes.phases import Phases

MOST_READ = 64 * 1024
"""Bytes of the whole answer; a right one has some two hundred."""

_STREAM = 1
_HEAD, _LONGEST = 9, 16_384
"""Bytes before what is in a frame, and bytes of that at most (RFC 9113, sections 4.1 and 4.2)."""
_SETTINGS, _GOAWAY = 4, 7
_AFTER_OURS = _STREAM.to_bytes(4, "big")
_STRANGE = "what answers there does not speak HTTP/2"


@cache
def offering_http2(*, verify: bool) -> ssl.SSLContext:
    """The shared context of these checks: of what is offered in a handshake (ALPN) a context knows only one thing."""
    made = context()
    if not verify:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    made.set_alpn_protocols(["h2"])
    return made


async def talk_over(grpc: Grpc, means: Means, phases: Phases) -> Finding:
    """Asks and judges. Raises what a conversation raises, and CheckEnded for whatever is not SERVING."""
    encrypted, host, port = check_grpc_url(grpc.url)
    tls = offering_http2(verify=grpc.verify) if encrypted else None
    async with conversation(means, phases, host, port, tls) as talk:
        protocol = _request(grpc.service, host, port, encrypted=encrypted, seconds=means.timeout - phases.spent)
        talk.send(protocol.data_to_send())
        answer = await _hear(talk, protocol, phases)
        protocol.close_connection()
        talk.part(protocol.data_to_send())
        encryption = talk.encryption
    judge(answer.headers, bytes(answer.message), grpc.service)
    return Finding(Outcome.OK, details={"tls": encryption.version()} if encryption is not None else {})


def _request(service: str, host: str, port: int, *, encrypted: bool, seconds: float) -> H2Connection:
    protocol = H2Connection(H2Configuration(client_side=True))
    protocol.initiate_connection()
    headers = [
        (":method", "POST"),
        (":scheme", "https" if encrypted else "http"),
        (":path", PATH),
        (":authority", join_port(host, port)),
        ("te", "trailers"),
        ("content-type", "application/grpc"),
        ("grpc-timeout", f"{max(1, int(seconds * 1000))}m"),
        ("user-agent", f"Watchbell/{__version__}"),
    ]
    protocol.send_headers(_STREAM, headers)
    protocol.send_data(_STREAM, request(service), end_stream=True)
    return protocol


@dataclass(slots=True)
class _Answer:
    """What has come of it so far."""

    headers: dict[bytes, bytes] = field(default_factory=dict)
    message: bytearray = field(default_factory=bytearray)
    whole: bool = False


async def _hear(talk: Conversation, protocol: H2Connection, phases: Phases) -> _Answer:
    """Reads frame by frame until the answer is whole."""
    answer, heard, read = _Answer(), bytearray(), 0

    async def until(length: int) -> None:
        try:
            while len(heard) < length:
                heard.extend(await talk.some())
        except Closed as error:
            if heard or answer.headers:
                raise Misbehaved("protocol", "the server closed the connection in the middle of its answer") from error
            raise

    while not answer.whole:
        await until(_HEAD)
        length, kind = int.from_bytes(heard[:3], "big"), heard[3]
        if length > _LONGEST or (not read and kind != _SETTINGS):
            raise Misbehaved("protocol", _STRANGE + _quoted(heard, first=not read))
        await until(_HEAD + length)
        frame = bytes(heard[: _HEAD + length])
        del heard[: len(frame)]
        read += len(frame)
        if read > MOST_READ:
            raise Misbehaved("protocol", f"it sent more than {MOST_READ} bytes where fewer belong")
        if kind == _GOAWAY and frame[_HEAD:] >= _AFTER_OURS and not any(frame[_HEAD + 4 : _HEAD + 8]):
            continue  # it ends when it has answered us; the library would hear nothing more
        try:
            events = protocol.receive_data(frame)
        except (ProtocolError, UnicodeError) as error:
            raise Misbehaved("protocol", _STRANGE) from error
        _take_in(answer, events, protocol)
        if words := protocol.data_to_send():
            talk.send(words)
            phases.enter("body", doing="answer")  # its first byte has come
    return answer


def _quoted(heard: bytearray, *, first: bool) -> str:
    """What it said instead, if that is text."""
    return f': it said "{shown(bytes(heard))}"' if first and 0x20 < heard[0] < 0x7F else ""


def _take_in(answer: _Answer, events: Iterable[Event], protocol: H2Connection) -> None:
    for event in events:
        match event:
            case ResponseReceived() | TrailersReceived():
                answer.headers |= {bytes(name): bytes(value) for name, value in event.headers or ()}
                _refuse_pages(answer.headers)
            case DataReceived():
                answer.message += event.data or b""
                protocol.acknowledge_received_data(event.flow_controlled_length or 0, _STREAM)
            case StreamEnded():
                answer.whole = True
            case StreamReset():
                raise Misbehaved("grpc.reset", f"the server broke the call off (HTTP/2 error {_number(event)})")
            case ConnectionTerminated():
                raise Misbehaved("grpc.reset", f"the server takes no calls (HTTP/2 GOAWAY, error {_number(event)})")


def _refuse_pages(headers: dict[bytes, bytes]) -> None:
    """Misbehaved: whoever answers is a web server, or stands before the one that was asked."""
    status = headers.get(b":status", b"").decode("ascii", "replace")
    if not (len(status) == 3 and status.isascii() and status.isdigit()):
        raise Misbehaved("protocol", _STRANGE)
    if status in ("401", "403", "407"):
        raise Misbehaved("auth", f"HTTP {status}: the server lets nobody in without credentials")
    if status != "200":
        raise Misbehaved("grpc.http", f"HTTP {status} instead of an answer in gRPC")
    if not headers.get(b"content-type", b"").startswith(b"application/grpc"):
        raise Misbehaved("protocol", "what answers there speaks HTTP/2 and no gRPC")


def _number(event: StreamReset | ConnectionTerminated) -> str:
    code = event.error_code
    return f"{int(code)}" if code is not None else "unknown"
