"""Who is expected to call, and when each called last. Checks read it, and whoever lets callers in writes it.

Opens no port and keeps nothing on disk; it is given what was kept. What came while nobody listened, or while the
machine slept, nobody can know.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Protocol

from trayapp.core.keys import Text
from trayapp.core.taming import MOST_LINE, page
from trayapp.core.wording import plain
from trayapp.probes.calls import MOST_BODY, Call, Says
from trayapp.probes.confided import Confided

SLEPT = 0.5
"""Seconds by which boot time must outrun monotonic time to prove sleep."""


class Clock(Protocol):
    """Seconds, which differ by the time that the machine slept; and the clock on the wall, in ms UTC."""

    def now(self) -> int: ...
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
class Last:
    """The last call of a caller: when it came (ms UTC), whether it told of a failure and with which exit status, what
    it said, how long the run took that it ended (seconds), how many calls there were, and when a run began that has not
    ended (ms UTC). `remark` is what it said besides.
    """

    at: int | None = None
    failed: bool = False
    exit: int | None = None
    said: str = ""
    took: float | None = None
    calls: int = 0
    began: int | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one caller, in seconds: since when we listen to it, and since its last call, if there was one.

    `body` came with its last call. `trouble` is why nobody can call now; empty: they can. `crowded` is how long ago
    somebody was turned away unheard, who may have been this caller; None: nobody was.
    """

    listening: float
    silent: float | None
    last: Last
    body: str
    trouble: str
    crowded: float | None


class Heard(Enum):
    """What became of a call."""

    EXPECTED = auto()
    UNKNOWN = auto()
    EARLY = auto()
    """Somebody is expected whose token is not at hand yet: it may be this one."""


class _Caller:
    def __init__(self, since: float, last: Last | None, heard: float | None) -> None:
        self.since = since
        self.token = b""
        self.heard = heard
        self.last = last or Last()
        self.body = ""
        self.began: float | None = None


class Heartbeats:
    """Belongs to one loop. `remembered` knows the last calls from before a restart."""

    def __init__(self, clock: Clock, remembered: Callable[[Line], Last | None] = lambda line: None) -> None:
        self._clock = clock
        self._remembered = remembered
        self._callers: dict[Line, _Caller] = {}
        self._open: dict[Place, float] = {}
        self._troubles: dict[Place, str] = {}
        self._turned_away: dict[Place, float] = {}
        self._slept = clock.boot() - clock.monotonic()
        self._awake_since = clock.boot()

    def keep(self, lines: Collection[Line]) -> None:
        """Expect exactly these from now on; what is known of them is kept. To be called every few seconds."""
        now = self._now()
        self._callers = {line: self._callers.get(line) or self._expected(line, now) for line in lines}
        places = {line.place for line in lines}
        self._open = {place: since for place, since in self._open.items() if place in places}
        self._troubles = {place: why for place, why in self._troubles.items() if place in places}
        self._turned_away = {place: at for place, at in self._turned_away.items() if place in places}

    def opened(self, place: Place) -> None:
        """From now on somebody listens there."""
        self._open[place] = self._now()
        self._troubles.pop(place, None)

    def closed(self, place: Place, why: str) -> None:
        """Nobody listens there any more, or cannot, as this sentence says."""
        self._open.pop(place, None)
        self._troubles[place] = why

    def turned_away(self, place: Place) -> None:
        """Somebody could not be heard there just now."""
        self._turned_away[place] = self._now()

    def expects(self, place: Place, token: bytes) -> Heard:
        """Whether a call with this token is expected there. How long that takes tells nobody how much of it fits."""
        return self._find(place, token)[0]

    def call(self, place: Place, call: Call) -> Heard:
        """Somebody called this place."""
        heard, callers = self._find(place, call.token)
        for caller in callers:
            self._note(caller, call)
        return heard

    def now(self) -> int:
        """The clock on the wall, in ms UTC."""
        return self._clock.now()

    def known(self) -> Iterator[tuple[Line, Last]]:
        """The last calls, to be kept over a restart."""
        return ((line, caller.last) for line, caller in self._callers.items() if caller.last != Last())

    def standing(self, line: Line, token: str) -> Standing | None:
        """How it stands with the caller who shows this token; None: nobody listens for it."""
        caller = self._callers.get(line)
        if caller is None:
            return None
        caller.token = token.encode()
        now = self._now()
        opened = self._open.get(line.place)
        crowded = self._turned_away.get(line.place)
        return Standing(
            now - max(caller.since, now if opened is None else opened, self._awake_since),
            None if caller.heard is None else now - caller.heard,
            caller.last,
            caller.body,
            self._troubles.get(line.place, "") if opened is None else "",
            None if crowded is None else now - crowded,
        )

    def _expected(self, line: Line, now: float) -> _Caller:
        last, wall = self._remembered(line), self._clock.now()
        if last is None:
            return _Caller(now, None, None)
        at = None if last.at is None else max(0, min(last.at, wall))  # clocks are set, and files edited
        last = replace(last, at=at, said=plain(last.said, MOST_LINE), remark=plain(last.remark, MOST_LINE))
        return _Caller(now, last, None if at is None else now - (wall - at) / 1000)

    def _find(self, place: Place, token: bytes) -> tuple[Heard, list[_Caller]]:
        heard, found = Heard.UNKNOWN, []
        for line, caller in self._callers.items():
            if line.place != place:
                continue
            if not caller.token:
                heard = Heard.EARLY if heard is Heard.UNKNOWN else heard
            elif hmac.compare_digest(caller.token, token):
                heard = Heard.EXPECTED
                found.append(caller)
        return heard, found

    def _note(self, caller: _Caller, call: Call) -> None:
        confided = Confided((caller.token.decode(),))
        body = page(confided.scrub(call.body), MOST_BODY)
        said = plain(confided.scrub(call.words), MOST_LINE) or plain(body.partition("\n")[0], MOST_LINE)
        last, at = caller.last, self._clock.now()
        if call.says is Says.START:
            caller.last, caller.began = replace(last, began=at), self._now()
        elif call.says is Says.REMARK:
            caller.last = replace(last, remark=said)
        else:
            failed = call.says is Says.FAILURE
            took = self._took(caller)
            caller.last = Last(at, failed, call.exit, said, took, last.calls + 1, remark=last.remark)
            caller.heard, caller.began, caller.body = self._now(), None, body

    def _took(self, caller: _Caller) -> float | None:
        """Seconds that the run took which ends now, if its beginning was told: maybe before a restart."""
        if caller.began is not None:
            return round(self._now() - caller.began, 3)
        return None if caller.last.began is None else max(0, self._clock.now() - caller.last.began) / 1000

    def _now(self) -> float:
        """Boot time. Looks for sleep on the way, in which nobody could be heard."""
        now = self._clock.boot()
        slept = now - self._clock.monotonic()
        if slept - self._slept >= SLEPT:
            self._slept, self._awake_since = slept, now
        return now
