"""`ntp`: a time server is synchronised, and its clock and this machine's agree (RFC 5905)."""

from __future__ import annotations

import secrets
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, ClassVar

from trayapp.core.keys import Duration, Key
from trayapp.core.wording import duration
from trayapp.core.words import NOTHING, Finding, Outcome
from trayapp.probes.addresses import check_host
from trayapp.probes.base import Means
from trayapp.probes.causes import Misbehaved
from trayapp.probes.datagram import Exchange, addresses_of
from trayapp.probes.hosted import Hosted, Port
from trayapp.probes.phases import Phases

COARSE = 100_000_000
"""Nanoseconds by which a server's times may contradict ours: the clock of an old one ticks seldom."""

_PACKET = struct.Struct("!BBbbiI4s4Q")
_VERSION, _CLIENT, _SERVER = 4, 3, 4
_ALARM, _UNSYNCHRONISED = 3, 16
_FROM_1900 = 2_208_988_800
_ERA = 1 << 32
_SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server says, and when by our clock. Nanoseconds since the Unix epoch: `asked` and `heard` by this
    machine's clock, `received` and `sent` by the server's.
    """

    leap: int
    stratum: int
    reference: bytes
    root_delay: float
    root_dispersion: float
    asked: int
    received: int
    sent: int
    heard: int

    @property
    def offset(self) -> float:
        """Nanoseconds by which its clock is ahead of ours, give or take half the delay."""
        return (self.received - self.asked + self.sent - self.heard) / 2

    @property
    def delay(self) -> int:
        """Nanoseconds on the way, to and fro."""
        return (self.heard - self.asked) - (self.sent - self.received)


@dataclass(frozen=True, slots=True)
class Ntp(Hosted):
    """A time server. It is also told when its clock and this machine's disagree, whichever is wrong."""

    kind: ClassVar[str] = "ntp"
    title: ClassVar[str] = "Time server (NTP)"
    example: ClassVar[str] = "ntp:time.example.org"
    ports: ClassVar[Mapping[int, Mapping[str, Any]]] = MappingProxyType({123: NOTHING})

    port: Port = 123
    offset_above: Annotated[
        Duration, Key("Offset above", "Clocks further apart than this are a warning.", least=1, most=86_400_000)
    ] = Duration(1000)

    async def ask(self, means: Means, phases: Phases) -> Finding:
        addresses = await addresses_of(means, phases, check_host(self.host), self.port)
        asking = Asking(means.clock, time.time_ns)
        answer, _ = await Exchange("NTP", asking.request, asking.read).answer(means, phases, addresses)
        return self.judge(answer)

    def judge(self, answer: Answer) -> Finding:
        """What its answer means. Misbehaved: it makes no sense."""
        code = _word(answer.reference)
        if answer.stratum == 0 and code in ("RATE", "DENY", "RSTR"):  # kiss-o'-death, RFC 5905, section 7.4
            if code == "RATE":
                return Finding(Outcome.WARNING, "ntp.rate", message="it wants to be asked less often (RATE)")
            raise Misbehaved("ntp.denied", f"it does not serve this machine ({code})")
        if answer.stratum == 0 or answer.stratum >= _UNSYNCHRONISED or answer.leap == _ALARM:
            why = f" ({code})" if answer.stratum == 0 and code else ""
            raise Misbehaved("ntp.unsynchronised", f"its clock is not synchronised{why}")
        if answer.sent < answer.received or answer.delay < -COARSE:
            raise Misbehaved("ntp.times", "the times in its answer contradict each other")
        details: dict[str, Any] = {
            "stratum": answer.stratum,
            "leap": answer.leap,
            "reference": code if answer.stratum == 1 else ".".join(map(str, answer.reference)),
            "offset_ms": round(answer.offset / 1e6, 3),
            "delay_ms": round(answer.delay / 1e6, 3),
            "root_delay_ms": round(answer.root_delay * 1000, 3),
            "root_dispersion_ms": round(answer.root_dispersion * 1000, 3),
        }
        apart = abs(answer.offset) / 1e6
        if apart - max(0, answer.delay) / 2e6 <= self.offset_above:  # it may all be the way's doing
            return Finding(Outcome.OK, details=details)
        side = "ahead of" if answer.offset > 0 else "behind"
        said = f"its clock is {duration(round(apart))} {side} this machine's"
        return Finding(Outcome.WARNING, "ntp.offset", message=said, details=details)


class Asking:
    """The requests of one check, each with a number that nobody can guess where the time would stand: the server
    repeats it, so its answer is known to be one, and nobody learns our clock. `clock` runs steadily, in seconds;
    `wall` tells the time, in nanoseconds.
    """

    def __init__(self, clock: Callable[[], float], wall: Callable[[], int]) -> None:
        self._clock = clock
        self._wall = wall
        self._sent: dict[int, tuple[int, float]] = {}

    def request(self) -> bytes:
        """The next one, which is sent now."""
        number = secrets.randbits(64) | 1
        self._sent[number] = self._wall(), self._clock()
        return _PACKET.pack(_VERSION << 3 | _CLIENT, 0, 0, 0, 0, 0, bytes(4), 0, 0, 0, number)

    def read(self, datagram: bytes) -> Answer | None:
        """The answer that this is; None: it is none to us."""
        now = self._clock()
        if len(datagram) < _PACKET.size:
            return None
        first, stratum, _, _, delay, dispersion, reference, _, origin, received, sent = _PACKET.unpack_from(datagram)
        if first & 7 != _SERVER or origin not in self._sent:
            return None
        asked, steady = self._sent[origin]
        heard = asked + round((now - steady) * _SECOND)  # a clock that is set meanwhile changes nothing
        times = _nanoseconds(received, asked), _nanoseconds(sent, asked)
        return Answer(first >> 6, stratum, reference, delay / 65536, dispersion / 65536, asked, *times, heard)


def _nanoseconds(timestamp: int, near: int) -> int:
    """An NTP timestamp in the era nearest to that moment (RFC 5905, section 6)."""
    seconds, fraction = timestamp >> 32, timestamp & 0xFFFFFFFF
    away = (seconds - _FROM_1900 - near // _SECOND + _ERA // 2) % _ERA - _ERA // 2
    return (near // _SECOND + away) * _SECOND + (fraction * _SECOND >> 32)


def _word(reference: bytes) -> str:
    """The reference id as the word that it is for stratum 0 and 1; empty where it is none."""
    word = reference.rstrip(b"\0").decode("latin-1")
    return word if word.isascii() and word.isalnum() else ""
