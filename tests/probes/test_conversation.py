"""One conversation: what it reads and within which bounds, and that nothing slips in before the encryption."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.probes.asking import ask, descriptors, means, nothing_is_left
from tests.probes.certificates import server, trusting
from tests.probes.dialogue import Dialogue
from tests.servers import Behaviour, RawServer
from trayapp.core.words import Outcome
from trayapp.probes.base import Kind
from trayapp.probes.causes import Misbehaved
from trayapp.probes.conversation import MOST, READ, Closed, Conversation, conversation, shown
from trayapp.probes.ftp import Ftp
from trayapp.probes.imap import Imap
from trayapp.probes.phases import Phases
from trayapp.probes.pop3 import Pop3
from trayapp.probes.smtp import Smtp
from trayapp.probes.ssh import Ssh
from trayapp.probes.tcp import Tcp
from trayapp.probes.tls import Tls

T = TypeVar("T")


def talk_to(
    behave: Behaviour, what: Callable[[Conversation], Awaitable[T]], *, implicit: ssl.SSLContext | None = None
) -> T:
    """What this coroutine makes of a conversation with that server. Fails if something of it is left."""

    async def talk() -> T:
        before = descriptors()
        given = means(5)
        tls = trusting() if implicit else None
        async with (
            asyncio.timeout(5),
            conversation(given, Phases(given.clock), "127.0.0.1", site.port, tls) as talk,
        ):
            made = await what(talk)
        await nothing_is_left(before)
        return made

    with RawServer(behave, tls=implicit) as site:
        return asyncio.run(talk())


def closing(*said: bytes) -> Behaviour:
    """Says this and hangs up in order."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for words in said:
            writer.write(words)
            await writer.drain()
        writer.write_eof()
        await reader.read()

    return behave


def in_pieces(*pieces: bytes) -> Behaviour:
    """Says this in so many segments."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(0.02)
        await reader.read()

    return behave


def test_lines_end_with_lf_or_crlf_wherever_they_were_cut_into_segments() -> None:
    async def three(talk: Conversation) -> list[bytes]:
        return [await talk.line(), await talk.line(), await talk.line()]

    assert talk_to(in_pieces(b"one\r", b"\ntwo\nth", b"ree\r\n"), three) == [b"one", b"two", b"three"]


def test_an_end_of_several_bytes_is_found_across_segments() -> None:
    async def until(talk: Conversation) -> tuple[bytes, bytes]:
        return await talk.until(b"<end>"), await talk.some()

    assert talk_to(in_pieces(b"a<e", b"nd", b">b"), until) == (b"a<end>", b"b")


def test_counted_bytes_come_whole_and_leave_the_rest() -> None:
    async def counted(talk: Conversation) -> tuple[bytes, bytes]:
        return await talk.exactly(5), await talk.exactly(2)

    assert talk_to(in_pieces(b"12", b"34", b"567"), counted) == (b"12345", b"67")


@pytest.mark.parametrize("most", [10, 5000, MOST])
def test_a_line_as_long_as_may_be_is_read_and_one_byte_more_is_too_much(most: int) -> None:
    fits = b"x" * (most - 1) + b"\n"
    assert talk_to(in_pieces(fits), lambda talk: talk.line(most)) == fits[:-1]
    with pytest.raises(Misbehaved) as caught:
        talk_to(in_pieces(b"x" + fits), lambda talk: talk.line(most))
    assert caught.value.message == f"it sent more than {most} bytes where fewer belong"


def test_an_endless_line_is_read_no_further_than_its_bound() -> None:
    async def endless(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    with pytest.raises(Misbehaved, match="more than 2000 bytes"):
        talk_to(endless, lambda talk: talk.line(2000))


def test_a_count_beyond_all_bounds_is_refused_before_anything_is_waited_for() -> None:
    with pytest.raises(Misbehaved) as caught:
        talk_to(in_pieces(b"x"), lambda talk: talk.exactly(MOST + 1))
    assert caught.value.message == "it announced 65537 bytes where 65536 are the most"


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ((), "the server closed the connection without an answer"),
        ((b"half a line",), "the server closed the connection in the middle of its answer"),
    ],
)
def test_an_end_that_comes_too_early_is_told_as_such(said: tuple[bytes, ...], message: str) -> None:
    with pytest.raises(Closed) as caught:
        talk_to(closing(*said), lambda talk: talk.line())
    assert (caught.value.cause, caught.value.message) == ("protocol", message)


def test_encryption_begins_in_the_middle_of_a_conversation() -> None:
    async def begin(talk: Conversation) -> tuple[bytes, str | None, bytes]:
        assert talk.encryption is None
        plain = await talk.line()
        talk.send(b"begin\n")
        assert await talk.line() == b"go"
        await talk.encrypt(trusting())
        assert talk.encryption is not None
        return plain, talk.encryption.version(), await talk.line()

    site = Dialogue(b"plain\n", ..., b"go\n", server(), b"secret\n")
    assert talk_to(site, begin) == (b"plain", "TLSv1.3", b"secret")
    assert site.heard == [b"begin\n"]


@pytest.mark.parametrize(
    "said", [b"go\nand more\n", b"x" * (READ - 4) + b"\ngo\n", b"x" * (READ - 4) + b"\ngo\nmore\n"]
)
def test_what_was_said_before_the_encryption_is_never_taken_for_what_comes_encrypted(said: bytes) -> None:
    """CVE-2011-0411. What ends exactly where a read does cannot be told from what goes on behind it."""

    async def begin(talk: Conversation) -> None:
        while await talk.line() != b"go":
            pass
        await talk.encrypt(trusting())

    with pytest.raises(Misbehaved) as caught:
        talk_to(in_pieces(said), begin)
    assert caught.value.message == "it went on talking before the encryption began"


def test_what_is_said_last_takes_no_time_of_the_check() -> None:
    async def part(talk: Conversation) -> None:
        await talk.line()
        talk.part(b"bye\n")

    site = Dialogue(b"hello\n", ...)
    talk_to(site, part)
    assert site.heard == [b"bye\n"]


def test_an_encrypted_conversation_knows_its_encryption_and_its_own_address() -> None:
    async def look(talk: Conversation) -> tuple[bool, str, str]:
        return talk.encryption is not None, talk.own_address, talk.host

    assert talk_to(Dialogue(), look, implicit=server()) == (True, "127.0.0.1", "127.0.0.1")


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        (b"220 ready", "220 ready"),
        (b"caf\xc3\xa9", "café"),
        (b"\xff\xfe\x00x", r"\xff\xfex"),
        (b"\x1b[31mred\x07\r\nnext", "red next"),
        ("\u202eevil\u200b".encode(), "evil"),
        (b"<b>bold</b>", "<b>bold</b>"),
        ("\u0378no\ue000".encode(), "no"),
        (b"x" * 500, "x" * 79 + "…"),
        (b"\xff" * 100_000, r"\xff" * 19 + r"\xf" + "…"),
    ],
)
def test_what_a_server_said_is_one_short_line_without_anything_invisible(said: bytes, seen: str) -> None:
    assert shown(said) == seen


IN_LINES: dict[str, Callable[[int], Kind]] = {
    "ssh": lambda port: Ssh("127.0.0.1", port),
    "smtp": lambda port: Smtp("127.0.0.1", port, tls="starttls"),
    "imap": lambda port: Imap("127.0.0.1", port, tls="starttls"),
    "pop3": lambda port: Pop3("127.0.0.1", port, tls="starttls"),
    "ftp": lambda port: Ftp("127.0.0.1", port, tls="starttls"),
    "tcp": lambda port: Tcp("127.0.0.1", port, send="?", expect="!"),
    "ldap": lambda port: Tls("127.0.0.1", port, starttls="ldap"),
    "xmpp": lambda port: Tls("127.0.0.1", port, starttls="xmpp"),
    "postgresql": lambda port: Tls("127.0.0.1", port, starttls="postgresql"),
}
WORDS = st.sampled_from(
    [
        *(b"220 ", b"220-", b"250-", b"250 STARTTLS", b"* OK ", b"a1 OK", b"+OK ", b"-ERR", b"SSH-", b"SSH-2.0-"),
        *(b"<stream:stream>", b"<stream:features/>", b"<starttls/>", b"<stream:error>", b"<proceed/>", b"\r\n", b"S"),
        b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00",
    ]
)


@pytest.mark.parametrize("kind", IN_LINES)
@settings(max_examples=60)
@given(st.lists(WORDS | st.binary(max_size=40), max_size=12).map(b"".join))
def test_whatever_a_server_says_the_finding_is_typed_and_is_no_bug(kind: str, said: bytes) -> None:
    with RawServer(closing(said)) as site:
        finding = ask(IN_LINES[kind](site.port), 2.0)
    assert (finding.outcome is Outcome.OK) == (finding.cause == "") == (finding.message == "")
    assert finding.outcome in (Outcome.OK, Outcome.CRITICAL)
    assert finding.message.isprintable()
    assert len(finding.message) < 200
