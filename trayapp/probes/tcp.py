"""`tcp`: does anything accept a connection there, and, where it is asked to, answer with the right words?

Without `send` and `expect` it says nothing of what stands behind the port, nor waits for it to say anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Self

from trayapp.core.keys import Key, Text
from trayapp.core.words import NOTHING, Finding, Outcome
from trayapp.probes.addresses import check_host, split_port
from trayapp.probes.base import Means
from trayapp.probes.causes import Misbehaved
from trayapp.probes.conversation import MOST, Closed, Conversation, conversation
from trayapp.probes.dial import dial
from trayapp.probes.encryption import Verify, trusted
from trayapp.probes.hosted import Hosted
from trayapp.probes.phases import Phases

_QUOTED = 80


@dataclass(frozen=True, slots=True)
class Tcp(Hosted):
    """A TCP port that accepts connections."""

    kind: ClassVar[str] = "tcp"
    title: ClassVar[str] = "TCP port"
    example: ClassVar[str] = "tcp://example.org:22"

    port: Annotated[int, Key("Port", "The TCP port that should accept connections.", least=1, most=65535)]
    send: Annotated[
        Text, Key("Send", r'Said once connected, such as "PING\r\n".', most=10_000, advanced=True, secret=True)
    ] = ""
    expect: Annotated[str, Key("Expect", "Words that must come.", most=10_000, advanced=True)] = ""
    tls: Annotated[bool, Key("Encrypted", "Encrypted from the beginning.", advanced=True)] = False
    verify: Verify = True

    @classmethod
    def from_target(cls, target: str) -> Self | None:
        """`tcp://host:22`, `tcp:host:22` or `host:22`, with any port."""
        scheme, colon, rest = target.partition(":")
        claimed = bool(colon) and scheme.lower() == cls.kind
        address = rest.removeprefix("//").removesuffix("/") if claimed else target
        try:
            host, port = split_port(address)
        except ValueError:
            if claimed:
                raise
            return None
        if port is None and claimed:
            raise ValueError(f'tcp needs a port: "{address}:22", for example')
        return cls(host, port) if port is not None else None

    async def ask(self, means: Means, phases: Phases) -> Finding:
        words = (await means.reveal(self.send)).encode() if self.send else b""
        if not (words or self.expect or self.tls):
            connection = await dial(means, phases, check_host(self.host), self.port)
            connection.close()
            phases.answered = True
            return Finding(Outcome.OK)
        context = (trusted(means, verify=self.verify)) if self.tls else None
        async with conversation(means, phases, check_host(self.host), self.port, context) as talk:
            phases.answered = True
            if words:
                talk.send(words)
            if self.expect:
                phases.awaited = f'"{_short(self.expect)}"'
                await _hear(talk, self.expect)
            return Finding(Outcome.OK, details={"tls": talk.encryption.version()} if talk.encryption else NOTHING)


async def _hear(talk: Conversation, expected: str) -> None:
    """Reads until these words have come. Misbehaved `tcp.expect`: they did not; what came is quoted nowhere."""
    words, heard = expected.encode(), bytearray()
    quoted = _short(expected)
    while True:
        searched = max(0, len(heard) - len(words) + 1)
        try:
            heard += await talk.some()
        except Closed as error:
            came = f'without "{quoted}"' if heard else "without an answer"
            raise Misbehaved("tcp.expect", f"the server closed the connection {came}") from error
        if words in heard[searched:]:
            return
        if len(heard) > MOST:
            raise Misbehaved("tcp.expect", f'the first {MOST} bytes of the answer do not contain "{quoted}"')


def _short(words: str) -> str:
    return words if len(words) <= _QUOTED else f"{words[: _QUOTED - 1]}…"
