"""`grpc`: a gRPC server says of itself, or of one of its services, whether it serves (grpc.health.v1).

The protocol is that of the gRPC Health Checking Protocol. This file declares the keys; the conversation is in
grpc_talk.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Self
from urllib.parse import urlsplit

from trayapp.core.keys import Key
from trayapp.core.words import Finding
from trayapp.probes.addresses import split_port
from trayapp.probes.base import Kind, Means
from trayapp.probes.encryption import Verify
from trayapp.probes.phases import Phases

ENCRYPTED_PORT = 443

_SCHEMES = ("grpc", "grpcs")


def check_grpc_url(url: str) -> tuple[bool, str, int]:
    """Whether it is encrypted, its host and its port. ValueError: `not a gRPC address: "htp://…"`."""
    scheme, separator, rest = url.partition("://")
    shown = url[:80] if "@" not in url else f"…@{url.rpartition('@')[2][:80]}"
    if not separator or scheme.lower() not in _SCHEMES:
        raise ValueError(f'not a gRPC address: "{shown}"; it begins with grpc:// or grpcs://')
    if "@" in rest:
        raise ValueError(f'no user and no password belong into a gRPC address: "{shown}"')
    encrypted = scheme.lower() == "grpcs"
    host, port = split_port(rest.removesuffix("/"))
    if port is None and not encrypted:
        raise ValueError(f'a gRPC address needs a port: "grpc://{host}:50051", for example')
    return encrypted, host, port or ENCRYPTED_PORT


@dataclass(frozen=True, slots=True)
class Grpc(Kind):
    """A gRPC server that tells its health."""

    kind: ClassVar[str] = "grpc"
    title: ClassVar[str] = "gRPC service"
    example: ClassVar[str] = "grpc://example.org:50051"

    url: Annotated[
        str,
        Key(
            "Address",
            "grpc://host:port, or grpcs:// where it is encrypted.",
            check=check_grpc_url,
            placeholder="grpc://example.org:50051",
        ),
    ]
    service: Annotated[
        str, Key("Service", "Its name, such as shop.v1.Orders; empty: the server as a whole.", most=200)
    ] = ""
    verify: Verify = True

    @property
    def target(self) -> str:
        return self.url

    @classmethod
    def from_target(cls, target: str) -> Self | None:
        """`grpc://host:port` or `grpcs://host`, with the service's name as its path if need be."""
        scheme, colon, rest = target.partition(":")
        if not colon or scheme.lower() not in _SCHEMES:
            return None
        parts = urlsplit(f"{scheme}://{rest.removeprefix('//')}")
        url = f"{scheme.lower()}://{parts.netloc}"
        check_grpc_url(url)
        return cls(url, parts.path.removeprefix("/"))

    @classmethod
    def load(cls) -> None:
        from trayapp.probes.grpc_talk import offering_http2  # noqa: PLC0415  HTTP/2 takes its time to load

        offering_http2(verify=True)

    async def ask(self, means: Means, phases: Phases) -> Finding:
        from trayapp.probes.grpc_talk import talk_over  # noqa: PLC0415  see load

        return await talk_over(self, means, phases)
