"""How each protocol is asked to go on encrypted: from its greeting until the TLS handshake may begin."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from html import escape
from itertools import islice
from types import MappingProxyType

from trayapp.probes.ber import ENUMERATED, INTEGER, SEQUENCE, elements
from trayapp.probes.causes import Misbehaved
from trayapp.probes.conversation import Conversation, shown
from trayapp.probes.replies import (
    ehlo,
    ftp_greeting,
    imap_answer,
    imap_greeting,
    numbered,
    pop3_answer,
    smtp_greeting,
    stranger,
)

_LDAP_REQUEST = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037"
_LDAP_EXTENDED_RESPONSE = 0x78
_MOST_LDAP = 4096

_POSTGRESQL_REQUEST = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"

_MOST_TAG = 4096
_MOST_TAGS = 200


async def smtp(talk: Conversation) -> None:
    """RFC 3207, after the greeting."""
    if b"STARTTLS" not in await ehlo(talk):
        raise _none_offered()
    talk.send(b"STARTTLS\r\n")
    reply = await numbered(talk, "SMTP")
    if reply.code != 220:
        raise _refused(str(reply))


async def imap(talk: Conversation) -> None:
    """RFC 3501, 6.2.1, after the greeting."""
    talk.send(b"a1 STARTTLS\r\n")
    status, words = await imap_answer(talk, b"a1")
    if status != "OK":
        raise _refused(shown(status.encode() + b" " + words))


async def pop3(talk: Conversation) -> None:
    """RFC 2595, 4, after the greeting."""
    talk.send(b"STLS\r\n")
    try:
        await pop3_answer(talk)
    except Misbehaved as error:
        if error.cause == "pop3.error":
            raise Misbehaved("tls.starttls", f"it refuses to begin encryption: {error.message}") from error
        raise


async def ftp(talk: Conversation) -> None:
    """RFC 4217, 4, after the greeting."""
    talk.send(b"AUTH TLS\r\n")
    reply = await numbered(talk, "FTP")
    if reply.code != 234:
        raise _refused(str(reply))


async def ldap(talk: Conversation) -> None:
    """RFC 4511, 4.14: an extended operation, whose response is the first message there is."""
    talk.send(_LDAP_REQUEST)
    message = await _ldap_message(talk)
    try:
        (first, number), (operation, response) = islice(elements(message), 2)
        ((second, code),) = islice(elements(response), 1)
    except ValueError as error:
        raise stranger("LDAP", message) from error
    if (first, number, operation) != (INTEGER, b"\x01", _LDAP_EXTENDED_RESPONSE):
        raise stranger("LDAP", message)
    if second != ENUMERATED or len(code) != 1:
        raise stranger("LDAP", message)
    if code != b"\x00":
        raise _refused(f"LDAP result {code[0]}")


async def postgresql(talk: Conversation) -> None:
    """PostgreSQL's protocol, "SSL Session Encryption": one byte is the answer."""
    talk.send(_POSTGRESQL_REQUEST)
    answer = await talk.exactly(1)
    if answer == b"N":
        raise _none_offered()
    if answer != b"S":
        raise stranger("PostgreSQL", answer)


async def xmpp(talk: Conversation) -> None:
    """RFC 6120, 5.4. Tags are looked at one by one: what a stream says before TLS needs no XML parser."""
    talk.send(
        f"<?xml version='1.0'?><stream:stream to='{escape(talk.host)}' version='1.0' xml:lang='en'"
        " xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>".encode()
    )
    if not await _features_offer_starttls(talk):
        raise _none_offered()
    talk.send(b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
    tag = await _tag(talk)
    if not tag.startswith(b"<proceed"):
        raise _refused(shown(tag))
    if not tag.endswith(b"/>"):
        await _tag(talk)  # written as <proceed …></proceed>


async def _features_offer_starttls(talk: Conversation) -> bool:
    beginning = (await talk.until(b">", _MOST_TAG)).strip()
    if not beginning.startswith(b"<"):
        raise stranger("XMPP", beginning)
    offered = False
    for _ in range(_MOST_TAGS):
        tag = await _tag(talk)
        if tag.startswith(b"<stream:error"):
            raise Misbehaved("xmpp.error", f'it refused the stream: "{shown(await _tag(talk))}"')
        offered = offered or tag.startswith(b"<starttls")
        if tag.startswith(b"</stream:features") or (tag.startswith(b"<stream:features") and tag.endswith(b"/>")):
            return offered
    raise Misbehaved("protocol", f"it sent more than {_MOST_TAGS} tags where fewer belong")


async def _tag(talk: Conversation) -> bytes:
    """The next tag, without the text before it."""
    read = await talk.until(b">", _MOST_TAG)
    return read[read.rfind(b"<") :]


@dataclass(frozen=True, slots=True)
class Dialect:
    """What is read first where the server speaks first, how encryption is asked for, and what ends it in order.

    `starttls` raises Misbehaved `tls.starttls` where the server will not.
    """

    starttls: Callable[[Conversation], Awaitable[None]]
    greeting: Callable[[Conversation], Awaitable[bytes]] | None = None
    farewell: bytes = b""

    async def prelude(self, talk: Conversation) -> bytes:
        """From the connection on until encryption may begin; the greeting, where there is one."""
        greeting = await self.greeting(talk) if self.greeting else b""
        await self.starttls(talk)
        return greeting


DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {
        "smtp": Dialect(smtp, smtp_greeting, b"QUIT\r\n"),
        "imap": Dialect(imap, imap_greeting, b"a2 LOGOUT\r\n"),
        "pop3": Dialect(pop3, pop3_answer, b"QUIT\r\n"),
        "ftp": Dialect(ftp, ftp_greeting, b"QUIT\r\n"),
        "ldap": Dialect(ldap),
        "postgresql": Dialect(postgresql),
        "xmpp": Dialect(xmpp),
    }
)


def _none_offered() -> Misbehaved:
    return Misbehaved("tls.starttls", "it offers no encryption")


def _refused(words: str) -> Misbehaved:
    return Misbehaved("tls.starttls", f'it refuses to begin encryption: it said "{words}"')


async def _ldap_message(talk: Conversation) -> bytes:
    """The content of the next message, in BER (X.690, 8.1; RFC 4511, 5.1: lengths are definite)."""
    tag, length = await talk.exactly(2)
    if tag != SEQUENCE:
        raise stranger("LDAP", bytes([tag, length]))
    if length & 0x80:
        length = int.from_bytes(await talk.exactly(length & 0x7F))
    if length > _MOST_LDAP:
        raise Misbehaved("protocol", f"it announced more than the {_MOST_LDAP} bytes that belong there")
    return await talk.exactly(length)
