"""`memcached`: it says its version; when asked to, it keeps a value for a moment, and keeps more than it throws away.

The text protocol, as doc/protocol.txt of memcached 1.6 describes it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, ClassVar

from trayapp.core.keys import Key
from trayapp.core.words import NOTHING, Finding, Outcome
from trayapp.probes.addresses import check_host
from trayapp.probes.base import Means
from trayapp.probes.causes import Misbehaved
from trayapp.probes.conversation import MOST, Conversation, conversation, shown
from trayapp.probes.hosted import Hosted, Port
from trayapp.probes.phases import Phases

FEWEST_GETS = 1000
"""Fewer reads than these say nothing of a hit ratio."""

SOON = 60
"""Seconds after which a value of ours is gone, should we not come to delete it."""

_LINE = 2048
"""Bytes of one line of an answer; memcached's own bound for a command."""


@dataclass(frozen=True, slots=True)
class Memcached(Hosted):
    """A memcached. Of its own accord a check stores nothing."""

    kind: ClassVar[str] = "memcached"
    title: ClassVar[str] = "memcached"
    example: ClassVar[str] = "memcached://cache.example.org"
    ports: ClassVar[Mapping[int, Mapping[str, Any]]] = MappingProxyType({11211: NOTHING})

    port: Port = 11211
    roundtrip: Annotated[
        bool,
        Key("Round trip", "Stores a value under a key of our own for a moment, reads it back and deletes it."),
    ] = False
    evictions_above: Annotated[
        float | None,
        Key(
            "Evictions above",
            "More items thrown out per hour are a warning. An average since it was started, for one look shows no "
            "more; one that has run for long changes slowly.",
            least=0,
            advanced=True,
        ),
    ] = None
    hit_ratio_below: Annotated[
        float | None,
        Key(
            "Hit ratio below",
            f"Fewer percent of reads that find something are a warning. An average since it was started, judged from "
            f"{FEWEST_GETS} reads on.",
            least=0,
            most=100,
            advanced=True,
        ),
    ] = None

    async def ask(self, means: Means, phases: Phases) -> Finding:
        async with conversation(means, phases, check_host(self.host), self.port) as talk:
            details: dict[str, Any] = {"version": await _version(talk)}
            if self.roundtrip:
                await _come_back(talk)
            if self.evictions_above is None and self.hit_ratio_below is None:
                return Finding(Outcome.OK, details=details)
            return self._judge(await _stats(talk), details)

    def _judge(self, stats: Mapping[str, int], details: dict[str, Any]) -> Finding:
        """What the counters say. An hour is the least that an average is made of, so that a start is no flood."""
        evicted = stats["evictions"] / max(stats["uptime"] / 3600, 1)
        hits, gets = stats["get_hits"], stats["get_hits"] + stats["get_misses"]
        details["evictions_per_hour"] = round(evicted, 1)
        if gets:
            details["hit_ratio"] = round(100 * hits / gets, 2)
        if self.evictions_above is not None and evicted > self.evictions_above:
            message = f"throws out {evicted:.1f} items an hour on average, more than {self.evictions_above:g}"
            return Finding(Outcome.WARNING, "memcached.evictions", message=message, details=details)
        if self.hit_ratio_below is not None and gets >= FEWEST_GETS and 100 * hits < self.hit_ratio_below * gets:
            message = f"{100 * hits / gets:.1f} % of reads find something, fewer than {self.hit_ratio_below:g} %"
            return Finding(Outcome.WARNING, "memcached.hit_ratio", message=message, details=details)
        return Finding(Outcome.OK, details=details)


async def _version(talk: Conversation) -> str:
    talk.send(b"version\r\n")
    line = await _line(talk)
    if not line.startswith(b"VERSION "):
        raise Misbehaved("protocol", f'what answers there is not memcached: it said "{shown(line)}"')
    return shown(line.removeprefix(b"VERSION "), 40)


async def _come_back(talk: Conversation) -> None:
    """A value never used before, under a key never used before: a stale or foreign answer cannot be it."""
    key, value = f"watchbell-{secrets.token_hex(16)}".encode(), secrets.token_hex(16).encode()
    talk.send(b"set %b 0 %d %d\r\n%b\r\n" % (key, SOON, len(value), value))
    stored = await _line(talk)
    if stored != b"STORED":
        raise Misbehaved("memcached.not_stored", f'did not store a value: it said "{shown(stored)}"')
    talk.send(b"get %b\r\n" % key)
    found = await _line(talk)
    if found == b"END":
        raise Misbehaved("memcached.lost", "stored a value, but it did not come back")
    if not found.startswith(b"VALUE "):
        raise Misbehaved("protocol", f'asked for a value, it said "{shown(found)}"')
    ours = found.split()[1::2] == [key, b"%d" % len(value)]  # VALUE key flags length
    if not ours or await talk.exactly(len(value) + 2) != value + b"\r\n":
        raise Misbehaved("memcached.lost", "stored a value, but another one came back")
    if (end := await _line(talk)) != b"END":
        raise Misbehaved("protocol", f'went on after a value: it said "{shown(end)}"')
    talk.send(b"delete %b\r\n" % key)
    if (gone := await _line(talk)) not in (b"DELETED", b"NOT_FOUND"):
        raise Misbehaved("memcached.not_deleted", f'did not delete a value: it said "{shown(gone)}"')


async def _stats(talk: Conversation) -> Mapping[str, int]:
    """The counters that are looked at. Misbehaved: one is missing or none."""
    talk.send(b"stats\r\n")
    seen: dict[bytes, bytes] = {}
    total = 0
    while (line := await _line(talk)) != b"END":
        word, name, value = [*line.split(b" ", 2), b"", b""][:3]
        total += len(line) + 2
        if word != b"STAT" or total > MOST:
            raise Misbehaved("protocol", f'asked for its counters, it said "{shown(line)}"')
        seen[name] = value
    counters = {}
    for counter in ("uptime", "evictions", "get_hits", "get_misses"):
        value = seen.get(counter.encode(), b"")
        if not (value.isdigit() and len(value) <= 20):
            raise Misbehaved("protocol", f"asked for its counters, it said nothing of {counter}")
        counters[counter] = int(value)
    return counters


async def _line(talk: Conversation) -> bytes:
    """The next line. Misbehaved: it says that it cannot answer at all."""
    line = await talk.line(_LINE)
    if line.startswith(b"CLIENT_ERROR unauthenticated"):
        raise Misbehaved("auth", "it wants a login before it answers, which Watchbell cannot give it")
    if line.startswith(b"ERROR Too many open connections"):
        raise Misbehaved("memcached.connections", "it has too many connections")
    return line
