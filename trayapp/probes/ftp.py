"""`ftp`: a file server greets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from trayapp.probes.greeted import Greeted
from trayapp.probes.hosted import Port


@dataclass(frozen=True, slots=True)
class Ftp(Greeted):
    """A file server: port 21, also with AUTH TLS, or 990 with encryption from the beginning."""

    kind: ClassVar[str] = "ftp"
    title: ClassVar[str] = "File server (FTP)"
    example: ClassVar[str] = "ftp://files.example.org"
    schemes: ClassVar[Mapping[str, Mapping[str, Any]]] = {"ftp": {}, "ftps": {"port": 990, "tls": "implicit"}}
    ports: ClassVar[Mapping[int, Mapping[str, Any]]] = {21: {}, 990: {"tls": "implicit"}}

    port: Port = 21
