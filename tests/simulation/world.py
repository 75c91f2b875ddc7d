"""What is true at every moment of a trace, and what a check that begins then meets.

A check is a function of the world alone: whoever makes it, Watchbell or a naive rule, meets the same. It goes
as TCP goes: a first packet, again after 1, 3 and 7 s if nobody answers, until its time is over. Time in which the
machine sleeps is no time for it. When the network changes under a conversation, or the machine slept for more than a
moment, nothing more comes of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from tests.simulation.cast import CAST, Subject, Where
from tests.simulation.loss import delay, lost
from tests.simulation.network import Net, course_of
from tests.simulation.obstacles import WELL, in_the_way, is_nameless
from tests.simulation.stretches import Course, Stretches
from tests.simulation.trace import SECOND, Kind, Trace

_TRIES = (0, 1 * SECOND, 3 * SECOND, 7 * SECOND)
_SURVIVED = 3 * SECOND
"""How long a sleep may be for a conversation to go on after it."""

_FIRST_BYTE = "timeout.first_byte"


@dataclass(frozen=True, slots=True)
class Met:
    """What a check met, as the word of `causes` for it, and when it was over."""

    word: str
    ended: int

    @property
    def well(self) -> bool:
        return self.word.startswith(WELL)


class World:
    """Omniscient. Moments are ms since the beginning, in the time that goes on in sleep."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.asleep = Stretches.of((h.since, h.until) for h in trace.of(Kind.SLEEP))
        self.net = course_of(trace)
        self.outages = {s.id: Stretches.of(_spans(trace, Kind.OUTAGE, s)) for s in CAST}
        self.blips = {s.id: Stretches.of(_spans(trace, Kind.BLIP, s)) for s in CAST}
        self._ways = {s.id: _ways(trace, Kind.OUTAGE, s) for s in CAST}
        self._blips = {s.id: _ways(trace, Kind.BLIP, s) for s in CAST}
        self._turns = {where: Course((m, n.way(where)) for m, n in _steps(self.net)) for where in Where}
        self._troubled = {s.id: self._trouble(s) for s in CAST}

    def seen(self, subject: Subject) -> list[tuple[int, int]]:
        """The stretches in which a service could be seen without a break: awake, and in one network."""
        shown = Stretches.of(
            span
            for span, net in zip(_pieces(self.net, self.trace.length), self.net.values, strict=True)
            if net.shows(subject) and not net.loss
        )
        awake = Stretches((0, self.trace.length)) - self.asleep
        return [span for piece in shown & awake for span in self._cut(subject.where, *piece)]

    def after(self, moment: int, awake: int) -> int:
        """The moment by which the machine will have been awake for so long."""
        end = moment + awake
        while (sleep := self.asleep.next(moment)) is not None and sleep[0] < end:
            end += sleep[1] - max(sleep[0], moment)
            moment = sleep[1]
        return end

    def awake(self, since: int, until: int) -> int:
        """For how long the machine is awake from the one moment to the other."""
        asleep, moment = 0, since
        while (sleep := self.asleep.next(moment)) is not None and sleep[0] < until:
            moment = min(sleep[1], until)
            asleep += moment - max(sleep[0], since)
            if moment == until:
                break
        return until - since - asleep

    def moment(self, awake: int) -> int:
        """The moment by which it has been awake for so long."""
        return self.after(0, awake)

    def easy(self, subject: Subject, moment: int) -> int:
        """Until when nothing at all happens that a check of this service could notice; `moment` if it does now."""
        trouble = self._troubled[subject.id].next(moment)
        return self.trace.length if trouble is None else max(moment, trouble[0])

    def check(self, subject: Subject, begun: int, timeout: int) -> Met:
        """What a check meets that begins at this moment and may take `timeout` ms of waking time."""
        takes = _latency(subject, begun)
        trouble = self._troubled[subject.id].next(begun)
        if trouble is None or trouble[0] > begun + takes:
            return Met(WELL, begun + takes)
        return self._troubled_check(subject, begun, timeout)

    def answers(self, where: Where, begun: int, ended: int) -> bool:
        """Whether a conversation could go on from the one moment to the other."""
        sleep = self.asleep.next(begun)
        if sleep is not None and sleep[0] < ended and sleep[1] - sleep[0] > _SURVIVED:
            return False
        return len(self._turns[where].between(begun, ended)) == 1

    def _troubled_check(self, subject: Subject, begun: int, timeout: int) -> Met:
        deadline = self.after(begun, timeout)
        silence = "timeout.connect"
        for wait in _TRIES:
            moment = self.after(begun, wait)
            if moment >= deadline:
                break
            word, takes = self._meet(subject, moment)
            loss = self.net.at(moment).loss if subject.where in (Where.INTERNET, Where.TUNNEL) else 0
            if not word or (loss and lost(loss, subject.id, moment)):
                silence = "timeout.dns" if subject.named and is_nameless(self.net.at(moment)) else "timeout.connect"
                continue
            ended = self.after(moment, takes + (delay(loss, subject.speech, subject.id, moment) if loss else 0))
            if ended >= deadline or word == _FIRST_BYTE or not self.answers(subject.where, moment, ended):
                return Met(_FIRST_BYTE if subject.speech != "tcp" else "timeout.connect", deadline)
            return Met(word, ended)
        return Met(silence, deadline)

    def _meet(self, subject: Subject, moment: int) -> tuple[str, int]:
        """Who answers a first packet of this moment with what, and how many ms that takes; no word: nobody does."""
        net = self.net.at(moment)
        if not net.shows(subject):
            return in_the_way(subject, net)
        if moment in self.blips[subject.id]:
            return self._blips[subject.id].at(moment), _latency(subject, moment)
        if moment in self.outages[subject.id]:
            return _failure(self._ways[subject.id].at(moment), _latency(subject, moment))
        return WELL, _latency(subject, moment)

    def _trouble(self, subject: Subject) -> Stretches:
        """When a check of it may meet anything but the service, well."""
        unseen = Stretches.of(
            span
            for span, net in zip(_pieces(self.net, self.trace.length), self.net.values, strict=True)
            if not net.shows(subject) or net.loss
        )
        turns = Stretches.of((moment, moment + 1) for moment in self._turns[subject.where].moments[1:])
        return self.outages[subject.id] | self.blips[subject.id] | self.asleep | unseen | turns

    def _cut(self, where: Where, since: int, until: int) -> list[tuple[int, int]]:
        """The stretch in pieces, cut where the network became another."""
        cuts = [since, *(m for m in self._turns[where].moments if since < m < until), until]
        return list(pairwise(cuts))


def _failure(way: str, latency: int) -> tuple[str, int]:
    match way:
        case "timeout.connect":
            return "", 0
        case "unreachable":
            return way, 3 * SECOND
        case "dns.failed":
            return way, 2 * SECOND
    return way, latency


def _latency(subject: Subject, moment: int) -> int:
    """20 to 180 ms, different each time and the same whenever it is asked."""
    return 20 + (moment * 7919 + len(subject.target) * 104_729) % 160


def _spans(trace: Trace, kind: Kind, subject: Subject) -> list[tuple[int, int]]:
    return [(h.since, h.until) for h in trace.of(kind) if h.about == subject.id]


def _ways(trace: Trace, kind: Kind, subject: Subject) -> Course[str]:
    begun = [(h.since, h.how) for h in trace.of(kind) if h.about == subject.id]
    return Course([(0, ""), *begun])


def _steps(course: Course[Net]) -> list[tuple[int, Net]]:
    return list(zip(course.moments, course.values, strict=True))


def _pieces(course: Course[Net], end: int) -> list[tuple[int, int]]:
    moments = course.moments
    return list(zip(moments, [*moments[1:], max(end, moments[-1])], strict=True))
