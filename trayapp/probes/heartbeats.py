"""Who is expected to call, and when each called last. Checks read it, and whoever lets callers in writes it.

Opens no port and keeps nothing on disk: what was not heard since it began to listen, or while the machine slept,
nobody can know.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from trayapp.core.keys import Text

SLEPT = 0.5
"""Seconds by which boot time must outrun monotonic time to prove sleep."""


class Clock(Protocol):
    """Both in seconds; they differ by the time that the machine slept."""

    def monotonic(self) -> float: ...
    def boot(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where calls come in: an address of this machine, and a port."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Line:
    """What one caller calls: a place, and the token as it is written in services.toml, where it may be a reference."""

    place: Place
    token: Text


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one caller, in seconds: since when we listen to it, and since its last call, if there was one.

    `failed`: that call said that what it stands for failed. `trouble` is why nobody can call now; empty: they can.
    """

    listening: float
    silent: float | None
    failed: bool
    calls: int
    trouble: str


class Heard(Enum):
    """What became of a call."""

    EXPECTED = auto()
    UNKNOWN = auto()
    EARLY = auto()
    """Somebody is expected whose token is not at hand yet: it may be this one."""


class _Caller:
    def __init__(self, since: float) -> None:
        self.since = since
        self.token = b""
        self.heard: float | None = None
        self.failed = False
        self.calls = 0


class Heartbeats:
    """Belongs to one loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._callers: dict[Line, _Caller] = {}
        self._open: dict[Place, float] = {}
        self._troubles: dict[Place, str] = {}
        self._slept = clock.boot() - clock.monotonic()
        self._awake_since = clock.boot()

    def keep(self, lines: Collection[Line]) -> None:
        """Expect exactly these from now on; what is known of them is kept. To be called every few seconds."""
        now = self._now()
        self._callers = {line: self._callers.get(line) or _Caller(now) for line in lines}
        places = {line.place for line in lines}
        self._open = {place: since for place, since in self._open.items() if place in places}
        self._troubles = {place: why for place, why in self._troubles.items() if place in places}

    def opened(self, place: Place) -> None:
        """From now on somebody listens there."""
        self._open[place] = self._now()
        self._troubles.pop(place, None)

    def closed(self, place: Place, why: str) -> None:
        """Nobody listens there any more, or cannot, as this sentence says."""
        self._open.pop(place, None)
        self._troubles[place] = why

    def call(self, place: Place, token: bytes, *, failed: bool) -> Heard:
        """Somebody called this place with this token. How long that takes tells nobody how much of it is right."""
        heard = Heard.UNKNOWN
        for line, caller in self._callers.items():
            if line.place != place:
                continue
            if not caller.token:
                heard = Heard.EARLY if heard is Heard.UNKNOWN else heard
            elif hmac.compare_digest(caller.token, token):
                caller.heard, caller.failed = self._now(), failed
                caller.calls += 1
                heard = Heard.EXPECTED
        return heard

    def standing(self, line: Line, token: str) -> Standing | None:
        """How it stands with the caller who shows this token; None: nobody listens for it."""
        caller = self._callers.get(line)
        if caller is None:
            return None
        caller.token = token.encode()
        now = self._now()
        opened = self._open.get(line.place)
        return Standing(
            now - max(caller.since, now if opened is None else opened, self._awake_since),
            None if caller.heard is None else now - caller.heard,
            caller.failed,
            caller.calls,
            self._troubles.get(line.place, "") if opened is None else "",
        )

    def _now(self) -> float:
        """Boot time. Looks for sleep on the way, in which nobody could be heard."""
        now = self._clock.boot()
        slept = now - self._clock.monotonic()
        if slept - self._slept >= SLEPT:
            self._slept, self._awake_since = slept, now
        return now
