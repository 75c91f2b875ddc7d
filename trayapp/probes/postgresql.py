"""`postgresql`: it would let somebody log in; with a user, it lets that one in and answers a question.

Without a user the start of a login is enough, as for pg_isready: a refusal is a sign of life, but
for those that a server gives that is starting, stopping or full. The password is hashed with what the
server sends (SCRAM, MD5); as it is, it goes only through TLS or to this very machine. Once it was
sent, nothing that the server says is repeated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Self

from trayapp.core.keys import Key, Text
from trayapp.core.words import NOTHING, Finding, Outcome
from trayapp.probes.addresses import check_host
from trayapp.probes.base import Means
from trayapp.probes.causes import Misbehaved
from trayapp.probes.conversation import conversation
from trayapp.probes.encryption import Verify, trusted
from trayapp.probes.hosted import Hosted, Port
from trayapp.probes.logins import check_word, encoded, split_login
from trayapp.probes.pg_login import METHODS, asked_for, log_in
from trayapp.probes.pg_messages import PgError, PgTalk
from trayapp.probes.phases import Phases
from trayapp.probes.starttls import postgresql as begin_tls

_ILL = ("53", "57", "58", "XX")
"""Beginnings of SQLSTATE that are no refusal of a login, but a server that is not well."""

_VERSION = re.compile(rb"server_version\0(\d{1,4}(?:\.\d{1,4}){0,2})[^\0]*\0")


@dataclass(frozen=True, slots=True)
class Postgresql(Hosted):
    """A PostgreSQL. Its answer to a login is enough; with a user, so is what it answers to SELECT 1."""

    kind: ClassVar[str] = "postgresql"
    title: ClassVar[str] = "PostgreSQL"
    example: ClassVar[str] = "postgresql://db.example.org"
    schemes: ClassVar[Mapping[str, Mapping[str, Any]]] = MappingProxyType({"postgresql": NOTHING, "postgres": NOTHING})
    ports: ClassVar[Mapping[int, Mapping[str, Any]]] = MappingProxyType({5432: NOTHING})

    port: Port = 5432
    user: Annotated[
        str,
        Key("User", "Logs in and asks SELECT 1. Empty: a refused login is answer enough.", check=check_word, most=200),
    ] = ""
    password: Annotated[
        Text, Key("Password", "Sent hashed; as it is, only through TLS or to this machine.", most=1000, secret=True)
    ] = field(default="", repr=False)
    database: Annotated[
        str, Key("Database", "Empty: the one called like the user.", check=check_word, most=200, advanced=True)
    ] = ""
    tls: Annotated[str, Key("Encryption", "None, or TLS asked for first.", pattern="none|starttls")] = "none"
    verify: Verify = True

    @classmethod
    def from_target(cls, target: str) -> Self | None:
        """`postgresql://user@host:port/database` too."""
        if target.partition(":")[0].lower() not in cls.schemes:
            return super(Postgresql, cls).from_target(target)
        address, user, database = split_login(target)
        probe = super(Postgresql, cls).from_target(address)
        return probe and replace(probe, user=user, database=database)

    @classmethod
    def load(cls) -> None:
        import scramp  # noqa: F401, PLC0415  takes its time, and only logins need it

    async def ask(self, means: Means, phases: Phases) -> Finding:
        password = encoded(await means.reveal(self.password)).decode()
        async with conversation(means, phases, check_host(self.host), self.port) as connection:
            if self.tls == "starttls":
                await begin_tls(connection)
                await connection.encrypt(trusted(means, verify=self.verify))
            talk = PgTalk(connection)
            talk.start(self.user or "watchbell", self.database)
            if not self.user:
                return await _sign_of_life(talk)
            here = phases.address is not None and ip_address(phases.address.partition("%")[0]).is_loopback
            await log_in(talk, self.user, password, plainly=talk.encrypted or here)
            details = await _settled(talk)
            await _one(talk)
            talk.say(b"X")
            return Finding(Outcome.OK, details=details)


async def _sign_of_life(talk: PgTalk) -> Finding:
    try:
        method, _ = await asked_for(talk)
    except PgError as error:
        if error.state.startswith(_ILL) or not error.state:
            raise
        return Finding(Outcome.OK, details={"refused": error.state})
    return Finding(Outcome.OK, details={"login": METHODS[method]})


async def _settled(talk: PgTalk) -> Mapping[str, Any]:
    """Until the server waits for a question; what it told of itself until then."""
    details: dict[str, Any] = {}
    while True:
        kind, body = await talk.hear()
        if kind == b"Z":
            return details
        if kind == b"S" and (found := _VERSION.fullmatch(body)):
            details["version"] = found[1].decode()
        elif kind not in (b"S", b"K"):
            raise Misbehaved("protocol", "it let the user in, and then said what does not belong there")


async def _one(talk: PgTalk) -> None:
    """SELECT 1 is 1."""
    talk.say(b"Q", b"SELECT 1\0")
    heard: list[tuple[bytes, bytes]] = []
    while not heard or heard[-1][0] != b"Z":
        heard.append(await talk.hear())
    rows = [body for kind, body in heard if kind == b"D"]
    if rows != [b"\0\1\0\0\0\1" + b"1"]:
        raise Misbehaved("postgresql.answer", "it let the user in, but its answer to SELECT 1 is not 1")
