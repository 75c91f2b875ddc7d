"""Where the laptop goes, when it sleeps, and what its network goes through meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tests.simulation.dice import Dice, Plan
from tests.simulation.stretches import Stretches
from tests.simulation.trace import DAY, HOUR, MINUTE, SECOND, Happening, Kind

SLOWEST_RETURN = 25 * SECOND
"""What Wi-Fi takes at most to be back after sleep, all in all."""


class Journey:
    """One laptop's. `sleeps` are all its sleeps, in order."""

    def __init__(self, dice: Dice, plan: Plan) -> None:
        self._dice = dice
        self._plan = plan
        self.sleeps = sorted(self._nights())
        self._nap()

    def happenings(self) -> list[Happening]:
        """All but what happens to services."""
        found = [Happening(since, until, Kind.SLEEP) for since, until in self.sleeps]
        found += self._returns()
        found += self._drops()
        found += self._trips()
        found += self._tunnel(list(found))
        found += self._controls()
        return found

    # Sleep, and what comes after it

    def _nights(self) -> set[tuple[int, int]]:
        """One each night; twice in a month the lid stays closed for days."""
        found: set[tuple[int, int]] = set()
        closed = set(self._dice.sample(range(2, self._plan.days - 3), 2)) if self._plan.days >= 14 else set()
        until = 0
        for day in range(self._plan.days):
            since = day * DAY + 15 * HOUR + self._dice.upto(2.5 * HOUR)
            if since > until:
                least, most = (1.2 * DAY, 2.5 * DAY) if day in closed else (6 * HOUR, 9.5 * HOUR)
                until = since + self._dice.between(least, most)
                found.add((since, until))
        return found

    def _nap(self) -> None:
        """The other sleeps, from seconds to two hours, some of them just after waking."""
        while len(self.sleeps) < self._plan.sleeps:
            if self._dice.random() < 0.15:
                since = self._dice.choice(self.sleeps)[1] + self._dice.between(SECOND, 30 * SECOND)
            else:
                since = self._dice.between(10 * MINUTE, self._plan.length)
            until = since + self._dice.spread(3 * SECOND, 2 * HOUR * self._plan.haste)
            if not Stretches.of(self.sleeps).meets(since - SECOND, until + SECOND):
                self.sleeps = sorted([*self.sleeps, (since, until)])

    def _returns(self) -> Iterator[Happening]:
        for since, until in self.sleeps:
            gone = 0 if self._dice.random() < 0.35 else self._dice.upto(SLOWEST_RETURN)
            if gone:
                yield Happening(since, until + gone, Kind.RETURN, "gone")
            if self._dice.random() < 0.3:
                silent = self._dice.upto(min(8 * SECOND, SLOWEST_RETURN - gone))
                yield Happening(until + gone, until + gone + silent, Kind.RETURN, "silent")

    # The network

    def _drops(self) -> Iterator[Happening]:
        ways = (
            *((Kind.RADIO, "gone"),) * 4,
            *((Kind.RADIO, "deaf"),) * 2,
            *((Kind.UPLINK, "silent"),) * 4,
            (Kind.UPLINK, "rejected"),
            *((Kind.NAMES, "silent"),) * 2,
            (Kind.NAMES, "servfail"),
        )
        for _ in range(self._plan.drops):
            kind, how = self._dice.choice(ways)
            since = self._awake()
            yield Happening(since, since + self._dice.spread(2 * SECOND, 3 * HOUR * self._plan.haste), kind, how)

    def _trips(self) -> Iterator[Happening]:
        """To places with a login page: every other one in the sleep before, the rest with the lid open."""
        ways = ("intercepts", "drops", "rejects", "lies")
        for number in range(self._plan.portals):
            place = f"hotel {number}" if number % 2 else f"hotel {number}, numbered as at home"
            stay = self._dice.between(0.5 * HOUR, 4 * HOUR * self._plan.haste)
            login = self._dice.between(MINUTE, 40 * MINUTE * self._plan.haste)
            if number < 2:
                since, awake = self._dice.choice([sleep for sleep in self.sleeps if sleep[1] - sleep[0] > 5 * MINUTE])
            else:
                since = self._awake()
                awake = since + self._dice.between(10 * SECOND, 90 * SECOND)
                yield Happening(since, awake, Kind.RETURN, "gone")
            back = awake + stay
            yield Happening(since, back, Kind.AWAY, place)
            yield Happening(since, min(awake + login, back), Kind.PORTAL, ways[number % len(ways)])
            yield Happening(back, back + self._dice.between(5 * SECOND, 60 * SECOND), Kind.RETURN, "gone")

    def _tunnel(self, before: Iterable[Happening]) -> Iterator[Happening]:
        """It goes with what carries it, takes a while to come again, and sometimes goes by itself."""
        carried = (Kind.RETURN, Kind.RADIO, Kind.UPLINK, Kind.PORTAL, Kind.SLEEP)
        for happening in before:
            if happening.kind in carried:
                until = happening.until + self._dice.between(SECOND, 20 * SECOND)
                yield Happening(happening.since, until, Kind.TUNNEL, self._dice.choice(("gone", "silent")))
        for _ in range(4):
            since = self._awake()
            until = since + self._dice.spread(5 * SECOND, 2 * HOUR * self._plan.haste)
            yield Happening(since, until, Kind.TUNNEL, self._dice.choice(("gone", "silent")))

    def _controls(self) -> Iterator[Happening]:
        for _ in range(6):
            since = self._dice.upto(self._plan.length)
            length = self._dice.spread(10 * MINUTE, 12 * HOUR * self._plan.haste)
            yield Happening(since, since + length, Kind.CONTROL, str(self._dice.randrange(6)))

    def _awake(self) -> int:
        return self._dice.outside(Stretches.of(self.sleeps), self._plan.length)
