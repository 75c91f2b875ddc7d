"""`tcp`: does anything accept a connection there? It says nothing of what stands behind the port."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Self

from trayapp.core.keys import Key
from trayapp.core.words import Finding, Outcome
from trayapp.probes.addresses import check_host, join_port, split_port
from trayapp.probes.base import Kind, Means
from trayapp.probes.dial import dial
from trayapp.probes.phases import Phases


@dataclass(frozen=True, slots=True)
class Tcp(Kind):
    """A TCP port that accepts connections."""

    kind: ClassVar[str] = "tcp"
    title: ClassVar[str] = "TCP port"
    example: ClassVar[str] = "tcp://example.org:22"

    host: Annotated[str, Key("Host", "A name or an IP address.", check=check_host, placeholder="example.org")]
    port: Annotated[int, Key("Port", "The TCP port that should accept connections.", least=1, most=65535)]

    @property
    def target(self) -> str:
        return join_port(self.host, self.port)

    @classmethod
    def from_target(cls, target: str) -> Self | None:
        """`tcp://host:22`, `tcp:host:22` or `host:22`."""
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
        connection = await dial(means, phases, check_host(self.host), self.port)
        connection.close()
        phases.answered = True
        return Finding(Outcome.OK)
