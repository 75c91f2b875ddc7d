"""All that telling knows, as one frozen value: what waits, what is on the screen, what was shown of late.

A thread is one notification on the screen, with every incident that it tells of. It is drawn anew from its
members, so an update, a recovery and a reminder are the same act. Its key is the id of its first incident.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from trayapp.core.news import NO_NOTES, Notes, Owed, Said, Shown
from trayapp.core.words import Incident, Notification, Service, Sight

_EMPTY: Mapping[Any, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Rules:
    """What the user may set in [notifications]. `reminder`: milliseconds between reminders; None: no reminders."""

    reminder: int | None = 4 * 3_600_000
    reminders_at_most: int = 6


@dataclass(frozen=True, slots=True)
class Member:
    """One incident of a thread. `said` is the newest that was told of it; None: nothing yet."""

    service: Service
    incident: Incident
    ties: frozenset[str]
    said: Said | None = None

    @property
    def back(self) -> bool:
        return self.incident.end is not None

    @property
    def unsaid(self) -> tuple[Said, ...]:
        """What is true of it and was not told."""
        news: tuple[Said, ...] = (Said.DOWN,) if self.said is None else ()
        return (*news, Said.BACK) if self.back and self.said is not Said.BACK else news


@dataclass(frozen=True, slots=True)
class Thread:
    """One notification on the screen. `rung` and `shown` are when it came and when it was last drawn; None: not yet.

    `changed` is since when it does not say any more what is true. `again`: it may have been seen before a crash, so
    it is drawn anew as a reminder. `reminded` is when it last reminded, and `reminders` how often it did.
    """

    key: int
    members: Mapping[int, Member] = field(default_factory=lambda: _EMPTY)
    rung: int | None = None
    shown: int | None = None
    changed: int | None = None
    again: bool = False
    reminded: int | None = None
    reminders: int = 0

    @property
    def fresh(self) -> bool:
        """Whether there is anything to draw that it does not show."""
        return bool(self.members) and (self.again or any(member.unsaid for member in self.members.values()))

    @property
    def open(self) -> tuple[Member, ...]:
        return tuple(member for member in self.members.values() if not member.back)

    @property
    def ongoing(self) -> bool:
        """Whether any of its incidents is open."""
        return any(not member.back for member in self.members.values())

    def having(self, *members: Member) -> Thread:
        """The thread with these members, in place of those of the same incident."""
        return replace(self, members={**self.members, **{m.incident.id: m for m in members}})

    def without(self, incident: int) -> Thread:
        return replace(self, members={id_: m for id_, m in self.members.items() if id_ != incident})


@dataclass(frozen=True, slots=True)
class Waiting:
    """An item that is owed, with the service it is of."""

    service: Service
    owed: Owed


@dataclass(frozen=True, slots=True)
class Unsteady:
    """A service that was told to flap. Those that began within an hour share a notification, of the moment `told`."""

    service: Service
    told: int


@dataclass(frozen=True, slots=True)
class Board:
    """Everything telling knows.

    `waiting` are first "downs" in want of company and `held` what waits for the end of quiet hours or for the
    user, both by incident, oldest first. `withheld` has the last (incident, reason) recorded of each service.
    `flapping` are the services told to flap and `stumbling` the ties of those that failed of late without an outage,
    by their ids; `when_back` are ids of services asked for and `turned_away` of those told to turn us away;
    `blind` are the networks told not to be seen, with since when. `troubles` are the sentences about ourselves that
    were told, with when.
    `was_away`: the user was not there while something was held.
    """

    next_id: int = 1
    waiting: Mapping[int, Waiting] = field(default_factory=lambda: _EMPTY)
    held: Mapping[int, Waiting] = field(default_factory=lambda: _EMPTY)
    threads: Mapping[int, Thread] = field(default_factory=lambda: _EMPTY)
    shown: tuple[Shown, ...] = ()
    withheld: Mapping[str, tuple[int, str]] = field(default_factory=lambda: _EMPTY)
    flapping: Mapping[str, Unsteady] = field(default_factory=lambda: _EMPTY)
    stumbling: Mapping[str, frozenset[str]] = field(default_factory=lambda: _EMPTY)
    when_back: frozenset[str] = frozenset()
    turned_away: frozenset[str] = frozenset()
    sights: tuple[Sight, ...] = ()
    blind: Mapping[str, int] = field(default_factory=lambda: _EMPTY)
    blind_told: int | None = None
    problems: tuple[str, ...] = ()
    troubles: Mapping[str, int] = field(default_factory=lambda: _EMPTY)
    quiet: bool = False
    away: bool = False
    was_away: bool = False

    @property
    def holding(self) -> bool:
        """Whether only critical services may ring."""
        return self.quiet or self.away

    def thread_of(self, incident: int) -> Thread | None:
        return next((thread for thread in self.threads.values() if incident in thread.members), None)

    def with_thread(self, thread: Thread) -> Board:
        return replace(self, threads={**self.threads, thread.key: thread})


@dataclass(frozen=True, slots=True)
class Step:
    """The board after something happened, what to show now, and what to remember before it is shown."""

    board: Board
    notifications: tuple[Notification, ...] = ()
    notes: Notes = NO_NOTES

    def on(self, board: Board, notes: Notes = NO_NOTES) -> Step:
        return Step(board, self.notifications, self.notes + notes)

    def then(self, later: Step) -> Step:
        """This step and the one that was taken from its board."""
        return Step(later.board, self.notifications + later.notifications, self.notes + later.notes)


def without(mapping: Mapping[int, Waiting], *incidents: int) -> Mapping[int, Waiting]:
    """The mapping without these."""
    gone = frozenset(incidents)
    return {id_: each for id_, each in mapping.items() if id_ not in gone}
