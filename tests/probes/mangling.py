"""Right answers made wrong: what a server sends, with some of its bytes changed on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.servers import Behaviour

NASTY = (
    *(b"\x00", b"\xff", b"\r\n", b"\n", b" ", b"-", b":", b"$999999999999\r\n", b"*99999\r\n", b"\x1b[31m"),
    *(b"HTTP/1.1 200 OK\r\n\r\n", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80\x00\x00\x00", b"\x30\x84\xff\xff"),
    *(b"9" * 30, b"(" * 50, b"[" * 3000, b"{" * 3000, b"A" * 70_000),
)
"""Pieces that have fooled somebody's parser."""


@dataclass(frozen=True)
class Change:
    """At `where`, a share of the message, so many bytes give way to others."""

    where: float
    gone: int
    new: bytes

    def apply(self, message: bytes) -> bytes:
        at = int(self.where * len(message))
        return message[:at] + self.new + message[at + self.gone :]


CHANGES = st.lists(
    st.builds(
        Change,
        st.floats(0, 1),
        st.integers(0, 8) | st.just(1 << 20),
        st.binary(max_size=8) | st.sampled_from(NASTY) | st.just(b""),
    ),
    min_size=1,
    max_size=3,
)
"""What happens to one message: bytes lost, added, exchanged, or everything from there on cut off."""


class Mangler:
    """A server that says what another would, changed. `changes` may be others for each connection."""

    def __init__(self, right: Behaviour) -> None:
        self._right = right
        self.changes: Sequence[Change] = ()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._right(reader, _Mouth(writer, self.changes))  # type: ignore[arg-type]


class _Mouth:
    """A writer that changes what it is given, one message after the other, as far as the changes last."""

    def __init__(self, writer: asyncio.StreamWriter, changes: Sequence[Change]) -> None:
        self._writer = writer
        self._changes = list(changes)

    def write(self, message: bytes) -> None:
        if self._changes:
            message = self._changes.pop(0).apply(message)
        self._writer.write(message)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._writer, name)
