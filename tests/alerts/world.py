"""A desk without a loop, on a real database in memory, that can lose its power at any point."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from tests.alerts.oracle import Oracle
from trayapp.alerts import deciding, hearing, reconcile, resuming, telling
from trayapp.alerts.board import Board, Rules, Step
from trayapp.core.news import Notes
from trayapp.core.words import (
    Belief,
    Finding,
    Incident,
    Notification,
    Service,
    ServiceView,
    Sight,
    Status,
    StatusChange,
    Telling,
)
from trayapp.history import schema
from trayapp.history.ledger import Ledger
from trayapp.history.memory import recall

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
START = 1_790_000_000_000


@dataclass(frozen=True)
class Unasked:
    """A probe that nobody asks here."""

    target: str = ""
    kind: str = "none"

    async def check(self, means: Any, /) -> Finding:
        raise AssertionError("nobody asks")


def a_service(id_: str, **keys: Any) -> Service:
    return Service(id=id_, name=id_.title(), probe=Unasked(keys.pop("target", f"{id_}.example:80")), **keys)


class PowerCut(Exception):
    """The program ends here, without another word."""


@dataclass
class World:
    """Services, what is believed of them, what was committed, and what a person saw."""

    services: dict[str, Service]
    rules: Rules = field(default_factory=Rules)
    oracle: Oracle = field(default_factory=Oracle)
    now: int = START
    board: Board = field(default_factory=Board)
    beliefs: dict[str, Belief] = field(default_factory=dict)
    tellings: dict[str, Telling] = field(default_factory=dict)
    ended: dict[str, Incident] = field(default_factory=dict)
    maintenance: set[str] = field(default_factory=set)
    unsteady: set[str] = field(default_factory=set)
    seen: list[Notification] = field(default_factory=list)
    saved: dict[str, tuple[Belief, Telling, Incident | None]] = field(default_factory=dict)
    incidents: int = 0
    cut: str = ""
    sights: tuple[Sight, ...] = ()

    def __post_init__(self) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        schema.migrate(self.connection)
        self.ledger = Ledger(self.connection)
        for id_ in self.services:
            self.beliefs[id_] = Belief(id_, Status.UP, self.now)
            self.tellings[id_] = Telling(id_)
            self.saved[id_] = (self.beliefs[id_], self.tellings[id_], None)
        self.oracle.only_downs = frozenset(s.id for s in self.services.values() if s.notify == "down")

    # What happens

    def check(self, id_: str, status: Status) -> None:
        """A result that leaves the service in this status at once."""
        belief, change = self._fold(id_, status)
        service, before = self.services[id_], self.tellings[id_]
        decisive = status is not Status.UNKNOWN
        asked = id_ in self.board.when_back
        result: Callable[[], None] = _nothing
        if decisive:
            lapsed = reconcile.lapsed(before, belief, self.now)
            tellable = id_ not in self.maintenance and lapsed.snoozed_until is None and service.notify != "none"
            down = belief.incident.id if belief.incident is not None else None
            closed = self.ended.get(id_)
            closed_id = closed.id if closed and change else None
            held = tellable and belief.flapping and self.now - belief.since < 600_000
            result = lambda: self.oracle.result(  # noqa: E731 - as it is once the step was taken
                id_, down, tellable, held and id_ in step.board.flapping, closed_id, asked
            )
        told, step = deciding.after_result(
            self.board,
            service,
            belief,
            before,
            decisive,
            self.now,
            suppressed="maintenance" if id_ in self.maintenance else "",
            ended=self.ended.get(id_),
        )
        self.beliefs[id_], self.tellings[id_] = belief, told
        if told.told is None:
            self.ended.pop(id_, None)  # as the monitor does: its end is told, and of no use any more
        self.carry_out(step, id_, change, result)

    def _fold(self, id_: str, status: Status) -> tuple[Belief, StatusChange | None]:
        old = self.beliefs[id_]
        incident = old.incident
        flapping = id_ in self.unsteady
        if status is old.status:
            return replace(old, flapping=flapping), None
        if status is Status.DOWN and incident is None:
            self.incidents += 1
            incident = Incident(self.incidents, id_, self.now, self.now, "refused", "Connection refused")
        carried = incident
        if status is Status.UP and incident is not None:
            carried = replace(incident, end=self.now, closing="recovered")
            self.ended[id_], incident = carried, None
        change = StatusChange(id_, self.now, self.now, old.status, status, "", carried)
        return Belief(id_, status, self.now, incident=incident, flapping=flapping, raw=(True,) * 21), change

    def edit(self, id_: str) -> None:
        old = self.beliefs[id_]
        step = Step(self.board)
        change = StatusChange(id_, self.now, self.now, old.status, Status.UNKNOWN, "changed")
        if old.incident is not None:
            closed = replace(old.incident, end=self.now, closing="changed", end_uncertain=True)
            change = replace(change, incident=closed)
            step = hearing.forget(self.board, closed.id, "changed", self.now)
            self.tellings[id_] = replace(self.tellings[id_], told=None, acknowledged=None)
        self.beliefs[id_] = Belief(id_, Status.UNKNOWN, self.now, "changed")
        self.carry_out(step, id_, change, partial(self.oracle.edited, id_) if old.incident is not None else _nothing)

    def snooze(self, id_: str, until: int | None) -> None:
        step, untold = hearing.take_back(self.board, id_, "snoozed", self.now)
        telling_ = replace(self.tellings[id_], snoozed_until=until)
        self.tellings[id_] = replace(telling_, told=None) if untold is not None else telling_
        self.carry_out(step, id_)

    def acknowledge(self, id_: str) -> None:
        incident = self.beliefs[id_].incident
        if incident is not None:
            self.tellings[id_] = replace(self.tellings[id_], acknowledged=incident.id)
            self.carry_out(Step(self.board), id_)

    def step(self, step: Step) -> None:
        self.carry_out(step)

    def hold(self, **how: bool) -> None:
        self.step(hearing.hold(self.board, **how))

    def see(self, *sights: Sight) -> None:
        self.sights = sights
        self.step(hearing.see(self.board, sights))

    def ask_when_back(self, id_: str) -> None:
        self.step(hearing.ask_when_back(self.board, id_, True, self.now))

    def pass_time(self, ms: int) -> None:
        """As the timer does it: whenever the board asks to be looked at."""
        until = self.now + ms
        for _ in range(10_000):
            moment = telling.next_moment(self.board, self.now, self.rules, self._seen)
            if moment is None or moment > until:
                self.now = until
                return
            assert moment > self.now, "asked to be called again at once"
            self.now = moment
            self.step(Step(self.board))
        raise AssertionError("never comes to rest")

    # How it is carried out

    def carry_out(
        self,
        step: Step,
        service: str | None = None,
        change: StatusChange | None = None,
        committed: Callable[[], None] = lambda: None,
    ) -> None:
        """Decide what to show, commit, and show it; `committed` is called between the two."""
        try:
            self._carry_out(step, service, change, committed)
        except PowerCut:
            self.restart()

    def _carry_out(
        self, step: Step, service: str | None, change: StatusChange | None, committed: Callable[[], None]
    ) -> None:
        step = step.then(telling.tell(step.board, self.now, self.rules, self._seen, self._remindable))
        self.board = step.board
        if not (service or step.notifications or step.notes):
            return
        self._maybe_cut("before the commit")
        changed = () if change is None else (change,)
        tellings = () if service is None else (self.tellings[service],)
        self._commit(changed, tellings, step.notifications, step.notes)
        if service is not None:
            self.saved[service] = (self.beliefs[service], self.tellings[service], self.ended.get(service))
        committed()
        for notification in step.notifications:
            self._deliver(
                notification,
                [(m.incident, m.said.value) for m in step.notes.mentions if m.notification == notification.id],
            )

    def _commit(
        self,
        changes: Sequence[StatusChange],
        tellings: Sequence[Telling],
        notifications: Sequence[Notification],
        notes: Notes,
    ) -> None:
        with self.ledger.transaction(durable=False):
            self.ledger.commit(changes, tellings, notifications, notes, self.now)

    def _deliver(self, notification: Notification, news: list[tuple[int, str]]) -> None:
        self._maybe_cut("before the attempt")
        self.ledger.attempted(notification.id, self.now)
        # From here on somebody may have seen it, so for the oracle he has.
        self.seen.append(notification)
        self.oracle.show(self.now, notification.incident, news, notification.title, len(notification.services))
        self._maybe_cut("before it was delivered")
        self.ledger.delivered(notification.id, self.now)

    def _maybe_cut(self, point: str) -> None:
        if self.cut == point:
            self.cut = ""
            raise PowerCut

    def restart(self) -> None:
        """Everything anew, from what was committed."""
        for id_, (belief, told, ended) in self.saved.items():
            self.beliefs[id_], self.tellings[id_] = belief, told
            self.ended.pop(id_, None)
            if ended is not None:
                self.ended[id_] = ended
        quiet, away = self.board.quiet, self.board.away
        recalled = recall(self.connection, (), self.now).telling
        step = resuming.resume(recalled, self.services.get, self.now)
        step = step.on(replace(step.board, quiet=quiet, away=away, sights=self.sights))
        self.carry_out(step)

    def _seen(self, service: Service, incident: int) -> bool:
        return reconcile.is_seen(ServiceView(service, self.beliefs[service.id], self.tellings[service.id]), incident)

    def _remindable(self, service: Service, incident: int) -> bool:
        view = ServiceView(service, self.beliefs[service.id], self.tellings[service.id])
        suppressed = "maintenance" if service.id in self.maintenance else ""
        return reconcile.may_be_reminded(view, incident, self.now, suppressed)

    # What there is to see

    @property
    def kinds(self) -> list[str]:
        return [notification.kind for notification in self.seen]

    def withheld(self) -> dict[int, str]:
        return dict(self.connection.execute("SELECT incident, reason FROM withheld ORDER BY at"))

    def pending(self) -> set[int]:
        return {*self.board.waiting, *self.board.held}


def _nothing() -> None:
    """What the oracle is told of a result that decides nothing."""
