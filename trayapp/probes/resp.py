"""What a Redis is told and what it says: RESP2, the part of it that single answers need.

https://redis.io/docs/latest/develop/reference/protocol-spec/. No command of ours is answered with a
list, so that lists, and lists within lists, are refused where they begin.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from trayapp.probes.causes import Misbehaved
from trayapp.probes.conversation import MOST, Conversation, shown

_LINE = 4096
"""Bytes of one line; no error of Redis is longer."""

_DIGITS = 20
"""Of a number: 64 bits and a sign."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error that was answered: `code` is its first word, such as "NOAUTH", `words` is all of it."""

    code: str
    words: bytes


Answer: TypeAlias = bytes | int | Refusal | None
"""A string, a number, an error, or that there is nothing."""


def command(*words: bytes) -> bytes:
    """A command as it is sent."""
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%b\r\n" % (len(word), word) for word in words)


async def answer(talk: Conversation, stranger: Callable[[bytes], Misbehaved]) -> Answer:
    """The next answer. Misbehaved: it is none (made by `stranger` of the line), or a list, or longer than MOST."""
    line = await talk.line(_LINE)
    mark, rest = line[:1], line[1:]
    if mark == b"+":
        return rest
    if mark == b"-":
        return Refusal(shown(rest.split(b" ", 1)[0], 40), rest)
    if mark == b":":
        return _number(rest)
    if mark == b"$":
        return await _bulk(talk, _number(rest))
    if mark == b"*":
        raise Misbehaved("protocol", "it answered with a list where one value belongs")
    raise stranger(line)


async def _bulk(talk: Conversation, length: int) -> bytes | None:
    if length == -1:
        return None
    if not 0 <= length <= MOST - 2:
        raise Misbehaved("protocol", f"it announced {length} bytes where {MOST} are the most")
    value = await talk.exactly(length + 2)
    if not value.endswith(b"\r\n"):
        raise Misbehaved("protocol", "it sent more than the length it announced")
    return value[:-2]


def _number(digits: bytes) -> int:
    if len(digits) > _DIGITS or not digits.removeprefix(b"-").isdigit():
        raise Misbehaved("protocol", "it announced a number that is none")
    return int(digits)
