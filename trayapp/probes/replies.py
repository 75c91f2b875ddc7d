"""What servers say that talk in lines: numbered replies (SMTP, FTP), +OK and -ERR (POP3), tagged ones (IMAP).

Everything is read within bounds, and what is quoted of it is one short line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from trayapp.probes.causes import Misbehaved
from trayapp.probes.conversation import Conversation, shown

MOST_LINE = 2000
"""Bytes of a line; RFC 5321 (4.5.3.1.5) and RFC 2449 (4) say 512, and servers are not all that exact."""

MOST_LINES = 100
"""Lines of one reply."""

_NUMBERED = re.compile(rb"([1-5]\d\d)(?:([ -])(.*))?", re.DOTALL)
_STATUS = re.compile(rb"(OK|NO|BAD|BYE|PREAUTH)(?: +(?:\[[^\]]*\] *)?(.*))?", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reply:
    """One numbered reply: its code, and its lines without the code."""

    code: int
    lines: tuple[bytes, ...]

    def __str__(self) -> str:
        return shown(b"%d %s" % (self.code, self.lines[0]))


async def numbered(talk: Conversation, protocol: str) -> Reply:
    """The next numbered reply, of one line or several (RFC 5321, 4.2.1; RFC 959, 4.2). Messages name the protocol."""
    line = await talk.line(MOST_LINE)
    found = _NUMBERED.fullmatch(line)
    if found is None:
        raise stranger(protocol, line)
    code, lines = found[1], [found[3] or b""]
    if found[2] == b"-":
        while not line.startswith(code + b" ") and line != code:
            if len(lines) == MOST_LINES:
                raise Misbehaved("protocol", f"it sent more than {MOST_LINES} lines in one reply")
            line = await talk.line(MOST_LINE)
            lines.append(line.removeprefix(code)[1:] if line.startswith(code) else line)
    return Reply(int(code), tuple(lines))


async def smtp_greeting(talk: Conversation) -> bytes:
    """What an SMTP server says of itself at the beginning (RFC 5321, 4.2 and 4.3.1)."""
    reply = await numbered(talk, "SMTP")
    if reply.code != 220:
        raise Misbehaved("smtp.code", f'it said "{reply}"')
    return reply.lines[0]


async def ehlo(talk: Conversation) -> Mapping[bytes, bytes]:
    """What it offers, in upper case, with the parameters (RFC 5321, 4.1.1.1); nothing where it knows no extensions."""
    address = talk.own_address.partition("%")[0] or "127.0.0.1"
    name = f"[IPv6:{address}]" if ":" in address else f"[{address}]"
    for greeting in ("EHLO", "HELO"):
        talk.send(f"{greeting} {name}\r\n".encode())
        reply = await numbered(talk, "SMTP")
        if reply.code == 250:
            offers = (line.strip().upper().partition(b" ") for line in reply.lines[1:])
            return {keyword: parameters for keyword, _, parameters in offers}
        if reply.code not in (500, 502):  # it knows no EHLO: a server from before 1995
            break
    raise Misbehaved("smtp.code", f'it refused {greeting}: "{reply}"')


async def ftp_greeting(talk: Conversation) -> bytes:
    """What an FTP server says of itself at the beginning (RFC 959, 5.4); 120 announces that it will be ready soon."""
    reply = await numbered(talk, "FTP")
    if reply.code == 120:
        reply = await numbered(talk, "FTP")
    if reply.code != 220:
        raise Misbehaved("ftp.code", f'it said "{reply}"')
    if b"SMTP" in reply.lines[0] and b"FTP" not in reply.lines[0]:  # it greets with the same number
        raise stranger("FTP", b"220 " + reply.lines[0])
    return reply.lines[0]


async def pop3_answer(talk: Conversation) -> bytes:
    """The words behind +OK, of the greeting too (RFC 1939, 3). Misbehaved `pop3.error`: it said -ERR."""
    line = await talk.line(MOST_LINE)
    status, _, words = line.partition(b" ")
    if status == b"-ERR":
        raise Misbehaved("pop3.error", f'it said "{shown(line)}"')
    if status != b"+OK":
        raise stranger("POP3", line)
    return words


async def imap_greeting(talk: Conversation) -> bytes:
    """What an IMAP server says of itself at the beginning (RFC 3501, 7.1)."""
    line = await talk.line(MOST_LINE)
    found = _STATUS.fullmatch(line.removeprefix(b"* ")) if line.startswith(b"* ") else None
    if found is None:
        raise stranger("IMAP", line)
    if found[1].upper() not in (b"OK", b"PREAUTH"):
        raise Misbehaved("imap.status", f'it said "{shown(line)}"')
    return found[2] or b""


async def imap_answer(talk: Conversation, tag: bytes) -> tuple[str, bytes]:
    """OK, NO or BAD for the command with this tag, and the words behind it (RFC 3501, 2.2.2)."""
    for _ in range(MOST_LINES):
        line = await talk.line(MOST_LINE)
        if line.startswith(tag + b" "):
            found = _STATUS.fullmatch(line.removeprefix(tag + b" "))
            if found is None:
                raise stranger("IMAP", line)
            return found[1].decode().upper(), found[2] or b""
        if line[:6].upper() == b"* BYE ":
            raise Misbehaved("imap.status", f'it said "{shown(line)}"')
    raise Misbehaved("protocol", f"it sent more than {MOST_LINES} lines in one reply")


def stranger(protocol: str, line: bytes) -> Misbehaved:
    """What to raise for a first line that no server of this protocol says."""
    return Misbehaved("protocol", f'what answers there is not {protocol}: it said "{shown(line)}"')
