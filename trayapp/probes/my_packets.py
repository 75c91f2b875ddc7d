"""The packets of MySQL's and MariaDB's protocol, within bounds: what a server greets with, and what its errors mean.

https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html, https://mariadb.com/kb/en/clientserver-protocol/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from trayapp.probes.causes import Misbehaved
from trayapp.probes.conversation import MOST, Conversation, shown

OK, SWITCH, ERROR = 0x00, 0xFE, 0xFF
"""What the first byte of an answer may be, beside the rows of a result."""

SSL, PLUGINS = 0x800, 0x80000
"""Capabilities of a server that make a difference here."""

_NATIVE = "mysql_native_password"
_SCRAMBLE = 20
_LONGEST_GREETING = 2000

_CODES: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        1040: ("mysql.connections", "it has too many connections"),
        1203: ("mysql.connections", "its user has too many connections"),
        1226: ("mysql.connections", "its user has used up what it may"),
        1129: (
            "mysql.blocked",
            "it blocks this machine after too many broken connections: FLUSH HOSTS there ends that",
        ),
        1130: ("auth", "it lets nobody in from this machine"),
        1044: ("auth", "its user may not use that database"),
        1045: ("auth", "wrong user or password"),
        1698: ("auth", "wrong user or password"),
        1251: ("auth", "it wants a login of a kind that Watchbell cannot do"),
        1820: ("auth", "its user's password has expired"),
        1862: ("auth", "its user's password has expired"),
        3118: ("auth", "its user is locked"),
        4151: ("auth", "its user is locked"),
        3159: ("auth", "it lets nobody in without encryption"),
        1049: ("mysql.database", "it has no database of that name"),
        1053: ("mysql.stopping", "it is shutting down"),
        3032: ("mysql.offline", "it is in offline mode"),
    }
)

REFUSALS = frozenset(code for code, (cause, _) in _CODES.items() if cause in ("auth", "mysql.database"))
"""Errors of a server that is well, and lets this user not in."""


class MyError(Misbehaved):
    """An error packet, with its number in `code`."""

    def __init__(self, payload: bytes, *, quoted: bool) -> None:
        self.code = int.from_bytes(payload[1:3], "little")
        words = payload[3:]
        words = words[6:] if words[:1] == b"#" else words  # the SQLSTATE, which the greeting's errors lack
        said = f': "{shown(words)}"' if quoted and words else ""
        cause, message = _CODES.get(self.code, ("mysql.error", f"it answered with error {self.code}{said}"))
        super().__init__(cause, message)


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a server says of itself first. `scramble` is what a password is hashed with."""

    version: str
    capabilities: int
    scramble: bytes
    plugin: str


class MyTalk:
    """One conversation with a MySQL or MariaDB, MOST bytes of answers at most.

    Once `told_secret` is set, nothing that the server says is repeated.
    """

    def __init__(self, talk: Conversation) -> None:
        self._talk = talk
        self._left = MOST
        self._number = 0
        self.told_secret = False

    @property
    def encrypted(self) -> bool:
        return self._talk.encryption is not None

    def ask(self, command: bytes) -> None:
        """Begin a new exchange."""
        self._number = 0
        self.say(command)

    def say(self, payload: bytes) -> None:
        """The next packet of this exchange."""
        self._talk.send(len(payload).to_bytes(3, "little") + bytes([self._number]) + payload)
        self._number = (self._number + 1) % 256

    async def hear(self) -> bytes:
        """The next packet; never empty. Misbehaved: it is an error (MyError), or none that belongs here."""
        head = await self._talk.exactly(4)
        length = int.from_bytes(head[:3], "little")
        self._left -= length + len(head)
        if not length or self._left < 0:
            raise Misbehaved("protocol", f"it said more than {MOST} bytes, or nothing")
        payload = await self._talk.exactly(length)
        if payload[0] == ERROR:
            raise MyError(payload, quoted=not self.told_secret)
        if head[3] != self._number:
            raise Misbehaved("protocol", "its packets are out of order")
        self._number = (self._number + 1) % 256
        return payload

    async def greeting(self) -> Greeting:
        """What it says of its own accord. Misbehaved: an error, or no MySQL."""
        head = await self._talk.exactly(5)
        length = int.from_bytes(head[:3], "little")
        if head[4] not in (9, 10, ERROR) or not 3 <= length <= _LONGEST_GREETING:
            raise Misbehaved("protocol", f'what answers there is not MySQL: it began with "{shown(head)}"')
        payload = head[4:] + await self._talk.exactly(length - 1)
        if payload[0] == ERROR:
            raise MyError(payload, quoted=True)
        if payload[0] == 9:
            raise Misbehaved("protocol", "it speaks a protocol from before MySQL 4.1")
        self._number = 1
        return _greeting(payload)


def _greeting(payload: bytes) -> Greeting:
    """Handshake V10: version, thread, 8 bytes of the scramble, capabilities in two halves, the rest, the plugin."""
    version, _, rest = payload[1:].partition(b"\0")
    if len(rest) < 31 + _SCRAMBLE - 8:
        raise Misbehaved("protocol", "its greeting is cut short")
    capabilities = int.from_bytes(rest[13:15] + rest[18:20], "little")
    kept = 31 + max(13, rest[20] - 8)
    named = shown(rest[kept:].split(b"\0", 1)[0], 40)
    return Greeting(
        shown(version.removeprefix(b"5.5.5-"), 60),  # so begins a MariaDB's, for the sake of old replicas
        capabilities,
        rest[4:12] + rest[31 : 31 + _SCRAMBLE - 8],
        named if capabilities & PLUGINS else _NATIVE,
    )
