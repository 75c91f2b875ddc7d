"""`tcp`: a port that accepts, and one that answers with the right words."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence

import pytest

from tests.probes.asking import ask
from tests.probes.certificates import STRANGER, server, trusting
from tests.probes.dialogue import Dialogue
from tests.probes.real.exim import Exim
from tests.servers import Behaviour, RawServer, pause, until
from trayapp.core.keys import Reference
from trayapp.core.words import Blame, Finding, Outcome
from trayapp.probes.base import AddrInfo
from trayapp.probes.tcp import Tcp


async def greet_late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await pause(reader, 3)
    writer.write(b"220 late\r\n")


def saying_and_closing(*words: bytes) -> Behaviour:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for some in words:
            writer.write(some)
            await asyncio.sleep(0.02)
        writer.write_eof()
        await reader.read()

    return behave


def asked(behave: Behaviour, timeout: float = 5.0, **keys: object) -> Finding:
    with RawServer(behave) as site:
        return ask(Tcp("127.0.0.1", site.port, **keys), timeout)  # type: ignore[arg-type]


def test_a_port_that_accepts_is_ok_before_it_says_anything() -> None:
    with RawServer(greet_late) as server:
        finding = ask(Tcp("127.0.0.1", server.port), 1.0)
    assert (finding.outcome, finding.message, finding.address) == (Outcome.OK, "", "127.0.0.1")
    assert finding.answered
    assert list(finding.phases_ms) == ["dns", "connect"]


def test_a_port_that_greets_late_is_critical_only_where_the_greeting_is_expected() -> None:
    finding = asked(greet_late, 0.4, expect="220")
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "timeout.first_byte")
    assert finding.message == 'no answer within 0.4 s (connected, waiting for "220")'


def test_a_name_with_thousands_of_addresses_is_bounded() -> None:
    async def thousands(_host: str, port: int) -> Sequence[AddrInfo]:
        dead = [("127.0.0.1", 1)] * 4000
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", at) for at in [*dead, ("127.0.0.1", port)]]

    with RawServer(greet_late) as server:
        assert ask(Tcp("many.test", server.port), 5.0, resolve=thousands).cause == "refused"
        assert server.accepted == 0


@pytest.mark.parametrize("pieces", [(b"... PONG ...",), (b"PO", b"N", b"G"), (b"x" * 60_000, b"PONG")])
def test_words_that_come_are_ok_wherever_they_stand_and_however_they_are_cut(pieces: tuple[bytes, ...]) -> None:
    finding = asked(saying_and_closing(*pieces), expect="PONG")
    assert (finding.outcome, finding.message) == (Outcome.OK, "")


def test_what_is_to_be_said_is_said_before_anything_is_waited_for() -> None:
    site = Dialogue(..., b"+PONG\r\n")
    assert asked(site, send="PING\r\n", expect="+PONG").outcome is Outcome.OK
    assert site.heard == [b"PING\r\n"]


def test_what_is_only_to_be_said_waits_for_no_answer() -> None:
    site = Dialogue(...)
    with RawServer(site) as server:
        assert ask(Tcp("127.0.0.1", server.port, send="grüße")).outcome is Outcome.OK
        until(lambda: b"".join(site.heard) == "grüße".encode())


@pytest.mark.parametrize(
    ("pieces", "message"),
    [
        ((), "the server closed the connection without an answer"),
        ((b"-ERR <secret>",), 'the server closed the connection without "PONG"'),
        ((b"x" * 40_000, b"x" * 40_000, b"PONG"), 'the first 65536 bytes of the answer do not contain "PONG"'),
    ],
)
def test_words_that_do_not_come_are_critical_and_nothing_of_the_answer_is_told(
    pieces: tuple[bytes, ...], message: str
) -> None:
    finding = asked(saying_and_closing(*pieces), expect="PONG")
    assert (finding.outcome, finding.cause, finding.message) == (Outcome.CRITICAL, "tcp.expect", message)


def test_words_that_do_not_come_in_time_end_at_the_deadline() -> None:
    assert asked(Dialogue(b"nothing of it"), 0.4, expect="PONG").cause == "timeout.answer"


def test_words_of_any_length_are_told_in_short() -> None:
    finding = asked(saying_and_closing(b"?"), expect="long " * 200)
    assert len(finding.message) < 150
    assert finding.message.endswith('…"')


def test_a_secret_that_cannot_be_had_is_nobodys_outage() -> None:
    finding = asked(Dialogue(), send=Reference("secret", "gone"), expect="x")
    assert (finding.outcome, finding.blame, finding.cause) == (Outcome.UNKNOWN, Blame.CONFIG, "config.secret_missing")


def test_an_encrypted_port_is_asked_encrypted() -> None:
    site = Dialogue(..., b"hello\r\n")
    with RawServer(site, tls=server()) as listening:
        finding = ask(Tcp("127.0.0.1", listening.port, send="hi", expect="hello", tls=True), tls=trusting())
    assert (finding.outcome, finding.details) == (Outcome.OK, {"tls": "TLSv1.3"})
    assert site.heard == [b"hi"]


def test_an_encrypted_port_may_be_asked_for_its_handshake_alone() -> None:
    with RawServer(Dialogue(), tls=server(authority=STRANGER)) as listening:
        assert ask(Tcp("127.0.0.1", listening.port, tls=True)).cause == "tls.unknown_ca"
        assert ask(Tcp("127.0.0.1", listening.port, tls=True, verify=False)).outcome is Outcome.OK


def test_a_port_without_encryption_is_told_so_where_it_is_asked_encrypted() -> None:
    finding = asked(Dialogue(b"220 hello\r\n"), tls=True)
    assert (finding.cause, finding.message) == ("tls.handshake", "what answers there does not speak TLS")


def test_a_real_exim_answers_with_the_words_that_it_should() -> None:
    with Exim() as exim:
        said = Tcp("127.0.0.1", exim.port, send="QUIT\r\n", expect="221 mail.test closing")
        assert ask(said).outcome is Outcome.OK
        finding = ask(Tcp("127.0.0.1", exim.port, send="QUIT\r\n", expect="250 "))
    assert finding.message == 'the server closed the connection without "250 "'
