"""`imap`: a mailbox server greets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from trayapp.probes.greeted import Greeted
from trayapp.probes.hosted import Port


@dataclass(frozen=True, slots=True)
class Imap(Greeted):
    """A mailbox server: port 143, also with STARTTLS, or 993 with encryption from the beginning."""

    kind: ClassVar[str] = "imap"
    title: ClassVar[str] = "Mailboxes (IMAP)"
    example: ClassVar[str] = "imaps://mail.example.org"
    schemes: ClassVar[Mapping[str, Mapping[str, Any]]] = {"imap": {}, "imaps": {"port": 993, "tls": "implicit"}}
    ports: ClassVar[Mapping[int, Mapping[str, Any]]] = {143: {}, 993: {"tls": "implicit"}}

    port: Port = 143
