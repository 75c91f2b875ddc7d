"""What semantics §1 and §2 say of a life, worked out a second time and in another way.

Written from the page, not from the code. It keeps no counters: a wall of paint is the timeline
(painting from a moment on covers what was there), and each decision looks back over the plain
list of readings since nobody looked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from tests.core.traces import Check, Event, Interruption, Look, ParentTurn
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
    decisive: str = ""
    flaps: list[int | None] = field(default_factory=lambda: [None])
    parent: ParentTurn | None = None

    def paint(self, since: int, status: Status, reason: str = "") -> None:
        self.wall = [stroke for stroke in self.wall if stroke[0] < since]
        if not self.wall or self.wall[-1][1:] != (status, reason):
            self.wall.append((since, status, reason))

    @property
    def status(self) -> Status:
        return self.wall[-1][1]

    @property
    def newest(self) -> int:
        """The newest moment anything was said of."""
        since = self.wall[-1][0]
        return max(since, self.outage.confirmed) if self.outage else since

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
        kept_still = {Status.PAUSED, Status.MAINTENANCE}
        if event.reason in ("changed", "removed") or {event.status, self.status} & kept_still:
            self.decisive, self.flaps = "", [None]
        self.paint(event.at, event.status, event.reason)
        self.seen, self.due = [], None

    def parent_turns(self, event: ParentTurn) -> None:
        self.parent = event
        suspect = self.trailing("C") if self.outage is None else []
        if self.parent_is_away and (suspect or self.status in (Status.UP, Status.DEGRADED, Status.DOWN)):
            self.paint(suspect[0] if suspect else event.at, Status.UNKNOWN, "dependency")
            self.seen, self.due = [], None

    @property
    def parent_is_away(self) -> bool:
        away = (Status.DOWN, Status.UNKNOWN, Status.MAINTENANCE)
        return self.parent is not None and self.parent.status in away

    def parent_came_after(self, started: int) -> bool:
        watched = self.parent is not None and self.parent.status is not Status.PAUSED
        return watched and self.parent is not None and self.status is Status.UNKNOWN and self.parent.at > started

    def weigh(self, letter: str, at: int) -> None:
        """Flapping, from the page: the place of the newest turn of 20 weighs 1.25, that of the oldest 0.75."""
        self.decisive = (self.decisive + ("C" if letter == "C" else "O"))[-21:]
        weights = [Fraction(3, 4) + Fraction(1, 2) * place / 19 for place in range(20)]
        turned = [a != b for a, b in zip(self.decisive, self.decisive[1:], strict=False)]
        share = sum(w for w, t in zip(weights[20 - len(turned) :], turned, strict=True) if t) / sum(weights)
        now = self.flaps[-1]
        if now is None and share >= Fraction(30, 100) and self.decisive.count("C") >= 4:
            self.flaps.append(at)
        elif now is not None and share <= Fraction(20, 100):
            self.flaps.append(None)

    def check(self, event: Check) -> None:
        letter, cause = letter_of(event.finding), event.finding.cause
        if self.parent_is_away or self.parent_came_after(event.at):
            letter, cause = "?", "dependency"
        self.look(event.at)
        if self.status in (Status.PAUSED, Status.MAINTENANCE):
            return
        # An answer speaks from its start on, unless what is held began while it was asked for.
        at = event.at if event.at >= self.newest else max(event.ended, self.newest)
        if letter != "?":
            self.weigh(letter, at)
        suspect = self.trailing("C") if self.outage is None else []
        self.seen.append((letter, at))
        if letter == "?":
            self.paint(suspect[0] if suspect else at, Status.UNKNOWN, cause)
        elif self.outage:
            self.judge_an_outage(letter, at)
        elif letter == "C":
            failing = self.trailing("C")
            if len(failing) >= self.service.failure_threshold:
                self.paint(failing[0], Status.DOWN)
                self.outages.append(Outage(failing[0], event.ended))
        elif letter == "W":
            self.paint(at, Status.DEGRADED)
        else:
            self.paint(suspect[0] if suspect else at, Status.UP)
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
        """The wall read from left to right."""
        ends = [start for start, _, _ in self.wall[1:]] + [now]
        return [Segment(start, end, *what) for (start, *what), end in zip(self.wall, ends, strict=True)]


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
            case ParentTurn():
                oracle.parent_turns(event)
    return oracle
