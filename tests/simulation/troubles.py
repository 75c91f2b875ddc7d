"""When services are really down, and when a check fails though its service is well."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from tests.simulation.cast import CAST, Subject, Where
from tests.simulation.dice import Dice, Plan
from tests.simulation.stretches import Stretches
from tests.simulation.trace import HOUR, MINUTE, SECOND, Happening, Kind

BLIP = 5 * SECOND
"""Length of a piece of noise: less than lies between two checks of a service, so it spoils one of them."""

QUICK = ("refused", "reset", "http.status", "timeout.first_byte")
"""Ways in which a single check fails though its service is well."""

_WAYS = {
    "https": (
        "refused",
        "reset",
        "timeout.connect",
        "timeout.first_byte",
        "http.status",
        "tls.expired",
        "tls.hostname",
    ),
    "http": ("refused", "reset", "timeout.connect", "timeout.first_byte", "http.status"),
    "tcp": ("refused", "timeout.connect", "unreachable"),
}
_NAMED_WAYS = ("dns.nxdomain", "dns.failed")


class Troubles:
    """Of all services. They begin and end whenever they like, in sleep and out of sight as well."""

    def __init__(self, dice: Dice, plan: Plan, asleep: Stretches) -> None:
        self._dice = dice
        self._plan = plan
        self._asleep = asleep

    def outages(self, before: Iterable[Happening]) -> Iterator[Happening]:
        """All outages, some of them beside what happened `before`."""
        yield from self._single_outages()
        yield from self._outages_of_providers()
        yield from self._outages_beside(list(before))
        yield self._long_outage()
        yield from self._unsteadiness()

    def _single_outages(self) -> Iterator[Happening]:
        for _ in range(self._plan.outages):
            subject = self._dice.choice(CAST)
            since = self._dice.upto(self._plan.length)
            yield self._outage(subject, since, since + self._outage_length())

    def _outages_of_providers(self) -> Iterator[Happening]:
        """Their services fail within a few seconds, for the same reason, and come back one by one."""
        providers = sorted({subject.provider for subject in CAST if subject.provider})
        for _ in range(4):
            provider = self._dice.choice(providers)
            way = self._dice.choice(("refused", "timeout.connect", "dns.failed"))
            since = self._dice.upto(self._plan.length)
            length = self._dice.spread(2 * MINUTE, 4 * HOUR * self._plan.haste)
            for subject in CAST:
                if subject.provider == provider and self._dice.random() < 0.9:
                    begin = since + self._dice.upto(6 * SECOND)
                    yield Happening(begin, begin + length + self._dice.upto(MINUTE), Kind.OUTAGE, way, subject.id)

    def _outages_beside(self, before: list[Happening]) -> Iterator[Happening]:
        """Begun or ended shortly before or after a sleep, a drop or a portal began or ended."""
        beside = [h for h in before if h.kind in (Kind.SLEEP, Kind.RADIO, Kind.UPLINK, Kind.NAMES, Kind.PORTAL)]
        for _ in range(self._plan.outages // 2):
            happening = self._dice.choice(beside)
            moment = self._dice.choice((happening.since, happening.until)) + self._dice.between(-2 * MINUTE, 2 * MINUTE)
            length = self._outage_length()
            since = moment if self._dice.random() < 0.5 else moment - length
            yield self._outage(self._dice.choice(CAST), max(0, since), max(1, since + length))

    def _long_outage(self) -> Happening:
        far = [subject for subject in CAST if subject.where is Where.INTERNET]
        since = self._dice.upto(self._plan.length * 0.8)
        return self._outage(self._dice.choice(far), since, since + round(self._plan.length * 0.08))

    def _unsteadiness(self) -> Iterator[Happening]:
        """An hour in which one service is down and up again, and again."""
        subject = self._dice.choice(CAST)
        moment = self._dice.outside(self._asleep, self._plan.length)
        end = moment + HOUR
        while moment < end:
            until = moment + self._dice.between(10 * SECOND, 100 * SECOND)
            yield self._outage(subject, moment, until)
            moment = until + self._dice.between(10 * SECOND, 120 * SECOND)

    def _outage(self, subject: Subject, since: int, until: int) -> Happening:
        ways = _WAYS[subject.speech] + (_NAMED_WAYS if subject.named else ())
        return Happening(since, until, Kind.OUTAGE, self._dice.choice(ways), subject.id)

    def noise(self) -> Iterator[Happening]:
        """Blips of every service at random moments, so often that the wanted share of its checks meets one."""
        gap = BLIP / self._plan.noise if self._plan.noise else math.inf
        for subject in CAST:
            moment = self._dice.expovariate(1 / gap) if self._plan.noise else math.inf
            while moment < self._plan.length:
                since = round(moment)
                if since not in self._asleep:
                    ways = [way for way in QUICK if subject.speech != "tcp" or way == "refused"]
                    yield Happening(since, since + BLIP, Kind.BLIP, self._dice.choice(ways), subject.id)
                moment += BLIP + self._dice.expovariate(1 / gap)

    def _outage_length(self) -> int:
        """A third too short to be noticed in time, most minutes, some hours."""
        die, haste = self._dice.random(), self._plan.haste
        if die < 0.3:
            return self._dice.spread(4 * SECOND, 100 * SECOND)
        if die < 0.85:
            return self._dice.spread(2 * MINUTE, 2 * HOUR * haste)
        return self._dice.spread(2 * HOUR * haste, 12 * HOUR * haste)
