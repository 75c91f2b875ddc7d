"""Lives of a service for the tests of core: what may happen to one, and the book that history would keep of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from trayapp.core.dependence import depend, in_the_way
from trayapp.core.flapping import RESULTS
from trayapp.core.verdict import begin, expire, fold, interrupt, reading, rebuild, withhold
from trayapp.core.words import (
    Belief,
    Blame,
    CheckResult,
    Finding,
    Incident,
    Outcome,
    Segment,
    Service,
    ServiceView,
    Status,
    StatusChange,
    Telling,
)


@dataclass(frozen=True)
class Unasked:
    """A probe that no test of core ever runs."""

    kind: str = "tcp"
    target: str = "192.0.2.7:80"

    async def check(self, means: Any, /) -> Finding:
        raise AssertionError("core never runs a probe")


def watched(failures: int = 3, successes: int = 2, **keys: Any) -> Service:
    keys = {"id": "twitter", "name": "Twitter", **keys}
    return Service(probe=Unasked(), failure_threshold=failures, success_threshold=successes, **keys)


ROUTER = watched(id="router", name="Router")

OK = Finding(Outcome.OK, latency_ms=182.4)
WARNING = Finding(Outcome.WARNING, "slow", message="912 ms, slower than 800 ms", latency_ms=912.0)
CRITICAL = Finding(Outcome.CRITICAL, "http.status", message="HTTP 503")
NO_DNS = Finding(Outcome.UNKNOWN, "dns.failed", Blame.NETWORK, "no resolver answers")
LOCKED = Finding(Outcome.UNKNOWN, "config.secret_locked", Blame.CONFIG)
NOT_THEIRS = Finding(Outcome.CRITICAL, "unreachable", Blame.NETWORK)
FINDINGS = {"ok": OK, "warning": WARNING, "critical": CRITICAL, "dns": NO_DNS, "locked": LOCKED, "ours": NOT_THEIRS}


@dataclass(frozen=True)
class Check:
    at: int
    ended: int
    finding: Finding


@dataclass(frozen=True)
class Look:
    """The monitor asks whether the belief still holds."""

    now: int


@dataclass(frozen=True)
class Interruption:
    at: int
    status: Status
    reason: str


@dataclass(frozen=True)
class ParentTurn:
    """What the service depends on becomes this."""

    at: int
    status: Status


Event = Check | Look | Interruption | ParentTurn


@dataclass
class Book:
    """Segments and incidents as history writes them, from changes alone, with the newest results."""

    service: Service
    belief: Belief
    rows: dict[int, tuple[Status, str, int]] = field(default_factory=dict)
    flapping_since: int | None = None
    counted_since: int = 0
    parent: ServiceView | None = None
    incidents: dict[int, Incident] = field(default_factory=dict)
    results: list[CheckResult] = field(default_factory=list)
    changes: list[StatusChange] = field(default_factory=list)

    @classmethod
    def begun(cls, service: Service, at: int) -> Book:
        belief = begin(service.id, at)
        return cls(service, belief, {at: (belief.status, belief.reason, at)}, counted_since=at)

    @property
    def parents(self) -> list[ServiceView]:
        return [] if self.parent is None else [self.parent]

    def live(self, event: Event) -> None:
        match event:
            case Check(at, ended, finding):
                result = CheckResult(self.service.id, at, ended, depend(finding, self.belief, at, self.parents))
                self.results.append(result)
                self._write(*fold(self.belief, self.service, result, len(self.incidents) + 1))
            case Look(now):
                self._write(*expire(self.belief, self.service, now))
            case Interruption(at, status, reason):
                self._write(*interrupt(self.belief, at, status, reason))
            case ParentTurn(at, status):
                self.parent = ServiceView(ROUTER, Belief(ROUTER.id, status, at), Telling(ROUTER.id))
                if in_the_way(self.parents):
                    self._write(*withhold(self.belief, at))

    def _write(self, belief: Belief, changes: tuple[StatusChange, ...]) -> None:
        self.belief = belief
        for change in changes:
            assert change.since >= max(self.rows), "history is never rewritten before its newest segment"
            assert change.at >= change.since
            self.rows[change.since] = (change.to_status, change.reason, change.at)
            self.flapping_since, self.counted_since = change.flapping_since, change.counted_since
            if change.incident is not None:
                self.incidents[change.incident.id] = change.incident
            self.changes.append(change)

    def segments(self, now: int) -> list[Segment]:
        starts = [*sorted(self.rows), now]
        return [Segment(start, end, *self.rows[start][:2]) for start, end in pairwise(starts) if start < end]

    def reopened(self) -> Belief:
        """The belief after a restart, from what the book holds."""
        since = max(self.rows)
        status, reason, confirmed = self.rows[since]
        open_ones = [incident for incident in self.incidents.values() if incident.end is None]
        enough = max(self.service.failure_threshold, self.service.success_threshold) + 1
        decisive = [result for result in self.results if reading(result.finding) is not Outcome.UNKNOWN]
        wanted = self.results[-enough:] + decisive[-RESULTS:]
        return rebuild(
            self.service,
            status,
            since,
            reason,
            confirmed,
            next(iter(open_ones), None),
            [result for result in self.results if result in wanted],
            self.flapping_since,
            self.counted_since,
        )


services = st.builds(
    watched, st.integers(1, 4), st.integers(1, 4), interval=st.sampled_from([1_000, 60_000]), timeout=st.just(10_000)
)

_findings = st.sampled_from(["ok"] * 4 + ["critical"] * 5 + ["warning", "dns", "locked", "ours"])
_gaps = st.sampled_from([1, 200, 1_000, 10_000, 10_000, 25_000, 60_000, 75_000, 75_001, 80_000, 600_000])
_breaks = st.sampled_from(
    [
        (Status.UNKNOWN, "asleep"),
        (Status.PAUSED, "paused"),
        (Status.MAINTENANCE, "maintenance"),
        (Status.UNKNOWN, "new"),
        (Status.UNKNOWN, "changed"),
        (Status.UNKNOWN, "removed"),
    ]
)


_turns = st.sampled_from([Status.UP, Status.DEGRADED, Status.DOWN, Status.UNKNOWN, Status.MAINTENANCE, Status.PAUSED])


@st.composite
def lives(draw: st.DrawFn, most: int = 40, parent: bool = False) -> list[Event]:
    """Events in order from time 0 on, none of two at one moment. A `parent` turns between checks and during them."""
    now = 0
    events: list[Event] = []
    happenings = ["check"] * 10 + ["look", "break"] + ["parent"] * (2 * parent)
    for _ in range(draw(st.integers(0, most))):
        now += draw(_gaps)
        match draw(st.sampled_from(happenings)):
            case "check":
                ended = now + draw(st.sampled_from([0, 31, 10_000]))
                if parent and ended - now > 2 and draw(st.booleans()):
                    events.append(ParentTurn(draw(st.integers(now + 1, ended - 1)), draw(_turns)))
                events.append(Check(now, ended, FINDINGS[draw(_findings)]))
                now = ended
            case "look":
                events.append(Look(now))
            case "parent":
                events.append(ParentTurn(now, draw(_turns)))
            case _:
                events.append(Interruption(now, *draw(_breaks)))
    return events


@st.composite
def flapping_lives(draw: st.DrawFn) -> list[Event]:
    """Checks that go to and fro at different paces, with now and then something between them."""
    now = 0
    events: list[Event] = []
    for _ in range(draw(st.integers(1, 6))):
        beat = draw(st.lists(st.sampled_from(["ok", "ok", "critical", "warning", "dns"]), min_size=1, max_size=9))
        for i in range(draw(st.integers(1, 30))):
            now += draw(st.sampled_from([10_000, 60_000]))
            events.append(Check(now, now + 31, FINDINGS[beat[i % len(beat)]]))
            now += 31
        if draw(st.integers(0, 3)) == 0:
            now += 1_000
            events.append(Interruption(now, *draw(_breaks)))
    return events


@st.composite
def lives_under_a_broken_clock(draw: st.DrawFn) -> list[Event]:
    """The same, with the wall clock set to and fro between the events."""
    moments = st.integers(0, 500_000)
    events: list[Event] = []
    for event in draw(lives()):
        at = draw(moments)
        match event:
            case Check(finding=finding):
                events.append(Check(at, draw(moments), finding))
            case Look():
                events.append(Look(at))
            case Interruption(status=status, reason=reason):
                events.append(Interruption(at, status, reason))
    return events
