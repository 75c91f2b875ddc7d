"""`websocket`: a real server, and servers that agree to something and then do not keep to it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from websockets.asyncio.server import ServerConnection

from tests.probes.asking import ask
from tests.probes.cases.websocket import agree, frame, heard
from tests.probes.certificates import server as certificate
from tests.probes.certificates import trusting
from tests.probes.real.websockets import WebsocketServer
from tests.servers import RawServer, saying, until
from trayapp.core.keys import Reference
from trayapp.core.words import Blame, Outcome
from trayapp.probes import probe_for
from trayapp.probes.websocket import Websocket

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def at(port: int, path: str = "/") -> Websocket:
    return Websocket(f"ws://127.0.0.1:{port}{path}")


def after_agreeing(*words: bytes) -> Behaviour:
    """Agrees, says this, and listens on."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await agree(reader, writer, b"".join(words))
        await reader.read()

    return behave


# A real server


def test_a_real_server_answers_a_ping_and_is_left_in_peace() -> None:
    with WebsocketServer() as server:
        finding = ask(at(server.port))
        until(lambda: server.ended)
    assert (finding.outcome, finding.message) == (Outcome.OK, "")
    assert finding.answered
    assert set(finding.phases_ms) == {"dns", "connect", "first_byte", "body"}
    assert server.ended == [1000]


def test_a_real_server_over_tls_is_verified() -> None:
    with WebsocketServer(tls=certificate()) as server:
        probe = Websocket(f"wss://127.0.0.1:{server.port}/")
        finding = ask(probe, tls=trusting())
        assert finding.outcome is Outcome.OK
        assert finding.details == {"tls": "TLSv1.3"}
        assert ask(probe).cause == "tls.unknown_ca"
        assert ask(replace(probe, verify=False)).outcome is Outcome.OK


def test_what_is_expected_must_come_in_a_message() -> None:
    with WebsocketServer() as server:
        probe = replace(at(server.port), send="good mörning", expect="mörn")
        assert ask(probe).outcome is Outcome.OK
        missing = ask(replace(probe, expect="evening"), 0.5)
    assert (missing.outcome, missing.cause) == (Outcome.CRITICAL, "timeout.answer")


def test_a_message_may_be_expected_without_having_said_anything() -> None:
    async def greet(connection: ServerConnection) -> None:
        for word in ("one", "two", "three"):
            await connection.send(word)
        await connection.wait_closed()

    with WebsocketServer(greet) as server:
        assert ask(replace(at(server.port), expect="three")).outcome is Outcome.OK


def test_a_message_in_parts_is_put_together() -> None:
    async def greet(connection: ServerConnection) -> None:
        await connection.send(["al", "l is ", "well"])
        await connection.wait_closed()

    with WebsocketServer(greet) as server:
        assert ask(replace(at(server.port), expect="all is well")).outcome is Outcome.OK


def test_a_server_that_asks_for_an_origin_is_given_one() -> None:
    with WebsocketServer(origins=["https://site.test"]) as server:
        refused = ask(at(server.port))
        assert (refused.outcome, refused.cause) == (Outcome.CRITICAL, "auth")
        assert ask(replace(at(server.port), origin="https://site.test")).outcome is Outcome.OK


def test_a_server_that_closes_at_once_says_why() -> None:
    async def refuse(connection: ServerConnection) -> None:
        await connection.close(1013, "try again later")

    with WebsocketServer(refuse) as server:
        finding = ask(replace(at(server.port), expect="anything"))
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "websocket.closed")
    assert finding.message == 'it closed the WebSocket with code 1013 (try again later) without "anything"'


def test_a_secret_that_was_sent_comes_back_in_no_finding() -> None:
    async def tell(connection: ServerConnection) -> None:
        await connection.close(1008, f"wrong: {await connection.recv()}")

    async def reveal(text: object) -> str:
        assert text == Reference("secret", "token")
        return "hunter2"

    from tests.probes.asking import means

    with WebsocketServer(tell) as server:
        probe = replace(at(server.port), send=Reference("secret", "token"), expect="welcome")
        finding = asyncio.run(probe.check(replace(means(), reveal=reveal)))
    assert finding.cause == "websocket.closed"
    assert "hunter2" not in repr(finding)


# Servers that do not agree


@pytest.mark.parametrize(
    ("words", "cause", "message"),
    [
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "websocket.status", "HTTP 404 instead of a WebSocket"),
        (b"HTTP/1.1 200 OK\r\n", "websocket.status", "HTTP 200 instead of a WebSocket"),
        (b"HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n", "websocket.status", "HTTP 302 instead of a WebSocket"),
        (b"HTTP/1.1 426\r\n\r\n", "websocket.status", "HTTP 426 instead of a WebSocket"),
        (b"HTTP/1.1 101 Sure\r\n\r\n", "protocol", "it agrees to a WebSocket, but not as RFC 6455 has it"),
        (
            b"HTTP/1.1 101 Sure\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: eA==\r\n\r\n",
            "protocol",
            "it agrees to a WebSocket, but not as RFC 6455 has it",
        ),
        (b"HTTP/1.0 101 Sure\r\n\r\n", "protocol", "it agrees to a WebSocket, but not as RFC 6455 has it"),
        (
            b"HTTP/1.1 101 Sure\r\n\x00: \x01\r\n\r\n",
            "protocol",
            "it agrees to a WebSocket, but not as RFC 6455 has it",
        ),
        (
            b"HTTP/1.1 99999 Sure\r\n\r\n",
            "protocol",
            'what answers there is no web server: it said "HTTP/1.1 99999 Sure"',
        ),
        (b"220 mail\r\n", "protocol", 'what answers there is no web server: it said "220 mail"'),
        (b"\x00" * 70_000, "protocol", "it sent more than 65536 bytes where fewer belong"),
        (
            b"HTTP/1.1 101 Sure\r\n" + b"X: y\r\n" * 20_000,
            "protocol",
            "its answer has more than 65536 bytes of headers",
        ),
        (
            b"HTTP/1.1 401 No\r\n",
            "auth",
            "HTTP 401: it lets nobody in who comes without credentials, or from this origin",
        ),
        (b"", "protocol", "the server closed the connection without an answer"),
    ],
)
def test_what_is_no_agreement_says_what_it_is(words: bytes, cause: str, message: str) -> None:
    with RawServer(saying(words)) as server:
        finding = ask(at(server.port))
    assert (finding.outcome, finding.cause, finding.blame) == (Outcome.CRITICAL, cause, Blame.SERVICE)
    assert finding.message == message


def test_a_page_that_never_ends_is_not_read() -> None:
    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        while True:
            writer.write(b"data: tick\n\n" * 1000)
            await writer.drain()

    with RawServer(never) as server:
        assert ask(at(server.port)).cause == "websocket.status"


# Servers that agree and do not keep to it


@pytest.mark.parametrize(
    ("words", "cause", "message"),
    [
        (b"\xff\xff\xff\xff", "protocol", "it sent what is no frame of a WebSocket"),
        (frame(1, b"never ends", final=False) * 2, "protocol", "it sent what is no frame of a WebSocket"),
        (frame(0, b"continues nothing"), "protocol", "it sent what is no frame of a WebSocket"),
        (b"\x81\x81abcd.", "protocol", "it sent what is no frame of a WebSocket"),  # a server masks nothing
        (b"\x82\x7f" + (2**40).to_bytes(8, "big"), "protocol", "it sent a message of more than 1024 KiB"),
        (b"\xc1\x02hi", "protocol", "it sent what is no frame of a WebSocket"),  # compression was not agreed on
        (b"\x89\x7e\x01\x00" + b"x" * 256, "protocol", "it sent what is no frame of a WebSocket"),
        (frame(8, b"\x03\xe9going home"), "websocket.closed", "it closed the WebSocket with code 1001 (going home)"),
        (frame(8, b""), "websocket.closed", "it closed the WebSocket with code 1005"),
        (frame(8, b"\x00"), "protocol", "it sent what is no frame of a WebSocket"),
        (frame(8, b"\x03\xe8\xff\xfe"), "protocol", "it sent what is no frame of a WebSocket"),
    ],
)
def test_what_breaks_the_protocol_says_so(words: bytes, cause: str, message: str) -> None:
    with RawServer(after_agreeing(words)) as server:
        finding = ask(at(server.port))
    assert (finding.outcome, finding.cause, finding.message) == (Outcome.CRITICAL, cause, message)


def test_a_server_that_agrees_and_is_silent_is_a_timeout_of_the_answer() -> None:
    with RawServer(after_agreeing()) as server:
        finding = ask(at(server.port), 0.4)
    assert (finding.cause, finding.answered) == ("timeout.answer", True)


def test_a_server_that_agrees_and_cuts_is_told_so() -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await agree(reader, writer)
        await writer.drain()
        writer.write_eof()
        await reader.read()

    with RawServer(cut) as server:
        finding = ask(at(server.port))
    assert (finding.cause, finding.message) == ("websocket.closed", "it cut the WebSocket short, without an answer")


def test_another_pong_is_not_taken_for_ours() -> None:
    with RawServer(after_agreeing(frame(10, b"unasked"), frame(10, b""))) as server:
        assert ask(at(server.port), 0.4).cause == "timeout.answer"


def test_a_ping_of_theirs_is_answered() -> None:
    got: list[tuple[int, bytes]] = []

    async def ping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await agree(reader, writer, frame(9, b"are you there"))
        got.extend([await heard(reader), await heard(reader)])
        writer.write(frame(10, b"watchbell"))
        got.append(await heard(reader))

    with RawServer(ping) as server:
        assert ask(at(server.port)).outcome is Outcome.OK
        until(lambda: len(got) == 3)
    assert sorted(got[:2]) == [(9, b"watchbell"), (10, b"are you there")]
    assert got[2] == (8, b"\x03\xe8")


@pytest.mark.parametrize("words", [frame(2, b""), frame(1, b"tick"), frame(2, b"x" * 60_000), frame(9, b"")])
def test_a_server_that_never_stops_talking_is_bounded(words: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await agree(reader, writer)
        while True:
            writer.write(words * 1000)
            await writer.drain()

    with RawServer(talk) as server:
        started = time.process_time()
        finding = ask(at(server.port), 10)
        assert time.process_time() - started < 5
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "websocket.expect")
    assert finding.message == "it says more than anybody can hear, and no answer"


def test_words_across_two_messages_are_no_words() -> None:
    with RawServer(after_agreeing(frame(1, b"all is"), frame(1, b" well"))) as server:
        assert ask(replace(at(server.port), expect="all is well"), 0.4).cause == "timeout.answer"


# Addresses


def test_addresses_mean_what_they_say() -> None:
    assert probe_for("wss://example.org/live") == Websocket("wss://example.org/live")
    assert probe_for("ws://[::1]:8080/x?y=z") == Websocket("ws://[::1]:8080/x?y=z")
    assert probe_for("websocket:ws://h/") == Websocket("ws://h/")
    assert probe_for("websocket:example.org/live") == Websocket("wss://example.org/live")
    assert probe_for("WSS://Example.org") == Websocket("WSS://Example.org")


@pytest.mark.parametrize(
    "target", ["ws://", "wss:///x", "ws://h:0/", "ws://u:pässword@h/", "websocket:", "ws://h h/", "wss://-/"]
)
def test_an_address_that_cannot_be_is_refused_without_its_password(target: str) -> None:
    with pytest.raises(ValueError, match=r"WebSocket|URL|host") as refused:
        probe_for(target)
    assert "pässword" not in str(refused.value)
