"""The little of BER that LDAP needs (ITU-T X.690; RFC 4511, section 5.1): definite lengths, tags of one byte."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from trayapp.probes.causes import Misbehaved

if TYPE_CHECKING:
    from trayapp.probes.conversation import Conversation

BOOLEAN, INTEGER, OCTETS, ENUMERATED, SEQUENCE, SET = 0x01, 0x02, 0x04, 0x0A, 0x30, 0x31

MOST_LENGTH = 4
"""Bytes of a length; LDAP's longest lengths have as many."""


def element(tag: int, *contents: bytes) -> bytes:
    """One element, of what stands in it."""
    content = b"".join(contents)
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(length)]) + length + content


def integer(value: int, tag: int = INTEGER) -> bytes:
    """A number from 0 on."""
    return element(tag, value.to_bytes(value.bit_length() // 8 + 1))


def elements(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each element in turn. ValueError: what stands there is none."""
    at = 0
    while at < len(content):
        if at + 2 > len(content):
            raise ValueError("cut short")
        tag, length, at = content[at], content[at + 1], at + 2
        if length & 0x80:
            digits = length & 0x7F
            if not 1 <= digits <= MOST_LENGTH or at + digits > len(content):
                raise ValueError("a length that is none")
            length, at = int.from_bytes(content[at : at + digits]), at + digits
        if at + length > len(content):
            raise ValueError("cut short")
        yield tag, content[at : at + length]
        at += length


def number(content: bytes) -> int:
    """The value of an INTEGER or ENUMERATED. ValueError: it is none, or a large one."""
    if not 1 <= len(content) <= 4:
        raise ValueError("not a number")
    return int.from_bytes(content, signed=True)


async def receive(talk: Conversation) -> tuple[int, bytes]:
    """Tag and content of the next element of a conversation. Misbehaved `protocol`: it is too long, or none.

    The content is not read where the tag is no SEQUENCE: then what speaks there is something else.
    """
    tag, length = await talk.exactly(2)
    if tag != SEQUENCE:
        return tag, bytes([tag, length])
    if length & 0x80:
        digits = length & 0x7F
        if not 1 <= digits <= MOST_LENGTH:
            raise Misbehaved("protocol", "it announced a length that is none")
        length = int.from_bytes(await talk.exactly(digits))
    return tag, await talk.exactly(length)
