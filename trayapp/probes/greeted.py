"""Kinds that greet whoever connects and may be encrypted: SMTP, IMAP, POP3 and FTP have the same course.

The greeting, encryption where it is wished for, a word of farewell that nobody waits for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from trayapp.core.keys import Key
from trayapp.core.words import Finding, Outcome
from trayapp.probes.addresses import check_host
from trayapp.probes.base import Means
from trayapp.probes.conversation import Conversation, conversation, shown
from trayapp.probes.encryption import Verify, trusted
from trayapp.probes.hosted import Hosted
from trayapp.probes.phases import Phases
from trayapp.probes.starttls import DIALECTS

_MOST_BANNER = 100


@dataclass(frozen=True, slots=True)
class Greeted(Hosted):
    """A service that speaks first; its kind is one of the dialects of starttls.py."""

    tls: Annotated[
        str,
        Key("Encryption", "None, begun by a command, or from the beginning.", pattern="none|starttls|implicit"),
    ] = "none"
    verify: Verify = True

    async def ask(self, means: Means, phases: Phases) -> Finding:
        context = trusted(means, verify=self.verify)
        implicit = context if self.tls == "implicit" else None
        dialect = DIALECTS[self.kind]
        assert dialect.greeting is not None
        async with conversation(means, phases, check_host(self.host), self.port, implicit) as talk:
            if self.tls == "starttls":
                banner = await dialect.prelude(talk)
                await talk.encrypt(context, dialect.prelude)
            else:
                banner = await dialect.greeting(talk)
            await self.converse(talk)
            talk.part(dialect.farewell)
            details: dict[str, Any] = {"banner": shown(banner, _MOST_BANNER)}
            if talk.encryption is not None:
                details["tls"] = talk.encryption.version()
            return Finding(Outcome.OK, details=details)

    async def converse(self, talk: Conversation) -> None:
        """What is asked of it besides its greeting. Raises CheckEnded."""
