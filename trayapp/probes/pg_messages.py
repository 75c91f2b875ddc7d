"""The messages of PostgreSQL's protocol 3.0, within bounds, and what its errors mean.

https://www.postgresql.org/docs/current/protocol-message-formats.html; the codes of errors:
https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from trayapp.probes.causes import Misbehaved
from trayapp.probes.conversation import MOST, Conversation, shown

_VERSION = 3 << 16
_OLD_ERROR = 30_000
"""An error that is longer is none: a server that could not even fork says one byte and a bare text, as before 7.4."""

_FIRST = frozenset(b"RENv")
"""What a server may begin with: authentication, an error, a notice, another version."""

_STATE = re.compile(rb"[0-9A-Z]{5}")

_STATES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "28P01": ("auth", "wrong user or password"),
        "28": ("auth", "it does not let this user in from here"),
        "3D": ("postgresql.database", "it has no database of that name"),
        "42501": ("auth", "its user may not use that database"),
        "53300": ("postgresql.connections", "it has too many connections"),
        "53": ("postgresql.resources", "it has run out of memory or disk"),
        "57P03": ("postgresql.starting", "it is starting up or shutting down"),
        "57P": ("postgresql.stopping", "it is shutting down"),
    }
)
"""By the beginning of the SQLSTATE, the longest that fits: what our words are where its own may not be repeated."""


class PgTalk:
    """One conversation with a PostgreSQL, MOST bytes of answers at most.

    Once `told_secret` is set, nothing that the server says is repeated.
    """

    def __init__(self, talk: Conversation) -> None:
        self._talk = talk
        self._left = MOST
        self._first = True
        self.told_secret = False

    @property
    def encrypted(self) -> bool:
        return self._talk.encryption is not None

    def start(self, user: str, database: str) -> None:
        """StartupMessage. Neither word has a NUL."""
        settings = {"user": user, "database": database, "application_name": "Watchbell", "client_encoding": "UTF8"}
        words = "".join(f"{name}\0{value}\0" for name, value in settings.items() if value)
        body = _VERSION.to_bytes(4) + words.encode() + b"\0"
        self._talk.send((len(body) + 4).to_bytes(4) + body)

    def say(self, kind: bytes, body: bytes = b"") -> None:
        """Any other message: its type, one byte, and its content."""
        self._talk.send(kind + (len(body) + 4).to_bytes(4) + body)

    async def hear(self) -> tuple[bytes, bytes]:
        """Type and content of the next message that is no notice. Misbehaved: an error, or no message at all."""
        while True:
            head = await self._talk.exactly(5)
            kind, length = head[:1], int.from_bytes(head[1:]) - 4
            if self._first and head[0] not in _FIRST:
                raise Misbehaved("protocol", f'what answers there is not PostgreSQL: it began with "{shown(head)}"')
            if kind == b"E" and length > _OLD_ERROR:
                words = head[1:] + (await self._talk.until(b"\0", 2000))[:-1]
                raise Misbehaved("postgresql.error", f'it said "{shown(words)}"' if self._first else "it failed")
            self._first = False
            self._left -= length + len(head)
            if length < 0 or self._left < 0:
                raise Misbehaved("protocol", f"it said more than {MOST} bytes, or a message without a length")
            body = await self._talk.exactly(length)
            if kind == b"E":
                raise PgError(body, quoted=not self.told_secret, encrypted=self.encrypted)
            if kind not in (b"N", b"v"):
                return kind, body


class PgError(Misbehaved):
    """An ErrorResponse, with its SQLSTATE in `state`; empty where that is none."""

    def __init__(self, body: bytes, *, quoted: bool, encrypted: bool) -> None:
        fields = {field[:1]: field[1:] for field in body.split(b"\0") if field}
        state = fields.get(b"C", b"")
        self.state = state.decode() if _STATE.fullmatch(state) else ""
        cause, message = next(
            (_STATES[self.state[:size]] for size in (5, 3, 2) if self.state[:size] in _STATES),
            ("postgresql.error", f"it failed with SQLSTATE {self.state}" if self.state else "it failed"),
        )
        words = fields.get(b"M", b"") if quoted else b""
        if cause == "postgresql.starting" and b"shutting down" in words:
            cause = "postgresql.stopping"
        if self.state == "28000" and not encrypted:  # there is no code of its own for it
            message += ", or not without encryption"
        if words and cause != "auth":
            message += f': "{shown(words)}"'
        super().__init__(cause, message)
