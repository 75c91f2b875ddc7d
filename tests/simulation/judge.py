"""The omniscient judge: what somebody said against what was true. It knows the world and nothing of Watchbell.

- A "down" is false unless the service really was down within the last half minute.
- An outage must be told once the service could be seen to be down without a break for as long as the bound of
  semantics.md: interval + N timeouts + (N - 1) re-checks, and six seconds to tell it. Shorter ones may be told or not.
- A "back" is false if the service really was down for all of the last half minute.
- A "back" must be told once the service could be seen to be well for as long as that bound with M for N.
- Of a service that it called flapping somebody may keep silent until it was down for ten minutes without a break.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from tests.simulation.bell import Heard, Said, Word
from tests.simulation.cast import CAST, Subject
from tests.simulation.stretches import Stretches
from tests.simulation.trace import HOUR, MINUTE, SECOND
from tests.simulation.world import World

FRESH = 30 * SECOND
"""How old the truth may be that somebody tells: a check's timeout, weighing it, and waiting for company."""

TO_TELL = 6 * SECOND
UNSTEADY = 10 * MINUTE


@dataclass(frozen=True, slots=True)
class Terms:
    """What was asked of whoever watches: times in ms, and how many checks make sure of something."""

    interval: int
    timeout: int = 10 * SECOND
    failures: int = 3
    successes: int = 2

    @property
    def recheck(self) -> int:
        return min(10 * SECOND, self.interval)

    @property
    def bound(self) -> int:
        """Until an outage is told that could be seen from its first moment on."""
        return self._sure(self.failures) + TO_TELL

    @property
    def bound_back(self) -> int:
        return self._sure(self.successes) + TO_TELL

    def _sure(self, times: int) -> int:
        return self.interval + times * self.timeout + (times - 1) * self.recheck


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something that was wrong: at this moment, with this service."""

    at: int
    service: str
    what: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """`false` and `missed` are outages told and not told, `closings` everything wrong with the ends of them.

    `latencies` are ms from the moment at which an outage could be seen until it was told, for those that had to be.
    """

    false: tuple[Fault, ...]
    missed: tuple[Fault, ...]
    closings: tuple[Fault, ...]
    latencies: tuple[int, ...]

    @property
    def faults(self) -> tuple[Fault, ...]:
        return tuple(sorted((*self.false, *self.missed, *self.closings)))


def judge(world: World, terms: Terms, heard: Heard) -> Judgement:
    """All that was heard in this world."""
    false: list[Fault] = []
    missed: list[Fault] = []
    closings: list[Fault] = []
    latencies: list[int] = []
    by_service: dict[str, list[Word]] = {subject.id: [] for subject in CAST}
    for word in heard.words:
        by_service[word.service].append(word)
    for subject in CAST:
        said = _Said(by_service[subject.id])
        false += _false(world, subject, said)
        closings += _wrong_closings(world, subject, said, terms)
        for latency, fault in _outages(world, subject, said, terms):
            latencies += [] if latency is None else [latency]
            missed += [] if fault is None else [fault]
    return Judgement(tuple(sorted(false)), tuple(sorted(missed)), tuple(sorted(closings)), tuple(sorted(latencies)))


class _Said:
    """What was said of one service, as what somebody who heard it believes at any moment."""

    def __init__(self, words: Sequence[Word]) -> None:
        self.words = words
        self._turns = [word for word in words if word.said in (Said.DOWN, Said.BACK)]
        self._moods = [word for word in words if word.said in (Said.FLAPPING, Said.STEADY)]

    def down(self, moment: int) -> bool:
        return _last(self._turns, moment) is Said.DOWN

    def flapping(self, moment: int) -> bool:
        return _last(self._moods, moment) is Said.FLAPPING

    def next_down(self, moment: int) -> int | None:
        return next((word.at for word in self._turns if word.at > moment and word.said is Said.DOWN), None)


def _last(words: Sequence[Word], moment: int) -> Said | None:
    index = bisect_right(words, moment, key=lambda word: word.at)
    return words[index - 1].said if index else None


def _false(world: World, subject: Subject, said: _Said) -> list[Fault]:
    truth = world.outages[subject.id]
    faults = []
    for word in said.words:
        recently = {Said.DOWN: FRESH, Said.FLAPPING: 3 * HOUR}.get(word.said)
        if recently is not None and not truth.meets(word.at - recently, word.at + 1):
            faults.append(Fault(word.at, subject.id, f'said to be "{word.said}", and was well'))
    return faults


def _outages(world: World, subject: Subject, said: _Said, terms: Terms) -> list[tuple[int | None, Fault | None]]:
    """Of each stretch in which it had to be told that the service is down: how long that took, and what was wrong."""
    found: list[tuple[int | None, Fault | None]] = []
    for since, until in _overlaps(world.outages[subject.id], world.seen(subject)):
        due = since + terms.bound
        if said.flapping(min(due, until)):
            due += UNSTEADY
        if until < due:
            continue
        known, told = said.down(since), said.next_down(since)
        if said.down(due):
            found.append((None if known or told is None else told - since, None))
        elif told is not None and told <= until + FRESH:
            found.append((told - since, Fault(since, subject.id, f"told {told - due} ms too late to be down")))
        else:
            found.append((None, Fault(since, subject.id, "was down, and nobody told")))
    return found


def _wrong_closings(world: World, subject: Subject, said: _Said, terms: Terms) -> list[Fault]:
    truth = world.outages[subject.id]
    faults = []
    before = None
    for word in said.words:
        if word.said not in (Said.DOWN, Said.BACK):
            continue
        if word.said is (before or Said.BACK):
            faults.append(Fault(word.at, subject.id, f'said to be "{word.said}" twice'))
        if word.said is Said.BACK and truth.spans(word.at - FRESH, word.at):
            faults.append(Fault(word.at, subject.id, 'said to be "back", and was down'))
        before = word.said
    well = Stretches((0, world.trace.length)) - truth - world.blips[subject.id]
    for since, until in _overlaps(well, world.seen(subject)):
        due = since + terms.bound_back
        if due <= until and said.down(due) and said.down(since):
            faults.append(Fault(since, subject.id, "was well, and nobody told that it is back"))
    return faults


def _overlaps(truth: Stretches, seen: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where something was true and could be seen without a break."""
    return [
        (max(since, first), min(until, last))
        for since, until in truth
        for first, last in seen
        if max(since, first) < min(until, last)
    ]
