"""`redis`: it answers, keeps a value when asked to, and is in step with its replicas or its master.

AUTH sends the password as it is: without TLS whoever listens on the way reads it. Redis has no other
way, so it is allowed, and said where the password is asked for. Once it was sent nothing that the
server says is repeated, for it could be the password; only words known beforehand are looked at.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Self

from trayapp.core.keys import Duration, Key, Text
from trayapp.core.words import NOTHING, Finding, Outcome
from trayapp.probes.addresses import check_host
from trayapp.probes.base import Means
from trayapp.probes.causes import Misbehaved
from trayapp.probes.conversation import conversation
from trayapp.probes.encryption import Verify, trusted
from trayapp.probes.hosted import Hosted, Port
from trayapp.probes.logins import encoded, split_login
from trayapp.probes.phases import Phases
from trayapp.probes.redis_replication import in_step
from trayapp.probes.redis_talk import RedisTalk

SOON = b"60"
"""Seconds after which a value of ours is gone, should we not come to delete it."""

_VERSION = re.compile(rb"\d{1,5}(\.\d{1,5}){1,3}")


@dataclass(frozen=True, slots=True)
class Redis(Hosted):
    """A Redis, or what speaks its protocol. Of its own accord a check stores nothing."""

    kind: ClassVar[str] = "redis"
    title: ClassVar[str] = "Redis"
    example: ClassVar[str] = "redis://cache.example.org"
    schemes: ClassVar[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
        {"redis": NOTHING, "rediss": MappingProxyType({"tls": "implicit"})}
    )
    ports: ClassVar[Mapping[int, Mapping[str, Any]]] = MappingProxyType({6379: NOTHING})

    port: Port = 6379
    user: Annotated[str, Key("User", "Of its access lists; empty for the default one.", most=200)] = ""
    password: Annotated[
        Text, Key("Password", "Redis reads it as it is: without encryption so may others.", most=1000, secret=True)
    ] = field(default="", repr=False)
    tls: Annotated[str, Key("Encryption", "None, or TLS from the beginning.", pattern="none|implicit")] = "none"
    verify: Verify = True
    roundtrip: Annotated[
        bool,
        Key(
            "Round trip",
            "Stores a value under a key of our own for a moment, reads it back and deletes it. A replica that is only "
            "read, and one node of a cluster, cannot do that.",
        ),
    ] = False
    replication: Annotated[
        bool,
        Key("Replication", "A replica must be linked to its master; a master must have replicas that follow it."),
    ] = False
    replication_lag_above: Annotated[
        Duration | None,
        Key(
            "Replication lag above",
            "Longer silence between a master and its replica is a warning. An idle master is heard every 10 s, so "
            "less than 15s warns without need.",
            least=1000,
            most=86_400_000,
            advanced=True,
        ),
    ] = None

    @classmethod
    def from_target(cls, target: str) -> Self | None:
        """`redis://user@host:port/0` too: the only database that is asked."""
        if target.partition(":")[0].lower() not in cls.schemes:
            return super(Redis, cls).from_target(target)
        address, user, name = split_login(target)
        if name not in ("", "0"):
            raise ValueError(f'only database 0 is asked, not "/{name[:80]}"')
        probe = super(Redis, cls).from_target(address)
        return probe and replace(probe, user=user)

    async def ask(self, means: Means, phases: Phases) -> Finding:
        password = encoded(await means.reveal(self.password), nul=True)
        tls = None if self.tls == "none" else trusted(means, verify=self.verify)
        async with conversation(means, phases, check_host(self.host), self.port, tls) as connection:
            talk = RedisTalk(connection)
            if self.user or password:
                await talk.log_in(self.user, password)
            pong = await talk.ask(b"PING")
            if pong != b"PONG":
                raise Misbehaved("protocol", "it did not answer PING with PONG")
            details: dict[str, Any] = {}
            about = await talk.facts(b"server", needed=False)
            if _VERSION.fullmatch(version := about.get(b"redis_version", b"")):
                details["version"] = version.decode()
            if self.roundtrip:
                await _come_back(talk)
            finding = Finding(Outcome.OK)
            if self.replication or self.replication_lag_above is not None:
                finding = in_step(await talk.facts(b"replication"), self.replication, self.replication_lag_above)
            return replace(finding, details={**details, **finding.details})


async def _come_back(talk: RedisTalk) -> None:
    """A value never used before, under a key never used before: a stale or foreign answer cannot be it."""
    key, value = f"watchbell:{secrets.token_hex(16)}".encode(), secrets.token_hex(16).encode()
    if await talk.ask(b"SET", key, value, b"EX", SOON) != b"OK":
        raise Misbehaved("redis.not_stored", "it did not say that it stored a value")
    found = await talk.ask(b"GET", key)
    if found is None:
        raise Misbehaved("redis.lost", "stored a value, but it did not come back")
    if found != value:
        raise Misbehaved("redis.lost", "stored a value, but another one came back")
    if not isinstance(await talk.ask(b"DEL", key), int):
        raise Misbehaved("protocol", "it did not say how many values it deleted")
