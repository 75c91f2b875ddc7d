"""What semantics.md says of telling, checked from outside: from what was true, what was shown, and nothing else.

It knows no file of trayapp/alerts. It is told of results as they are decided and of notifications as a person
may see them, with the news that each brings.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

DOWN, BACK = "down", "back"
WINDOW, MOST = 10_000, 5
HOUR, MOST_IN_HOUR = 3_600_000, 20


@dataclass
class Truth:
    """What is confirmed of one service, and whether it may be told."""

    incident: int | None = None
    tellable: bool = True


@dataclass
class Oracle:
    truths: dict[str, Truth] = field(default_factory=lambda: defaultdict(Truth))
    service_of: dict[int, str] = field(default_factory=dict)
    incidents_of: dict[str, set[int | None]] = field(default_factory=lambda: defaultdict(set))
    may_be_down: set[int] = field(default_factory=set)
    """Incidents that a decisive, unsuppressed result found open: nothing else may be told to be down (I8)."""
    may_be_back: set[int] = field(default_factory=set)
    asked: set[int] = field(default_factory=set)
    news: Counter[tuple[int, str]] = field(default_factory=Counter)
    only_downs: frozenset[str] = frozenset()
    """Services whose user wants to hear of outages alone: their ends count as told in silence."""
    told: dict[str, int | None] = field(default_factory=lambda: defaultdict(lambda: None))
    shown: list[int] = field(default_factory=list)
    rings: list[int] = field(default_factory=list)
    on_screen: set[int] = field(default_factory=set)

    def result(
        self, service: str, down: int | None, tellable: bool, flapping: bool, closed: int | None, asked: bool
    ) -> None:
        """A decisive result: `down` is the incident it leaves open, `closed` the last one that ended."""
        self.truths[service] = Truth(down, tellable and not flapping)
        if down is not None:
            self._note(down, service)
            if tellable and not flapping:
                self.may_be_down.add(down)
        elif closed is not None:
            self._note(closed, service)
            if asked:
                self.asked.add(closed)
        if tellable and service in self.only_downs and self.told[service] != down:
            self.told[service] = None
        if tellable or asked:
            self.may_be_back |= self.incidents_of[service] - {down}

    def _note(self, incident: int, service: str) -> None:
        self.service_of[incident] = service
        self.incidents_of[service].add(incident)

    def edited(self, service: str) -> None:
        """The open incident is void. The end of one before it may still have to be told."""
        if self.told[service] == self.truths[service].incident:
            self.told[service] = None
        self.truths[service] = Truth()

    def show(self, at: int, incident: int | None, news: list[tuple[int, str]], title: str, services: int) -> None:
        """A notification that a person may have seen from now on."""
        self.shown.append(at)
        assert sum(1 for each in self.shown if at - WINDOW < each <= at) <= MOST, "I14"
        if incident is None or incident not in self.on_screen:
            self.rings.append(at)
        assert sum(1 for each in self.rings if at - HOUR < each <= at) <= MOST_IN_HOUR, "20 in an hour"
        if incident is not None:
            self.on_screen.add(incident)
        for id_, said in news:
            self.hear(id_, said)
        assert title
        assert not news or services, "every incident is named or counted"

    def hear(self, incident: int, said: str) -> None:
        service = self.service_of[incident]
        self.news[incident, said] += 1
        assert self.news[incident, said] == 1, f"I5: {said} of {incident} was told twice"
        if said == DOWN:
            assert incident in self.may_be_down, "I8: told without a result that might be told"
            assert self.told[service] is None, "I6: down after down"
            self.told[service] = incident
        else:
            assert incident in self.may_be_back, "I8: told to be back without a result"
            if incident not in self.asked:  # whoever asked knows that it was down
                assert self.news[incident, DOWN], "I5: a closing of what was not told"
                assert self.told[service] == incident, "I6: back after back"
            self.told[service] = None

    def settled(self, service: str) -> None:
        """I7: nothing is under way, nothing holds; what was told is what is true."""
        truth = self.truths[service]
        if truth.tellable:
            assert self.told[service] == truth.incident, f"I7: {service}"

    def accounted(self, withheld: set[int], pending: set[int]) -> None:
        """I16: every incident was told, or not for a recorded reason, or is about to be."""
        for incident in self.service_of:
            assert self.news[incident, DOWN] or incident in withheld | pending, f"I16: {incident} was lost"
