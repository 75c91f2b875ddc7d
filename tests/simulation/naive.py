"""What simpler rules would have said in the very same world: the rules that most tools go by.

They meet the same answers as Watchbell, for a check is a function of the world. Stretches in which nothing happens are
counted and not walked through.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tests.simulation.bell import Heard, Said, Word
from tests.simulation.cast import CAST, Subject, Where
from tests.simulation.judge import Terms
from tests.simulation.trace import MINUTE, SECOND
from tests.simulation.world import World

GATE = MINUTE
"""How often the cached gate asks whether there is an internet."""


@dataclass(frozen=True, slots=True)
class Rule:
    """So many failures in a row ring. `gated`: those that come while the last look saw no internet do not count."""

    name: str
    failures: int
    gated: bool = False


RULES = (
    Rule("one failure rings", 1),
    Rule("three in a row", 3),
    Rule("three, cached gate", 3, gated=True),
)


def obey(rule: Rule, world: World, terms: Terms) -> Heard:
    """What this rule would have said. A service is checked again after `terms.recheck` while it is in doubt."""
    words: list[Word] = []
    checks = 0
    for place, subject in enumerate(CAST):
        walk = _Walk(rule, world, terms, subject)
        walk.go(place * terms.interval // len(CAST))
        words += walk.words
        checks += walk.checks
    words.sort()
    said = Counter(word.said.value for word in words)
    return Heard(tuple(words), said, checks, rings=said[Said.DOWN])


class _Walk:
    """One service, from check to check."""

    def __init__(self, rule: Rule, world: World, terms: Terms, subject: Subject) -> None:
        self._rule = rule
        self._world = world
        self._terms = terms
        self._subject = subject
        self._failures = 0
        self._told = False
        self.words: list[Word] = []
        self.checks = 0

    def go(self, moment: int) -> None:
        world, interval = self._world, self._terms.interval
        while moment < world.trace.length:
            if not self._failures and not self._told:
                calm = max(0, world.easy(self._subject, moment) - SECOND - moment) // interval
                self.checks += calm
                moment += calm * interval
            if moment in world.asleep:
                moment = world.after(moment, 0)
            met = world.check(self._subject, moment, self._terms.timeout)
            self.checks += 1
            self._count(met.well, met.ended)
            in_doubt = 0 < self._failures < self._rule.failures
            wait = self._terms.recheck if in_doubt else interval
            moment = max(world.after(moment, wait), met.ended)

    def _count(self, well: bool, moment: int) -> None:
        if well:
            self._failures = 0
            if self._told:
                self._say(moment, Said.BACK)
        elif self._rule.gated and not self._open(moment):
            self._failures = 0
        else:
            self._failures += 1
            if self._failures >= self._rule.failures and not self._told:
                self._say(moment, Said.DOWN)

    def _say(self, moment: int, said: Said) -> None:
        self._told = said is Said.DOWN
        self.words.append(Word(moment, self._subject.id, said))

    def _open(self, moment: int) -> bool:
        """What the gate saw when it last looked; it is not asked about what is near."""
        if self._subject.where in (Where.HOME, Where.HERE):
            return True
        awake = self._world.awake(0, moment)
        looked = self._world.moment(awake - awake % GATE)
        net = self._world.net.at(looked)
        return net.outside and not net.names
