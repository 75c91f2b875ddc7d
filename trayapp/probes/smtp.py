"""`smtp`: a mail server greets and says what it can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from trayapp.probes.conversation import Conversation
from trayapp.probes.greeted import Greeted
from trayapp.probes.hosted import Port
from trayapp.probes.replies import ehlo


@dataclass(frozen=True, slots=True)
class Smtp(Greeted):
    """A mail server that takes messages: port 25, or 587 with STARTTLS, or 465 with encryption from the beginning."""

    kind: ClassVar[str] = "smtp"
    title: ClassVar[str] = "Mail server (SMTP)"
    example: ClassVar[str] = "smtp://mail.example.org"
    schemes: ClassVar[Mapping[str, Mapping[str, Any]]] = {"smtp": {}, "smtps": {"port": 465, "tls": "implicit"}}
    ports: ClassVar[Mapping[int, Mapping[str, Any]]] = {25: {}, 587: {"tls": "starttls"}, 465: {"tls": "implicit"}}

    port: Port = 25

    async def converse(self, talk: Conversation) -> None:
        await ehlo(talk)
