"""Kinds whose target is a host and a port of their own: one place for both keys and for how people write them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Self, TypeAlias

from trayapp.core.keys import Key
from trayapp.core.words import NOTHING
from trayapp.probes.addresses import check_host, join_port, split_port
from trayapp.probes.base import Kind

Host: TypeAlias = Annotated[str, Key("Host", "A name or an IP address.", check=check_host, placeholder="example.org")]
Port: TypeAlias = Annotated[int, Key("Port", "Where it listens.", least=1, most=65535)]


@dataclass(frozen=True, slots=True)
class Hosted(Kind):
    """A service at a host and port. A subclass repeats `port` with its default: `port: Port = 6379`.

    `schemes` are the words that people write before "://" or ":", and the keys that each implies; without any, the
    kind's own name. `ports` are those that mean this kind where somebody types only "host:port".
    """

    schemes: ClassVar[Mapping[str, Mapping[str, Any]]] = NOTHING
    ports: ClassVar[Mapping[int, Mapping[str, Any]]] = MappingProxyType({})

    host: Host
    port: Port

    @property
    def target(self) -> str:
        return join_port(self.host, self.port)

    @classmethod
    def from_target(cls, target: str) -> Self | None:
        """`kind://host:port`, `kind:host:port`, both also without a port, or `host:port` with one of `ports`.

        What a port implies holds with the kind's name before it too, unless the word there says otherwise.
        """
        scheme, colon, rest = target.partition(":")
        implied = (cls.schemes or {cls.kind: NOTHING}).get(scheme.lower()) if colon else None
        if implied is not None:
            address = rest.removeprefix("//").removesuffix("/")
            if "@" in address:  # it may be a password: not a word of it is repeated
                raise ValueError(f'no user or password belongs here: give "{scheme}://{address.rpartition("@")[2]}"')
            host, port = split_port(address)
            if port is None:
                return cls(**{**implied, "host": host})
            return cls(**{**cls.ports.get(port, NOTHING), **implied, "host": host, "port": port})
        try:
            host, port = split_port(target)
        except ValueError:
            return None
        if port is None or port not in cls.ports:
            return None
        return cls(**{"port": port, **cls.ports[port], "host": host})
