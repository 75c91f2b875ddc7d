"""`mqtt`: a broker lets us in, and answers a ping (MQTT 3.1.1, OASIS standard of 29 October 2014).

MQTT carries the password as it is: without TLS whoever listens on the way reads it. Once it was sent nothing that
the broker says is repeated; of its answers only the numbers are looked at.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, ClassVar

from trayapp.core.keys import Key, Text
from trayapp.core.words import NOTHING, Finding, Outcome
from trayapp.probes.addresses import check_host
from trayapp.probes.base import Means
from trayapp.probes.causes import Misbehaved, Misconfigured
from trayapp.probes.conversation import Conversation, conversation
from trayapp.probes.encryption import Verify, trusted
from trayapp.probes.hosted import Hosted, Port
from trayapp.probes.logins import encoded
from trayapp.probes.phases import Phases
from trayapp.probes.replies import stranger

MOST_UNASKED = 20
"""Messages that a broker may send of its own accord while an answer is awaited."""

_CONNECT, _CONNACK, _PUBLISH, _PINGREQ, _PINGRESP, _DISCONNECT = 0x10, 0x20, 0x30, 0xC0, 0xD0, 0xE0
_CLEAN, _PASSWORD, _USER = 0x02, 0x40, 0x80
_LEVEL = 4  # which is 3.1.1
_KEEP_ALIVE = 60
_LONGEST = 65_535

_REFUSED: Mapping[int, tuple[str, str]] = {
    # section 3.2.2.3; the last three are those of MQTT 5, from brokers that speak nothing else
    1: ("mqtt.version", "it does not speak MQTT 3.1.1"),
    2: ("mqtt.identifier", "it does not accept our client identifier"),
    3: ("mqtt.unavailable", "it says that it is not available"),
    4: ("auth", "it does not accept this user and password"),
    5: ("auth", "it does not let this user in"),
    0x84: ("mqtt.version", "it does not speak MQTT 3.1.1"),
}


@dataclass(frozen=True, slots=True)
class Mqtt(Hosted):
    """A broker of MQTT messages. A check subscribes to nothing, publishes nothing and leaves no session."""

    kind: ClassVar[str] = "mqtt"
    title: ClassVar[str] = "Message broker (MQTT)"
    example: ClassVar[str] = "mqtt://broker.example.org"
    schemes: ClassVar[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
        {"mqtt": NOTHING, "mqtts": MappingProxyType({"port": 8883, "tls": "implicit"})}
    )
    ports: ClassVar[Mapping[int, Mapping[str, Any]]] = MappingProxyType(
        {1883: NOTHING, 8883: MappingProxyType({"tls": "implicit"})}
    )

    port: Port = 1883
    user: Annotated[str, Key("User", "Empty: none, and no password.", most=200)] = ""
    password: Annotated[
        Text, Key("Password", "Sent as it is: without encryption others may read it.", most=1000, secret=True)
    ] = ""
    tls: Annotated[
        str, Key("Encryption", "None, or TLS from the beginning, usually on port 8883.", pattern="none|implicit")
    ] = "none"
    verify: Verify = True

    def __post_init__(self) -> None:
        """ValueError: keys that do not go together."""
        if self.password and not self.user:
            raise ValueError("a password needs a user")

    async def ask(self, means: Means, phases: Phases) -> Finding:
        password = encoded(await means.reveal(self.password), nul=True) if self.user else b""
        hello = connect(self.user, password)
        tls = None if self.tls == "none" else trusted(means, verify=self.verify)
        async with conversation(means, phases, check_host(self.host), self.port, tls) as talk:
            talk.send(hello)
            await self._let_in(talk)
            talk.send(bytes([_PINGREQ, 0]))
            await _pong(talk)
            talk.part(bytes([_DISCONNECT, 0]))
            return Finding(Outcome.OK, details={"tls": talk.encryption.version()} if talk.encryption else NOTHING)

    async def _let_in(self, talk: Conversation) -> None:
        (kind,) = await talk.exactly(1)
        if kind != _CONNACK:
            if self.user:
                raise Misbehaved("protocol", "what answers there is not MQTT")
            raise stranger("MQTT", bytes([kind]) + await talk.some())
        (length,) = await talk.exactly(1)
        if not 2 <= length <= 0x7F:  # it is 2; a broker of MQTT 5 alone may say more
            raise Misbehaved("protocol", "what answers there is not MQTT")
        flags, code = (await talk.exactly(length))[:2]
        if code == 5 and not self.user:
            raise Misbehaved("auth", "it wants a user and a password")
        if code:
            cause, said = _REFUSED.get(code, ("protocol", f"it refuses with a code that there is not: {code}"))
            raise Misbehaved(cause, said)
        if flags:  # section 3.2.2.2: what was asked for is a session without a past
            raise Misbehaved("protocol", "it goes on with a session that was not asked for")


def connect(user: str, password: bytes) -> bytes:
    """The packet that asks to be let in (section 3.1). Misconfigured: the password is too long for it."""
    identifier = f"watchbell{secrets.token_hex(7)}".encode()  # 23 bytes: what every broker must accept
    payload, flags = _counted(identifier), _CLEAN
    if user:
        payload, flags = payload + _counted(user.encode()), flags | _USER
        if password:
            if len(password) > _LONGEST:
                raise Misconfigured("config.invalid", "its password is too long for MQTT")
            payload, flags = payload + _counted(password), flags | _PASSWORD
    rest = _counted(b"MQTT") + bytes([_LEVEL, flags]) + _KEEP_ALIVE.to_bytes(2) + payload
    return bytes([_CONNECT]) + _length(len(rest)) + rest


async def _pong(talk: Conversation) -> None:
    """Reads until the ping is answered."""
    for _ in range(MOST_UNASKED):
        kind, length = (await talk.exactly(1))[0], 0
        for place in range(4):  # section 2.2.3
            digit = (await talk.exactly(1))[0]
            length |= (digit & 0x7F) << 7 * place
            if not digit & 0x80:
                break
        else:
            raise Misbehaved("protocol", "it sent a length that is none")
        if (kind, length) == (_PINGRESP, 0):
            return
        if kind & 0xF0 != _PUBLISH:
            raise Misbehaved("protocol", "it did not answer a ping")
        await talk.exactly(length)
    raise Misbehaved("protocol", "it did not answer a ping, but went on talking")


def _counted(words: bytes) -> bytes:
    return len(words).to_bytes(2) + words


def _length(length: int) -> bytes:
    """A remaining length, seven bits a byte (section 2.2.3)."""
    encoded = b""
    while length > 0x7F:
        encoded, length = encoded + bytes([length & 0x7F | 0x80]), length >> 7
    return encoded + bytes([length])
