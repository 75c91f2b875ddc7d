"""Where telling happens: the board, moved by what the monitor reports and by one timer, on the monitor's loop.

The rules are in the other files, which know no clock; here is the one place that waits. Every notification is
committed, with all that was decided with it, before it is handed on.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Protocol

from trayapp.alerts import deciding, hearing, reconcile, resuming, telling
from trayapp.alerts.board import Board, Rules, Step
from trayapp.core.news import Decision, Notes, Recalled
from trayapp.core.words import FOR_EVER, Belief, Incident, Notification, Service, ServiceView, Sight, Telling

COMMIT_PATIENCE = 2.0
"""Seconds to wait for the disk before telling all the same."""


class Keep(Protocol):
    """Commits what was told and what is to be remembered of it, in one transaction."""

    def __call__(self, notifications: Sequence[Notification], notes: Notes, /) -> Awaitable[None]: ...


class Desk:
    """Decides what is told when. Every method but `__init__` runs on the monitor's loop.

    `now` is the wall clock in ms. `view_of` gives a service by its id as it is now, `suppressed` why nothing may be
    told of it now ("maintenance", "dependency"), else an empty string. `tell` is the outbox's.
    """

    def __init__(
        self,
        *,
        now: Callable[[], int],
        view_of: Callable[[str], ServiceView | None],
        suppressed: Callable[[Service], str],
        keep: Keep,
        tell: Callable[[Notification], None],
        on_fault: Callable[[BaseException, str], None],
        rules: Rules = Rules(),  # noqa: B008 - a frozen value
    ) -> None:
        self._now = now
        self._view_of = view_of
        self._suppressed = suppressed
        self._keep = keep
        self._tell = tell
        self._on_fault = on_fault
        self._rules = rules
        self._board = Board()
        self._heard: set[str] = set()
        self._told_at = 0
        self._next = 0
        self._timer: asyncio.TimerHandle | None = None
        self._to_show: deque[tuple[Sequence[Notification], asyncio.Future[None], float]] = deque()
        self._showing: asyncio.Task[None] | None = None

    @property
    def board(self) -> Board:
        """What is known of telling now."""
        return self._board

    def use(self, rules: Rules) -> None:
        """Go by these from now on."""
        if rules != self._rules:
            self._rules = rules
            self._do(Step(self._board))

    def resume(self, recalled: Recalled, service_of: Callable[[str], Service | None]) -> None:
        """Go on from before a restart. Quiet hours and the user's absence are to be reported before, by `hold`."""
        before = self._board
        step = resuming.resume(recalled, service_of, self._now())
        board = replace(step.board, quiet=before.quiet, away=before.away, was_away=before.was_away)
        self._do(step.on(board))

    def after(
        self, service: Service, belief: Belief, told: Telling, decisive: bool, ended: Incident | None
    ) -> Decision:
        """A result was taken in. `ended` is the last closed incident of the service, as far as it is remembered."""
        self._heard.add(service.id)
        told, step = deciding.after_result(
            self._board,
            service,
            belief,
            told,
            decisive,
            self._now(),
            watched=len(self._heard),
            suppressed=self._suppressed(service),
            ended=ended,
        )
        step = self._take(step)
        return Decision(told, step.notifications, step.notes)

    def show(self, notifications: Sequence[Notification], committed: asyncio.Future[None]) -> None:
        """Have them told as soon as they are committed, or were for 2 s in vain, and after those before them.

        To be called at once after they were decided on, so that they are told in the order of their ids.
        """
        if notifications:
            deadline = asyncio.get_running_loop().time() + COMMIT_PATIENCE
            self._to_show.append((notifications, committed, deadline))
            if self._showing is None or self._showing.done():
                self._showing = asyncio.get_running_loop().create_task(self._show_all(), name="telling")

    def forget(self, incident: int, reason: str) -> None:
        """The incident is void because its service was edited ("changed") or removed."""
        self._do(hearing.forget(self._board, incident, reason, self._now()))

    def leave(self, service: str) -> None:
        """The service is watched no more."""
        self._heard.discard(service)
        self._do(hearing.leave(self._board, service))

    def silence(self, service: str) -> int | None:
        """The user snoozed the service. Gives the incident whose "down" will not be told now, if one waited.

        The caller then has it untold: `core.telling.forget`.
        """
        step, incident = hearing.take_back(self._board, service, reconcile.SNOOZED, self._now())
        self._do(step)
        return incident

    def tell_when_back(self, service: str, wanted: bool = True) -> None:
        """Tell once when the service is back, even if it is snoozed or tells nothing."""
        self._do(hearing.ask_when_back(self._board, service, wanted, self._now()))

    def asked(self, service: str) -> bool:
        """Whether the user is to be told when it is back."""
        return service in self._board.when_back

    def hold(self, *, quiet: bool | None = None, away: bool | None = None) -> None:
        """Quiet hours begin or end; the user goes or comes. None: as before."""
        self._do(hearing.hold(self._board, quiet=quiet, away=away))

    def see(self, sights: Sequence[Sight]) -> None:
        """What we can see of the networks now."""
        self._do(hearing.see(self._board, sights))

    def suffer(self, problems: Sequence[str]) -> None:
        """What is wrong with Watchbell itself now."""
        self._do(hearing.suffer(self._board, problems))

    def close(self) -> None:
        """Tell nothing more; what waits is told after the next start."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _take(self, step: Step) -> Step:
        """Go on from this step with all that is to be shown now, and see when there will be more."""
        now = self._now()
        if step == Step(self._board) and not self._board.waiting and self._told_at <= now < self._next:
            return step  # nothing happened, as after most results
        step = step.then(telling.tell(step.board, now, self._rules, self._seen, self._remindable))
        self._board = step.board
        self._told_at = now
        self._wait(now)
        return step

    def _wait(self, now: int) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        moment = telling.next_moment(self._board, now, self._rules, self._seen)
        self._next = FOR_EVER if moment is None else moment
        if moment is not None:
            # The wall clock may be set, and the loop's stands still while the machine sleeps: look each minute.
            wait = min(max(moment - now, 1), 60_000) / 1000
            self._timer = asyncio.get_running_loop().call_later(wait, self._look)

    def _look(self) -> None:
        self._timer = None
        self._next = 0  # whatever is found, the timer is to be set anew
        self._do(Step(self._board))

    def _do(self, step: Step) -> None:
        step = self._take(step)
        if not (step.notifications or step.notes):
            return
        committed = asyncio.ensure_future(self._keep(step.notifications, step.notes))
        committed.add_done_callback(self._note_failed_commit)
        self.show(step.notifications, committed)

    async def _show_all(self) -> None:
        while self._to_show:
            notifications, committed, deadline = self._to_show.popleft()
            wait = max(0.0, deadline - asyncio.get_running_loop().time())
            await asyncio.wait([committed], timeout=wait)  # storage never stands between an outage and its bell
            for notification in notifications:
                self._tell(notification)

    def _note_failed_commit(self, committed: asyncio.Future[None]) -> None:
        if not committed.cancelled() and (fault := committed.exception()) is not None:
            self._on_fault(fault, "saving what is to be told")

    def _seen(self, service: Service, incident: int) -> bool:
        view = self._view_of(service.id)
        return view is not None and reconcile.is_seen(view, incident)

    def _remindable(self, service: Service, incident: int) -> bool:
        view = self._view_of(service.id)
        return view is not None and reconcile.may_be_reminded(view, incident, self._now(), self._suppressed(service))
