"""`grpc`: a real server with its health service, and servers that speak HTTP/2 as nobody should."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.probes.asking import ask
from tests.probes.cases.grpc import HEADERS, SERVES, SETTINGS, frame, literal, message, trailers
from tests.probes.certificates import AUTHORITY, pem
from tests.probes.real.health import GrpcHealth
from tests.servers import HttpServer, Nginx, RawServer
from trayapp.core.words import Blame, Finding, Outcome
from trayapp.probes import probe_for
from trayapp.probes.causes import Misbehaved
from trayapp.probes.grpc import Grpc
from trayapp.probes.grpc_health import status_in
from trayapp.probes.grpc_talk import offering_http2

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def at(port: int, service: str = "") -> Grpc:
    return Grpc(f"grpc://127.0.0.1:{port}", service)


def said_by(words: bytes, timeout: float = 5.0) -> Finding:
    """What is found where somebody says this, and listens on."""

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(24)
        writer.write(words)
        await reader.read()

    with RawServer(say) as server:
        return ask(at(server.port), timeout)


# A real server


@pytest.fixture(scope="module")
def health() -> Iterator[GrpcHealth]:
    with GrpcHealth() as server:
        yield server


@pytest.mark.parametrize("service", ["", "up"])
def test_what_serves_is_ok(health: GrpcHealth, service: str) -> None:
    finding = ask(at(health.port, service))
    assert (finding.outcome, finding.message, finding.answered) == (Outcome.OK, "", True)


@pytest.mark.parametrize(
    ("service", "cause", "message"),
    [
        ("down", "grpc.not_serving", 'the service "down" says that it does not serve'),
        ("unsure", "grpc.unknown", 'the service "unsure" does not know how it is'),
        ("no.such.v1.Thing", "grpc.not_found", 'the service "no.such.v1.Thing" is not known to the server'),
        ("ü" * 150, "grpc.not_found", f'the service "{"ü" * 79}…" is not known to the server'),
    ],
)
def test_what_does_not_serve_says_so(health: GrpcHealth, service: str, cause: str, message: str) -> None:
    finding = ask(at(health.port, service))
    assert (finding.outcome, finding.cause, finding.blame) == (Outcome.CRITICAL, cause, Blame.SERVICE)
    assert finding.message == message


def test_a_real_server_without_a_health_service_cannot_be_asked() -> None:
    with GrpcHealth(health=False) as server:
        finding = ask(at(server.port))
    assert (finding.outcome, finding.cause, finding.blame) == (Outcome.UNKNOWN, "grpc.unimplemented", Blame.CONFIG)
    assert finding.message == "it cannot be asked how it is: the server has no health service"


def test_a_real_server_over_tls_is_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with GrpcHealth(pem("127.0.0.1")) as server:
        probe = Grpc(f"grpcs://127.0.0.1:{server.port}")
        assert ask(probe).cause == "tls.unknown_ca"
        assert ask(replace(probe, verify=False)).outcome is Outcome.OK
        AUTHORITY.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))  # what this system trusts, for OpenSSL
        offering_http2.cache_clear()
        try:
            finding = ask(probe)
        finally:
            offering_http2.cache_clear()
        assert (finding.outcome, finding.details) == (Outcome.OK, {"tls": "TLSv1.3"})
        assert ask(at(server.port), 1).outcome is Outcome.CRITICAL  # in plain words it hears nothing


def test_a_real_server_that_stands_still_is_a_timeout() -> None:
    with GrpcHealth() as server, server.stopped():
        assert ask(at(server.port), 0.5).cause.startswith("timeout.")  # it may have said its first words by then


# What is no gRPC server


def test_a_web_server_is_none() -> None:
    with HttpServer() as server:
        finding = ask(at(server.port), 1)
    assert (finding.outcome, finding.blame) == (Outcome.CRITICAL, Blame.SERVICE)
    with Nginx() as nginx:
        finding = ask(at(nginx.port), 2)
    assert (finding.cause, finding.outcome) == ("protocol", Outcome.CRITICAL)
    assert finding.message.startswith('what answers there does not speak HTTP/2: it said "HTTP/1.1 400 Bad Request')


@pytest.mark.parametrize(
    ("status", "cause", "message"),
    [
        (b"404", "grpc.http", "HTTP 404 instead of an answer in gRPC"),
        (b"502", "grpc.http", "HTTP 502 instead of an answer in gRPC"),
        (b"302", "grpc.http", "HTTP 302 instead of an answer in gRPC"),
        (b"401", "auth", "HTTP 401: the server lets nobody in without credentials"),
        (b"200", "protocol", "what answers there speaks HTTP/2 and no gRPC"),
    ],
)
def test_a_page_over_http2_is_no_answer(status: bytes, cause: str, message: str) -> None:
    page = frame(1, 4, 1, literal(b":status", status) + literal(b"content-type", b"text/html"))
    finding = said_by(SETTINGS + page)
    assert (finding.cause, finding.message) == (cause, message)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", 'what answers there does not speak HTTP/2: it said "SSH-2.0-OpenSSH_9.2"'),
        (b"\0" * 9, "what answers there does not speak HTTP/2"),
        (b"\xff" * 100, "what answers there does not speak HTTP/2"),
        (SETTINGS + b"\xff" * 100, "what answers there does not speak HTTP/2"),
        (SETTINGS + frame(1, 4, 1, b"\xff\xff\xff\xff"), "what answers there does not speak HTTP/2"),
        (SETTINGS + frame(1, 4, 3, b"\x88"), "what answers there does not speak HTTP/2"),
        (SETTINGS + message(b"\x08\x01"), "what answers there does not speak HTTP/2"),  # before any headers
        (SETTINGS + frame(1, 4, 1, literal(b":status", b"\xff")), "what answers there does not speak HTTP/2"),
        (SETTINGS * 10_000, "it sent more than 65536 bytes where fewer belong"),
        (SETTINGS + frame(6, 0, 0, b"8 bytes.") * 10_000, "it sent more than 65536 bytes where fewer belong"),
        (SETTINGS + HEADERS + frame(0, 0, 1) * 10_000, "it sent more than 65536 bytes where fewer belong"),
        (SETTINGS + HEADERS + message(b"\x08\x01" * 7000) * 10, "it sent more than 65536 bytes where fewer belong"),
        (SETTINGS + HEADERS + frame(0, 1, 1), "its answer ends without a status of gRPC"),
        (SETTINGS + HEADERS + trailers(b"0"), "its answer is no single message of gRPC"),
        (SETTINGS + HEADERS + message(b"\x08\x01") * 2 + trailers(b"0"), "its answer is no single message of gRPC"),
        (SETTINGS + HEADERS + message(b"\x08") + trailers(b"0"), "its answer is no message of the health service"),
        (SETTINGS + HEADERS + message(b"\x0a\x7f") + trailers(b"0"), "its answer is no message of the health service"),
        (SETTINGS + HEADERS + trailers(b"-1"), "its answer ends without a status of gRPC"),
        (SETTINGS + HEADERS + trailers(b"9" * 100), "its answer ends without a status of gRPC"),
    ],
)
def test_what_breaks_the_protocol_says_so(words: bytes, message: str) -> None:
    started = time.process_time()
    finding = said_by(words)
    assert time.process_time() - started < 5
    assert (finding.outcome, finding.cause, finding.message) == (Outcome.CRITICAL, "protocol", message)


@pytest.mark.parametrize(
    ("words", "cause", "message"),
    [
        (
            trailers(b"14", literal(b"grpc-message", b"no%20backend%0A%1b[31m")),
            "grpc.status",
            "gRPC status 14 UNAVAILABLE: no backend",
        ),
        (trailers(b"16"), "auth", "gRPC status 16 UNAUTHENTICATED"),
        (trailers(b"7"), "auth", "gRPC status 7 PERMISSION_DENIED"),
        (trailers(b"99"), "grpc.status", "gRPC status 99"),
        (frame(3, 0, 1, b"\0\0\0\7"), "grpc.reset", "the server broke the call off (HTTP/2 error 7)"),
        (frame(7, 0, 0, b"\0\0\0\0\0\0\0\0"), "grpc.reset", "the server takes no calls (HTTP/2 GOAWAY, error 0)"),
        (frame(7, 0, 0, b"\0\0\0\1\0\0\0\x0b"), "grpc.reset", "the server takes no calls (HTTP/2 GOAWAY, error 11)"),
    ],
)
def test_a_call_that_is_refused_says_how(words: bytes, cause: str, message: str) -> None:
    finding = said_by(SETTINGS + (HEADERS if words[3] == 1 else b"") + words)
    assert (finding.outcome, finding.cause, finding.message) == (Outcome.CRITICAL, cause, message)


def test_a_server_that_will_take_no_more_calls_but_answers_this_one_is_well() -> None:
    assert said_by(SETTINGS + frame(7, 0, 0, b"\0\0\0\1\0\0\0\0") + SERVES).outcome is Outcome.OK


def test_what_else_stands_in_the_message_is_passed_over() -> None:
    more = b"\x12\x03abc" + b"\x1d\0\0\0\0" + b"\x21\0\0\0\0\0\0\0\0" + b"\x28\xff\xff\x03"
    assert said_by(SETTINGS + HEADERS + message(more + b"\x08\x01") + trailers(b"0")).outcome is Outcome.OK


def test_a_message_without_a_status_is_one_of_not_knowing() -> None:
    assert said_by(SETTINGS + HEADERS + message(b"") + trailers(b"0")).cause == "grpc.unknown"


def test_a_server_that_agrees_to_nothing_more_is_a_timeout_and_one_that_cuts_is_told() -> None:
    assert said_by(SETTINGS, 0.4).cause == "timeout.answer"
    assert said_by(SETTINGS + b"\0\0\x09", 0.4).cause == "timeout.answer"

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(24)
        writer.write(SETTINGS + HEADERS)
        await writer.drain()
        writer.write_eof()
        await reader.read()

    with RawServer(cut) as server:
        finding = ask(at(server.port))
    assert finding.message == "the server closed the connection in the middle of its answer"


@given(st.binary(max_size=64))
def test_no_message_whatever_is_in_it_escapes(words: bytes) -> None:
    try:
        assert status_in(b"\0" + len(words).to_bytes(4, "big") + words) >= 0
    except Misbehaved as known:
        assert known.cause == "protocol"


# Addresses


def test_addresses_mean_what_they_say() -> None:
    assert probe_for("grpc://example.org:50051") == Grpc("grpc://example.org:50051")
    assert probe_for("grpcs://example.org/shop.v1.Orders") == Grpc("grpcs://example.org", "shop.v1.Orders")
    assert probe_for("grpc:[::1]:9") == Grpc("grpc://[::1]:9")


@pytest.mark.parametrize(
    "target", ["grpc://", "grpc://host", "grpc://h:0", "grpcs://u:pässword@h", "grpc:", "grpc://h h:1"]
)
def test_an_address_that_cannot_be_is_refused_without_its_password(target: str) -> None:
    with pytest.raises(ValueError, match=r"gRPC|host|port") as refused:
        probe_for(target)
    assert "pässword" not in str(refused.value)
