"""What semantics §1 and §2 say of a life, worked out a second time and in another way.

Written from the page, not from the code. It keeps no counters: a wall of paint is the timeline
(painting from a moment on covers what was there), and each decision looks back over the plain
list of readings since nobody looked.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.core.traces import Check, Event, Interruption, Look
from trayapp.core.words import Blame, Finding, Outcome, Segment, Service, Status


@dataclass
class Outage:
    start: int
    confirmed: int
    end: int | None = None
    closing: str = ""
    uncertain: bool = False


@dataclass
class Oracle:
    service: Service
    wall: list[tuple[int, Status, str]]
    outages: list[Outage] = field(default_factory=list)
    seen: list[tuple[str, int]] = field(default_factory=list)
    due: int | None = None

    def paint(self, since: int, status: Status, reason: str = "") -> None:
        self.wall = [stroke for stroke in self.wall if stroke[0] < since]
        self.wall.append((since, status, reason))

    @property
    def status(self) -> Status:
        return self.wall[-1][1]

    @property
    def outage(self) -> Outage | None:
        return self.outages[-1] if self.outages and self.outages[-1].end is None else None

    def trailing(self, letters: str) -> list[int]:
        """The moments of the newest readings that are all among the letters."""
        moments: list[int] = []
        for letter, at in reversed(self.seen):
            if letter not in letters:
                break
            moments.insert(0, at)
        return moments

    def look(self, now: int) -> None:
        if self.due is not None and now > self.due + self.service.timeout + 5_000:
            self.paint(self.due, Status.UNKNOWN, "stale")
            self.seen, self.due = [], None

    def interrupt(self, event: Interruption) -> None:
        if event.reason in ("changed", "removed") and self.outage:
            self.outage.uncertain = self.status is not Status.DOWN
            self.outage.closing, self.outage.end = event.reason, event.at
        self.paint(event.at, event.status, event.reason)
        self.seen, self.due = [], None

    def check(self, event: Check) -> None:
        self.look(event.at)
        if self.status is Status.PAUSED:
            return
        letter = letter_of(event.finding)
        suspect = self.trailing("C") if self.outage is None else []
        self.seen.append((letter, event.at))
        if letter == "?":
            self.paint(suspect[0] if suspect else event.at, Status.UNKNOWN, event.finding.cause)
        elif self.outage:
            self.judge_an_outage(letter, event.at)
        elif letter == "C":
            failing = self.trailing("C")
            if len(failing) >= self.service.failure_threshold:
                self.paint(failing[0], Status.DOWN)
                self.outages.append(Outage(failing[0], event.ended))
        elif letter == "W":
            self.paint(event.at, Status.DEGRADED)
        else:
            self.paint(suspect[0] if suspect else event.at, Status.UP)
        in_doubt = (
            bool(self.trailing("OW"))
            if self.outage
            else len(self.trailing("C")) > 0  # an outage that opened or closed just now leaves nothing in doubt
        )
        self.due = max(event.at + (self.service.recheck if in_doubt else self.service.interval), event.ended)

    def judge_an_outage(self, letter: str, at: int) -> None:
        outage = self.outage
        assert outage is not None
        if letter == "C":
            if self.status is not Status.DOWN:
                self.paint(at, Status.DOWN)
            return
        good = self.trailing("OW")
        if len(good) >= self.service.success_threshold:
            outage.uncertain = self.status is not Status.DOWN
            outage.end, outage.closing = good[0], "recovered"
            self.paint(good[0], Status.UP if letter == "O" else Status.DEGRADED)

    def segments(self, now: int) -> list[Segment]:
        """The wall read from left to right, equal neighbours as one."""
        read: list[Segment] = []
        ends = [start for start, _, _ in self.wall[1:]] + [now]
        for (start, status, reason), end in zip(self.wall, ends, strict=True):
            if read and (read[-1].status, read[-1].reason) == (status, reason):
                read[-1] = Segment(read[-1].start, end, status, reason)
            elif start < end:
                read.append(Segment(start, end, status, reason))
        return read


def letter_of(finding: Finding) -> str:
    if finding.outcome is Outcome.CRITICAL:
        return "C" if finding.blame is Blame.SERVICE else "?"
    return {Outcome.OK: "O", Outcome.WARNING: "W", Outcome.UNKNOWN: "?"}[finding.outcome]


def foretell(service: Service, life: list[Event]) -> Oracle:
    oracle = Oracle(service, [(0, Status.UNKNOWN, "new")])
    for event in life:
        match event:
            case Check():
                oracle.check(event)
            case Look(now):
                oracle.look(now)
            case Interruption():
                oracle.interrupt(event)
    return oracle
