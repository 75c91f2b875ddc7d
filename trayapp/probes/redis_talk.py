"""Commands to a Redis and what its refusals mean. Error codes: https://redis.io/docs/latest/develop/reference/protocol-spec/
and the server's own list of shared replies; they stand at the beginning of the line and never change.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trayapp.probes.causes import CheckEnded, Misbehaved, Misconfigured
from trayapp.probes.conversation import Conversation, shown
from trayapp.probes.resp import Answer, Refusal, answer, command

_MEANINGS: Mapping[str, tuple[type[CheckEnded], str, str]] = MappingProxyType(
    {
        "NOAUTH": (Misbehaved, "auth", "it wants a password"),
        "WRONGPASS": (Misbehaved, "auth", "wrong user or password"),
        "NOPERM": (Misbehaved, "auth", "its user may not do what was asked"),
        "DENIED": (Misbehaved, "redis.protected", "it talks to its own machine only: it is in protected mode"),
        "LOADING": (Misbehaved, "redis.loading", "it is still loading its data"),
        "BUSY": (Misbehaved, "redis.busy", "a script keeps it from answering"),
        "MASTERDOWN": (
            Misbehaved,
            "redis.masterdown",
            "its link to its master is down, and it answers nothing without",
        ),
        "READONLY": (Misbehaved, "redis.readonly", "it is a replica that is only read, and stored nothing"),
        "MISCONF": (Misbehaved, "redis.misconf", "it cannot save its data to disk, and refuses to store more"),
        "OOM": (Misbehaved, "redis.full", "its memory is full, and it refuses to store more"),
        "NOREPLICAS": (Misbehaved, "redis.replicas", "too few replicas follow it, and it refuses to store more"),
        "CLUSTERDOWN": (Misbehaved, "redis.cluster", "its cluster is down"),
        "MOVED": (Misconfigured, "config.invalid", "it is one node of a cluster: switch the round trip off"),
    }
)

_TOO_MANY = b"ERR max number of clients"
_NO_PASSWORD = (b"ERR AUTH <password> called without any password", b"ERR Client sent AUTH, but no password is set")
_WRONG_PASSWORD = (b"ERR invalid password",)  # before Redis 6


class RedisTalk:
    """One conversation with a Redis. Once a secret was told, nothing that it says is repeated."""

    def __init__(self, talk: Conversation) -> None:
        self._talk = talk
        self._told_secret = False

    async def log_in(self, user: str, password: bytes) -> None:
        """AUTH. Misbehaved `auth`: refused."""
        self._told_secret = True
        words = [user.encode(), password] if user else [password]
        reply = await self._exchange(b"AUTH", *words)
        if not isinstance(reply, Refusal):
            return
        if reply.words.startswith(_NO_PASSWORD):
            raise Misbehaved("auth", "it asks for no password, but one is set here")
        if reply.words.startswith(_WRONG_PASSWORD):
            raise Misbehaved("auth", "wrong user or password")
        raise self._meaning(b"AUTH", reply)

    async def ask(self, *words: bytes) -> bytes | int | None:
        """The answer to a command. Raises Misbehaved, or Misconfigured where it cannot be asked that."""
        reply = await self._exchange(*words)
        if isinstance(reply, Refusal):
            raise self._meaning(words[0], reply)
        return reply

    async def facts(self, section: bytes, *, needed: bool = True) -> Mapping[bytes, bytes]:
        """A section of INFO; where it is not needed, none if this user may not see it."""
        reply = await self._exchange(b"INFO", section)
        if isinstance(reply, Refusal) and reply.code in ("NOPERM", "ERR") and not needed:
            return {}
        if isinstance(reply, Refusal):
            raise self._meaning(b"INFO", reply)
        if not isinstance(reply, bytes):
            raise Misbehaved("protocol", "it did not answer INFO with text")
        return {name: value for name, _, value in (line.partition(b":") for line in reply.splitlines())}

    async def _exchange(self, *words: bytes) -> Answer:
        self._talk.send(command(*words))
        return await answer(self._talk, self._stranger)

    def _stranger(self, line: bytes) -> Misbehaved:
        said = "" if self._told_secret else f': it said "{shown(line)}"'
        return Misbehaved("protocol", f"what answers there is not Redis{said}")

    def _meaning(self, word: bytes, refusal: Refusal) -> CheckEnded:
        if refusal.words.startswith(_TOO_MANY):
            return Misbehaved("redis.connections", "it has too many connections")
        if refusal.code in _MEANINGS:
            kind, cause, message = _MEANINGS[refusal.code]
            return kind(cause, message)
        said = "" if self._told_secret else f': "{shown(refusal.words)}"'
        return Misbehaved("auth" if word == b"AUTH" else "redis.error", f"it refused {word.decode()}{said}")
