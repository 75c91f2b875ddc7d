"""Takes in what checks find: remembers it, folds it, has it told, and publishes what is true now.

All live state is here and belongs to one asyncio loop: every method but `__init__` runs on it,
so there is no lock. History, alerts, the clock and what is known of the network are given.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from trayapp.core import verdict
from trayapp.core.words import (
    Belief,
    Blame,
    CheckResult,
    Finding,
    Incident,
    Notification,
    Outcome,
    Service,
    ServiceView,
    Sight,
    Snapshot,
    Status,
    StatusChange,
    Telling,
)
from trayapp.monitor.clock import Clock
from trayapp.monitor.needs import Memory, Policy
from trayapp.monitor.network import Network
from trayapp.monitor.publishing import AT_ONCE, IN_TIME, Publishing
from trayapp.monitor.rounds import Rounds
from trayapp.monitor.scheduler import FIRST_SPACING, phase
from trayapp.monitor.vigil import Vigil
from trayapp.monitor.waking import Waking
from trayapp.monitor.witness import Begun, Witness

PROBE_BUG = "self.bug"
"""The cause of a finding that says: the probe is broken, and its traceback is in the log."""

COMMIT_PATIENCE = 2.0
"""Seconds to wait for the disk before telling all the same."""


class BrokenProbe(Exception):
    """A probe has a bug, and said so in its finding."""


class Monitor:
    """The services being watched and what is believed of them."""

    def __init__(
        self,
        *,
        clock: Clock,
        means: Callable[[Service], Any],
        memory: Memory,
        policy: Policy,
        network: Network,
        tell: Callable[[Notification], None],
        publish: Callable[[Snapshot], None],
        observe: Callable[[CheckResult | StatusChange], None],
        on_fault: Callable[[BaseException, str], None],
        see: Callable[[Sequence[Sight]], None] = lambda sights: None,
    ) -> None:
        """`see` is told what can be seen of the networks whenever that changes."""
        self._clock = clock
        self._means = means
        self._memory = memory
        self._policy = policy
        self._tell = tell
        self._observe = observe
        self._on_fault = on_fault
        self._see = see
        self._next_incident = 1
        self._next_notification = 1

        self._views: dict[str, ServiceView] = {}
        self._rounds = Rounds(clock, self._begin_check, self._set_checking, self._check_ended)
        self._first_round: dict[str, float] = {}
        self._network = network
        self._witness = Witness(clock, network)
        self._judged: set[str] = set()
        self._vigil: Vigil | None = None
        self._waking = Waking(network, self._plan_soon)
        self._sights: tuple[Sight, ...] = ()
        self._publish = publish
        self._publishing = Publishing(self._publish_now)
        self._version = 0
        self._resuming: asyncio.TimerHandle | None = None
        self._ended: dict[str, Incident] = {}
        self._paused_until: int | None = None
        self._problems: tuple[str, ...] = ()
        self._faults: tuple[str, ...] = ()

    # What the owner of the loop asks

    def number_from(self, incident: int, notification: int) -> None:
        """Give these ids to the next ones. To be called before the first service is watched."""
        self._next_incident, self._next_notification = incident, notification

    def apply(
        self,
        services: Iterable[Service],
        beliefs: Mapping[str, Belief],
        tellings: Mapping[str, Telling],
    ) -> None:
        """Watch exactly these services from now on; what is already known of them is kept.

        `beliefs` and `tellings` hold what history remembers of services that were not watched so far.
        """
        if self._vigil is None:
            self._vigil = Vigil(self._clock)
            self._network.begin(self._turned)
        wanted = {service.id: service for service in services}
        self._network.keep(wanted.values())
        for id_ in [id_ for id_ in self._views if id_ not in wanted]:
            self._interrupt(self._views[id_], Status.UNKNOWN, "removed")
            self._drop(id_)
        kept = self._views
        self._views = {}
        places = itertools.count()
        for index, service in enumerate(wanted.values()):
            old = kept.get(service.id)
            if old is None:
                belief = beliefs.get(service.id) or verdict.begin(service.id, self._clock.now())
                old = ServiceView(service, belief, tellings.get(service.id) or Telling(service.id))
                self._views[service.id] = old
                self._enter(old, index, places)
            else:
                self._views[service.id] = ServiceView(service, old.belief, old.telling, old.checking)
                self._replace(old.service, service, index, places)
        self._publishing.ask()

    def check_now(self, services: Iterable[str] | None = None) -> None:
        """Check these services, or all, as soon as a place is free. A paused service is left alone."""
        now = self._clock.monotonic()
        for index, id_ in enumerate(self._views if services is None else services):
            view = self._views.get(id_)
            if view is not None and self._watched(view.service) and not self._rounds.in_flight(id_):
                self._first_round[id_] = phase(index)  # what is asked together now need not stay together
                self._rounds.plan(id_, now)

    def look(self) -> None:
        """See what became of clocks, networks and beliefs. To be called about every 2 s: whoever does not for 30 s
        was held up, and so were the checks.
        """
        self._notice_gap()
        self._network.look()
        self._show_sights()
        self.expire()

    def expire(self) -> None:
        """Let go of what no result has confirmed in time, and of a pause that is over."""
        if self._paused_until is not None and self._clock.now() >= self._paused_until:
            self._pause_over()  # its timer does not count the hours that the machine slept
        for view in list(self._views.values()):
            if view.service.id not in self._judged:  # its result is there, and only being weighed
                self._expired(view, "stale")

    def acknowledge(self, incident: int) -> bool:
        """Note that the user knows of this incident; False when it is no longer open."""
        for view in self._views.values():
            if view.belief.incident is not None and view.belief.incident.id == incident:
                self._set_telling(view, self._policy.acknowledge(view.telling, incident))
                return True
        return False

    def snooze(self, service: str, until: int | None) -> bool:
        """Tell nothing of this service until then; None ends it. False when there is no such service."""
        view = self._views.get(service)
        if view is None:
            return False
        self._set_telling(view, self._policy.snooze(view.telling, until))
        return True

    def pause(self, until: int | None) -> None:
        """Check nothing until then; None goes on at once."""
        self._memory.pause(until)
        self._set_paused(until)

    def restore_pause(self, until: int | None) -> None:
        """Go on with a pause that was begun before a restart."""
        if until is not None and until > self._clock.now():
            self._set_paused(until)

    def report(self, problems: Sequence[str], faults: Sequence[str]) -> None:
        """Sentences about Watchbell itself and about its configuration file, for the snapshot."""
        if (tuple(problems), tuple(faults)) != (self._problems, self._faults):
            self._problems, self._faults = tuple(problems), tuple(faults)
            self._publishing.ask()

    def snapshot(self) -> Snapshot:
        return Snapshot(
            version=self._version,
            at=self._clock.now(),
            services=tuple(self._views.values()),
            paused_until=self._paused_until,
            problems=(*self._problems, *filter(None, [self._waking.problem(self._clock.now())])),
            faults=self._faults,
            sights=self._network.sights(),
        )

    async def stop(self, patience: float = 1.0) -> None:
        """Cancel what is in flight and wait at most `patience` seconds for it."""
        self._publishing.stop()
        self._waking.stop()
        self._network.stop()
        if self._resuming is not None:
            self._resuming.cancel()
        await self._rounds.stop(patience)

    # One check

    def _begin_check(self, id_: str, due: float) -> Coroutine[Any, Any, None] | None:
        if self._notice_gap():
            return None  # everything is planned anew
        view = self._views.get(id_)
        return self._check(view, due) if view is not None and self._watched(view.service) else None

    async def _check(self, view: ServiceView, due: float) -> None:
        service = view.service
        at = self._clock.now()
        begun = self._witness.begin()
        try:
            finding = await service.probe.check(self._means(service))
        except asyncio.CancelledError:
            raise
        except BaseException as fault:  # noqa: BLE001 - whatever a probe raises, the loop lives
            self._on_fault(fault, f"the check of {service.id}")
            message = f"Watchbell has a problem of its own ({type(fault).__name__})"
            finding = Finding(Outcome.UNKNOWN, PROBE_BUG, Blame.SELF, message)
        else:
            if finding.cause == PROBE_BUG:
                self._on_fault(BrokenProbe(finding.message), f"the check of {service.id}")
        finally:
            self._witness.end()
        ended = max(at, self._clock.now())
        finding = await self._weigh(service, verdict.judge(service, finding), begun)
        result = CheckResult(service.id, at, ended, finding)
        await self._take_in(result, service, due)

    async def _weigh(self, service: Service, finding: Finding, begun: Begun) -> Finding:
        """What the finding is worth, given how it was made and what else could be seen."""
        self._notice_gap()
        self._judged.add(service.id)
        self._rounds.step_aside(service.id)
        try:
            return await self._witness.judge(service, finding, begun)
        except Exception as fault:  # noqa: BLE001 - a bug in the judgement is our own, and nobody's outage
            self._on_fault(fault, f"judging {service.id}")
            return replace(finding, outcome=Outcome.UNKNOWN, cause=PROBE_BUG, blame=Blame.SELF)
        finally:
            self._judged.discard(service.id)
            self._show_sights()

    async def _take_in(self, result: CheckResult, asked: Service, due: float) -> None:
        view = self._views.get(result.service)
        if view is None or not self._watched(view.service) or not _same_question(asked, view.service):
            return  # removed, paused or edited while it was being asked: an answer to another question
        service = view.service
        self._memory.record(result)
        self._observe(result)
        belief, changes = verdict.fold(view.belief, service, result, self._next_incident)
        self._plan_next(view.service, belief, due)
        decisive = verdict.reading(result.finding) is not Outcome.UNKNOWN
        for change in changes:
            if change.incident is not None and change.incident.end is not None:
                self._ended[service.id] = change.incident
        telling, notifications = self._policy.after(
            service,
            belief,
            view.telling,
            decisive,
            result.ended,
            self._next_notification,
            self._ended.get(service.id),
        )
        if telling.told is None:
            self._ended.pop(service.id, None)
        await self._settle(view, belief, changes, telling, notifications)

    async def _settle(
        self,
        view: ServiceView,
        belief: Belief,
        changes: Sequence[StatusChange],
        telling: Telling,
        notifications: Sequence[Notification],
    ) -> None:
        """Take over the new belief; remember it; and only then tell."""
        tellings = (telling,) if telling != view.telling else ()
        self._views[view.service.id] = ServiceView(view.service, belief, telling, view.checking)
        seen_at_once = changes or belief.suspect is not view.belief.suspect
        self._publishing.ask(AT_ONCE if seen_at_once else IN_TIME)
        if belief.incident is not None:
            self._next_incident = max(self._next_incident, belief.incident.id + 1)
        if notifications:
            self._next_notification = max(n.id for n in notifications) + 1
        if not (changes or tellings or notifications):
            return
        committed = asyncio.ensure_future(self._memory.commit(changes, tellings, notifications))
        self._observe_all(changes, view.belief.reason)
        if not notifications:
            committed.add_done_callback(self._note_failed_commit)
            return
        try:
            async with asyncio.timeout(COMMIT_PATIENCE):
                await asyncio.shield(committed)
        except TimeoutError:
            committed.add_done_callback(self._note_failed_commit)
        except Exception as fault:  # noqa: BLE001 - storage never stands between an outage and its bell
            self._on_fault(fault, "saving what happened")
        for notification in notifications:
            self._tell(notification)

    def _note_failed_commit(self, committed: asyncio.Future[None]) -> None:
        if not committed.cancelled() and (fault := committed.exception()) is not None:
            self._on_fault(fault, "saving what happened")

    # When

    def _enter(self, view: ServiceView, index: int, places: Iterator[int]) -> None:
        """Begin to watch; `index` is its place in the file, `places` counts those that begin at this moment."""
        if not self._watched(view.service):
            self._interrupt(view, Status.PAUSED, "paused" if view.service.enabled else "disabled")
            return
        if view.belief.status is Status.PAUSED:
            view = self._interrupt(view, Status.UNKNOWN, "new")
        else:
            view = self._expired(view, "not running")
        self._plan_first(view.service.id, index, places)

    def _expired(self, view: ServiceView, reason: str) -> ServiceView:
        """The view with the time in which nobody looked taken out of it."""
        belief, changes = verdict.expire(view.belief, view.service, self._clock.now(), reason)
        return self._believe(view, belief, changes) if changes else view

    def _replace(self, old: Service, new: Service, index: int, places: Iterator[int]) -> None:
        """The user edited a service that is being watched."""
        view = self._views[new.id]
        if not _same_question(old, new):
            view = self._interrupt(view, Status.UNKNOWN, "changed")
        if not self._watched(new):
            self._rounds.drop(new.id)
            self._interrupt(view, Status.PAUSED, "paused" if new.enabled else "disabled")
            return
        if not self._watched(old):
            self._interrupt(view, Status.UNKNOWN, "new")
        if old != new:
            self._plan_first(new.id, index, places)

    def _plan_first(self, id_: str, index: int, places: Iterator[int]) -> None:
        """The first of its checks, a little after that of the one before; its second is where its beat belongs."""
        self._first_round[id_] = phase(index)
        self._rounds.plan(id_, self._clock.monotonic() + next(places) * FIRST_SPACING)

    def _plan_next(self, service: Service, belief: Belief, due: float) -> None:
        """Keep to the service's own beat, however late this check was, unless a check is planned sooner."""
        if self._waking.waiting:
            return
        now = self._clock.monotonic()
        wait = (verdict.next_due(belief, service, 0)) / 1000
        share = self._first_round.pop(service.id, None)
        if share is not None and wait * 1000 == service.interval:
            wait *= share
        planned = self._rounds.due(service.id)
        self._rounds.plan(service.id, min(max(now, due + wait), float("inf") if planned is None else planned))

    def _check_ended(self, id_: str, fault: BaseException | None) -> None:
        if fault is not None:
            self._on_fault(fault, f"taking in the result of {id_}")
        view = self._views.get(id_)
        if self._waking.waiting or self._rounds.due(id_) is not None:
            return
        if view is not None and self._watched(view.service):
            # Its answer was void or taking it in failed: it stays on its beat all the same.
            self._rounds.plan(id_, self._clock.monotonic() + view.service.interval / 1000)

    # What nobody watched, and what cannot be seen

    def _notice_gap(self) -> bool:
        """Whether we slept, were held up or had our clock set just now: then all are checked anew, one by one."""
        gap = self._vigil.look() if self._vigil is not None else None
        if gap is None:
            return False
        self._rounds.clear()
        self._let_go(self._views, gap.reason, gap.since)
        self._waking.wake(gap, lambda: list(self._views))
        return True

    def _turned(self, network: str, lost: bool) -> None:
        """A network is gone from this machine, or one that was lost may be back."""
        there = [id_ for id_ in self._views if self._network.of(id_) == network]
        self._show_sights()
        if lost:
            sight = next((sight for sight in self._sights if sight.network == network), None)
            cause = "network.vpn" if sight is not None and sight.state == "vpn_down" else "network.offline"
            self._let_go(there, cause, self._clock.now())
        elif not self._waking.waiting:
            self._waking.spread([id_ for id_ in there if self._views[id_].belief.reason.startswith("network.")])

    def _let_go(self, services: Iterable[str], reason: str, since: int) -> None:
        for id_ in list(services):
            view = self._views[id_]
            if view.belief.status not in verdict.UNJUDGED:
                self._interrupt(view, Status.UNKNOWN, reason, since)

    def _plan_soon(self, id_: str, seconds: float) -> None:
        view, planned = self._views.get(id_), self._rounds.due(id_)
        if view is not None and self._watched(view.service) and not self._rounds.in_flight(id_):
            soon = self._clock.monotonic() + seconds
            self._rounds.plan(id_, soon if planned is None else min(soon, planned))

    def _show_sights(self) -> None:
        sights = self._network.sights()
        if sights != self._sights:
            self._sights = sights
            self._see(sights)
            self._publishing.ask()

    # Pausing

    def _watched(self, service: Service) -> bool:
        return service.enabled and self._paused_until is None

    def _set_paused(self, until: int | None) -> None:
        was = self._paused_until
        self._paused_until = until
        if self._resuming is not None:
            self._resuming.cancel()
            self._resuming = None
        if until is not None:
            loop = asyncio.get_running_loop()
            self._resuming = loop.call_later(max(0.0, (until - self._clock.now()) / 1000), self._pause_over)
        if until is not None and was is None:
            for id_, view in list(self._views.items()):
                self._rounds.drop(id_)
                if view.service.enabled:
                    self._interrupt(view, Status.PAUSED, "paused")
        elif until is None and was is not None:
            places = itertools.count()
            for index, view in enumerate(list(self._views.values())):
                if view.service.enabled:
                    self._enter(view, index, places)
        self._publishing.ask()

    def _pause_over(self) -> None:
        self.pause(None)

    # What is held

    def _interrupt(self, view: ServiceView, status: Status, reason: str, since: int | None = None) -> ServiceView:
        at = self._clock.now() if since is None else since
        belief, changes = verdict.interrupt(view.belief, at, status, reason)
        return self._believe(view, belief, changes)

    def _believe(self, view: ServiceView, belief: Belief, changes: Sequence[StatusChange]) -> ServiceView:
        """Take over a belief that tells nobody anything."""
        telling = view.telling
        if view.belief.incident is not None and belief.incident is None:
            telling = self._policy.forget(telling)
        new = ServiceView(view.service, belief, telling, view.checking)
        self._views[view.service.id] = new
        if changes or telling != view.telling:
            tellings = (telling,) if telling != view.telling else ()
            committed = asyncio.ensure_future(self._memory.commit(changes, tellings, ()))
            committed.add_done_callback(self._note_failed_commit)
            self._observe_all(changes, view.belief.reason)
        self._publishing.ask()
        return new

    def _observe_all(self, changes: Sequence[StatusChange], reason: str) -> None:
        """Those that a person would call a change; the others only note for a restart that a run was cut short."""
        for change in changes:
            if change.from_status is not change.to_status or change.reason != reason:
                self._observe(change)
            reason = change.reason

    def _drop(self, id_: str) -> None:
        self._rounds.drop(id_)
        self._first_round.pop(id_, None)
        self._ended.pop(id_, None)
        del self._views[id_]

    def _set_telling(self, view: ServiceView, telling: Telling) -> None:
        if telling == view.telling:
            return
        self._views[view.service.id] = ServiceView(view.service, view.belief, telling, view.checking)
        committed = asyncio.ensure_future(self._memory.commit((), (telling,), ()))
        committed.add_done_callback(self._note_failed_commit)
        self._publishing.ask()

    def _set_checking(self, id_: str, checking: bool) -> None:
        view = self._views.get(id_)
        if view is not None and view.checking is not checking:
            self._views[id_] = ServiceView(view.service, view.belief, view.telling, checking)
            self._publishing.ask(IN_TIME)

    def _publish_now(self) -> None:
        self._version += 1
        self._publish(self.snapshot())


def _same_question(a: Service, b: Service) -> bool:
    """Whether history of the one speaks for the other: same kind of probe, same target."""
    return a.probe.kind == b.probe.kind and a.probe.target == b.probe.target
