"""What is held true of every service: each change of it is remembered, observed and published, in that order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from trayapp.core import telling, verdict
from trayapp.core.news import NO_NOTES, Decision, Notes
from trayapp.core.words import Belief, CheckResult, Notification, ServiceView, Status, StatusChange, Telling
from trayapp.monitor.needs import Desk, Memory
from trayapp.monitor.publishing import AT_ONCE, IN_TIME


class Held:
    """The views of all services, in the order of the file. Belongs to the monitor's loop.

    `publish` is asked to publish within so many seconds. `turned` is told of each service whose status became
    another, with the status that it had.
    """

    def __init__(
        self,
        memory: Memory,
        desk: Desk,
        *,
        publish: Callable[[float], None],
        observe: Callable[[CheckResult | StatusChange], None],
        turned: Callable[[ServiceView, Status], None],
        on_fault: Callable[[BaseException, str], None],
    ) -> None:
        self._memory = memory
        self._desk = desk
        self._publish = publish
        self._observe = observe
        self._turned = turned
        self._on_fault = on_fault
        self.views: dict[str, ServiceView] = {}
        self.next_incident = 1

    def show(self, view: ServiceView, within: float = AT_ONCE) -> ServiceView:
        """Take over what only the screen cares about: nothing of it is remembered."""
        self.views[view.service.id] = view
        self._publish(within)
        return view

    def believe(self, view: ServiceView, belief: Belief, changes: Sequence[StatusChange]) -> ServiceView:
        """Take over a belief that tells nobody anything."""
        told, closed = view.telling, None
        if view.belief.incident is not None and belief.incident is None:
            told, closed = telling.forget(told), view.belief.incident
        new = self.show(replace(view, belief=belief, telling=told))
        self._commit(changes, (told,) if told != view.telling else ())
        self._observe_all(changes, view.belief.reason)
        if closed is not None:
            self._desk.forget(closed.id, belief.reason)
        self._note_turn(view, new)
        return new

    def interrupt(self, view: ServiceView, at: int, status: Status, reason: str) -> ServiceView:
        """From `at` on it is something that no result of ours says."""
        belief, changes = verdict.interrupt(view.belief, at, status, reason)
        return self.believe(view, belief, changes)

    def settle(self, view: ServiceView, belief: Belief, changes: Sequence[StatusChange], decision: Decision) -> None:
        """Take over the belief that a result led to; remember it; and only then have it told."""
        told = (decision.telling,) if decision.telling != view.telling else ()
        when_back = self._desk.asked(view.service.id)
        new = replace(view, belief=belief, telling=decision.telling, when_back=when_back)
        seen_at_once = changes or belief.suspect is not view.belief.suspect
        self.show(new, AT_ONCE if seen_at_once else IN_TIME)
        if belief.incident is not None:
            self.next_incident = max(self.next_incident, belief.incident.id + 1)
        committed = self._commit(changes, told, decision.notifications, decision.notes)
        if committed is not None:
            self._desk.show(decision.notifications, committed)
        self._observe_all(changes, view.belief.reason)
        self._note_turn(view, new)

    def tell(self, view: ServiceView, told: Telling) -> ServiceView:
        """Take over what the user was told, or asked for."""
        if told == view.telling:
            return view
        self._commit((), (told,))
        return self.show(replace(view, telling=told))

    def _commit(
        self,
        changes: Sequence[StatusChange],
        tellings: Sequence[Telling],
        notifications: Sequence[Notification] = (),
        notes: Notes = NO_NOTES,
    ) -> asyncio.Future[None] | None:
        if not (changes or tellings or notifications or notes):
            return None
        committed = asyncio.ensure_future(self._memory.commit(changes, tellings, notifications, notes))
        committed.add_done_callback(self._note_failed_commit)
        return committed

    def _note_failed_commit(self, committed: asyncio.Future[None]) -> None:
        if not committed.cancelled() and (fault := committed.exception()) is not None:
            self._on_fault(fault, "saving what happened")

    def _observe_all(self, changes: Sequence[StatusChange], reason: str) -> None:
        """Those that a person would call a change; the others only note for a restart that a run was cut short."""
        for change in changes:
            if change.from_status is not change.to_status or change.reason != reason:
                self._observe(change)
            reason = change.reason

    def _note_turn(self, before: ServiceView, after: ServiceView) -> None:
        if before.belief.status is not after.belief.status:
            self._turned(after, before.belief.status)
