"""`mysql`: a MySQL or MariaDB greets; with a user, it lets that one in and answers a question.

Without a user a login is tried all the same, and its refusal is a sign of life: why, my_login.py says.
The password is sent hashed with what the server sends; as it is, it goes only through TLS. Once it
was sent, nothing that the server says is repeated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Self

from trayapp.core.keys import Key, Text
from trayapp.core.words import NOTHING, Finding, Outcome
from trayapp.probes.addresses import check_host
from trayapp.probes.base import Means
from trayapp.probes.causes import Misbehaved
from trayapp.probes.conversation import Conversation, conversation
from trayapp.probes.encryption import trusted
from trayapp.probes.hosted import Hosted, Port
from trayapp.probes.logins import check_word, encoded, split_login
from trayapp.probes.my_login import OtherPlugin, ask_for_tls, log_in
from trayapp.probes.my_packets import REFUSALS, SSL, SWITCH, Greeting, MyError, MyTalk
from trayapp.probes.phases import Phases

_QUIT, _QUERY = b"\x01", b"\x03"
_NOBODY = "watchbell"
_MOST_PACKETS = 20
"""Of an answer to SELECT 1; five are right."""


@dataclass(frozen=True, slots=True)
class Mysql(Hosted):
    """A MySQL or MariaDB. Its answer to a login is enough; with a user, so is what it answers to SELECT 1."""

    kind: ClassVar[str] = "mysql"
    title: ClassVar[str] = "MySQL"
    example: ClassVar[str] = "mysql://db.example.org"
    schemes: ClassVar[Mapping[str, Mapping[str, Any]]] = MappingProxyType({"mysql": NOTHING, "mariadb": NOTHING})
    ports: ClassVar[Mapping[int, Mapping[str, Any]]] = MappingProxyType({3306: NOTHING})

    port: Port = 3306
    user: Annotated[
        str,
        Key(
            "User",
            "Logs in and asks SELECT 1. Empty: a refused login is answer enough, and stands in its log; a server that "
            "delays those needs a user.",
            check=check_word,
            most=200,
        ),
    ] = ""
    password: Annotated[Text, Key("Password", "Sent hashed; as it is, only through TLS.", most=1000, secret=True)] = (
        field(default="", repr=False)
    )
    database: Annotated[str, Key("Database", "Empty: none is chosen.", check=check_word, most=200, advanced=True)] = ""
    tls: Annotated[str, Key("Encryption", "None, or TLS asked for first.", pattern="none|starttls")] = "none"
    verify: Annotated[
        bool,
        Key(
            "Verify",
            "Off: any certificate will do. A server whose certificate is refused counts that against "
            "max_connect_errors, and may block this machine.",
            advanced=True,
        ),
    ] = True

    @classmethod
    def from_target(cls, target: str) -> Self | None:
        """`mysql://user@host:port/database` too."""
        if target.partition(":")[0].lower() not in cls.schemes:
            return super(Mysql, cls).from_target(target)
        address, user, database = split_login(target)
        probe = super(Mysql, cls).from_target(address)
        return probe and replace(probe, user=user, database=database)

    async def ask(self, means: Means, phases: Phases) -> Finding:
        password = encoded(await means.reveal(self.password))
        async with conversation(means, phases, check_host(self.host), self.port) as connection:
            talk = MyTalk(connection)
            try:
                greeting = await talk.greeting()
            except MyError as error:
                if self.user or error.code not in REFUSALS:
                    raise
                return Finding(Outcome.OK, details={"refused": error.code})
            details: dict[str, Any] = {"version": greeting.version}
            if self.tls == "starttls":
                await self._encrypt(talk, greeting, connection, means)
            if not self.user:
                return Finding(Outcome.OK, details={**details, **await _knock(talk, greeting)})
            await log_in(talk, greeting, self.user, password, self.database)
            await _one(talk)
            talk.ask(_QUIT)
            return Finding(Outcome.OK, details=details)

    async def _encrypt(self, talk: MyTalk, greeting: Greeting, connection: Conversation, means: Means) -> None:
        if not greeting.capabilities & SSL:
            await _knock(talk, greeting)
            raise Misbehaved("tls.starttls", "it offers no encryption")
        ask_for_tls(talk, self.database)
        await connection.encrypt(trusted(means, verify=self.verify))


async def _knock(talk: MyTalk, greeting: Greeting) -> Mapping[str, Any]:
    """A login that nobody expects to go right, so that none is broken off. MyError: the server is not well."""
    try:
        await log_in(talk, greeting, _NOBODY, b"")
    except OtherPlugin as error:
        return {"refused": error.refused}
    except MyError as error:
        if error.code not in REFUSALS:
            raise
        return {"refused": error.code}
    talk.ask(_QUIT)
    return NOTHING


async def _one(talk: MyTalk) -> None:
    """SELECT 1 is 1: one column, what it is called, an end, its row, an end."""
    talk.ask(_QUERY + b"SELECT 1")
    heard = [await talk.hear()]
    ends = 0
    while ends < 2 and len(heard) < _MOST_PACKETS:
        heard.append(await talk.hear())
        ends += heard[-1][0] == SWITCH and len(heard[-1]) < 9
    if heard[0] != b"\x01" or heard[3:4] != [b"\x011"] or len(heard) != 5:
        raise Misbehaved("mysql.answer", "it let the user in, but its answer to SELECT 1 is not 1")
