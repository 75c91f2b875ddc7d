"""`pop3`: a mailbox server of the older sort greets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from trayapp.probes.greeted import Greeted
from trayapp.probes.hosted import Port


@dataclass(frozen=True, slots=True)
class Pop3(Greeted):
    """A mailbox server: port 110, also with STLS, or 995 with encryption from the beginning."""

    kind: ClassVar[str] = "pop3"
    title: ClassVar[str] = "Mailboxes (POP3)"
    example: ClassVar[str] = "pop3s://mail.example.org"
    schemes: ClassVar[Mapping[str, Mapping[str, Any]]] = {"pop3": {}, "pop3s": {"port": 995, "tls": "implicit"}}
    ports: ClassVar[Mapping[int, Mapping[str, Any]]] = {110: {}, 995: {"tls": "implicit"}}

    port: Port = 110
