"""Takes in what checks find: remembers it, folds it, has it told, and publishes what is true now.

All live state belongs to one asyncio loop: every method but `__init__` runs on it, so there is no lock.
History, alerts, the clock and what is known of the network are given.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from trayapp.core import telling, verdict
from trayapp.core.calendar import Rule
from trayapp.core.dependence import DEPENDENCY, depend, in_the_way
from trayapp.core.wording import duration
from trayapp.core.words import (
    NOTHING,
    Belief,
    Blame,
    CheckResult,
    Finding,
    Incident,
    Outcome,
    Service,
    ServiceView,
    Sight,
    Snapshot,
    Status,
    StatusChange,
    Telling,
)
from trayapp.monitor.abandoned import NeverEnds
from trayapp.monitor.clock import Clock
from trayapp.monitor.dependants import Dependants
from trayapp.monitor.held import Held
from trayapp.monitor.needs import Desk, Memory
from trayapp.monitor.network import Network
from trayapp.monitor.publishing import IN_TIME, Publishing
from trayapp.monitor.respite import Respite
from trayapp.monitor.rounds import Rounds
from trayapp.monitor.runs import Runs, bare
from trayapp.monitor.scheduler import FIRST_SPACING, Start, phase, starts
from trayapp.monitor.vigil import Vigil
from trayapp.monitor.waking import Waking
from trayapp.monitor.want import want
from trayapp.monitor.witness import Begun, Witness
from trayapp.probes.bounded import bound, stuck

PROBE_BUG = "self.bug"
"""The cause of a finding that says: the probe is broken, and its traceback is in the log."""

LATE = 12.0
"""Seconds that a check may begin late before we say so."""


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
        desk: Desk,
        network: Network,
        publish: Callable[[Snapshot], None],
        observe: Callable[[CheckResult | StatusChange | Sight], None],
        on_fault: Callable[[BaseException, str], None],
    ) -> None:
        self._clock = clock
        self._means = means
        self._memory = memory
        self._desk = desk
        self._observe = observe
        self._on_fault = on_fault
        self._publish = publish
        self._publishing = Publishing(self._publish_now)
        self._held = Held(
            memory,
            desk,
            publish=self._publishing.ask,
            observe=observe,
            turned=self._reach_children,
            on_fault=on_fault,
        )
        self._rounds = Rounds(
            *(clock, self._begin_check, self._set_checking, self._check_ended),
            bound=lambda id_: bound(self._held.views[id_].service.timeout / 1000),
            overran=self._give_up,
        )
        self._first_round: dict[str, float] = {}
        self._respite = Respite(
            clock, memory, self._held, notice=self._notice_gap, rest=self._rounds.drop, rise=self._rise
        )
        self._dependants = Dependants()
        self._network = network
        self._runs = Runs(network.testimony, on_fault)
        self._witness = Witness(clock, network)
        self._judged: set[str] = set()
        self._vigil: Vigil | None = None
        self._waking = Waking(network, self._plan_soon, self._starts)
        self._sights: tuple[Sight, ...] = ()
        self._ended: dict[str, Incident] = {}
        self._version = 0
        self._quiet_until: int | None = None
        self._problems: tuple[str, ...] = ()
        self._faults: tuple[str, ...] = ()

    # What the owner of the loop asks

    def number_from(self, incident: int) -> None:
        """Give this id to the next incident. To be called before the first service is watched."""
        self._held.next_incident = incident

    def apply(
        self,
        services: Iterable[Service],
        beliefs: Mapping[str, Belief],
        tellings: Mapping[str, Telling],
        maintenance: Mapping[str, Sequence[Rule]] = NOTHING,
    ) -> None:
        """Watch exactly these services from now on; what is already known of them is kept.

        `beliefs` and `tellings` hold what history remembers of services that were not watched so far.
        `maintenance` says by their ids when they are worked on.
        """
        if self._vigil is None:
            self._vigil = Vigil(self._clock)
            self._network.begin(self._turned, lambda id_: self._plan_soon(id_, 0))
        wanted = {service.id: service for service in services}
        self._network.keep(wanted.values())
        self._dependants.keep(wanted.values())
        self._respite.maintain(maintenance)
        kept = self._held.views
        for id_ in [id_ for id_ in kept if id_ not in wanted]:
            self._held.interrupt(kept[id_], self._clock.now(), Status.UNKNOWN, "removed")
            self._drop(id_)
        self._held.views = {id_: kept[id_] for id_ in wanted if id_ in kept}
        anew = []
        for service in wanted.values():
            old = kept.get(service.id)
            if old is None:
                belief = beliefs.get(service.id) or verdict.begin(service.id, self._clock.now())
                told = tellings.get(service.id) or Telling(service.id)
                self._enter(ServiceView(service, belief, told))
            elif not self._replace(old, service):
                continue
            anew.append(service.id)
        self._plan_first(anew)
        self._held.views = {id_: self._held.views[id_] for id_ in wanted}
        self._respite.arm()
        self._publishing.ask()

    def check_now(self, services: Iterable[str] | None = None) -> None:
        """Check these services, or all, as soon as a place is free. A paused service is left alone."""
        now = self._clock.monotonic()
        for index, id_ in enumerate(list(self._held.views) if services is None else services):
            view = self._held.views.get(id_)
            if view is not None and self._respite.asked(view.service) and not self._rounds.in_flight(id_):
                self._first_round[id_] = (
                    phase(index) * view.service.interval / 1000
                )  # what is asked together now need not stay together
                self._rounds.plan(id_, now)

    def look(self) -> None:
        """See what became of clocks, networks and beliefs. To be called every few seconds: whoever does not for 30 s
        was held up, and so were the checks.
        """
        self._notice_gap()
        self._network.look()
        self._show_sights()
        self._respite.turn()
        for id_ in self._held.views:
            if id_ not in self._judged:  # its result is there, and only being weighed
                self._expire(id_, "stale")

    def view(self, service: str) -> ServiceView | None:
        """What is true of this service now."""
        return self._held.views.get(service)

    def suppressed(self, service: Service) -> str:
        """Why nothing may be told of it now, in a word; empty: it may."""
        view = self._held.views.get(service.id)
        if view is not None and view.belief.status is Status.MAINTENANCE:
            return view.belief.reason
        return DEPENDENCY if in_the_way(self._parents(service.id)) is not None else ""

    def acknowledge(self, incident: int) -> bool:
        """Note that the user knows of this incident; False when it is no longer open."""
        for view in self._held.views.values():
            if view.belief.incident is not None and view.belief.incident.id == incident:
                self._held.tell(view, telling.acknowledge(view.telling, incident))
                return True
        return False

    def snooze(self, service: str, until: int | None) -> bool:
        """Tell nothing of this service until then; None ends it. False when there is no such service."""
        view = self._held.views.get(service)
        if view is None:
            return False
        told = telling.snooze(view.telling, until)
        if until is not None and self._desk.silence(service) is not None:
            told = replace(told, told=None)  # it waited to be told, and is not
        self._held.tell(view, told)
        return True

    def tell_when_back(self, service: str, wanted: bool = True) -> bool:
        """Tell once when it is back, even if it is snoozed. False when there is no such service."""
        view = self._held.views.get(service)
        if view is None:
            return False
        self._desk.tell_when_back(service, wanted)
        self._held.show(replace(view, when_back=wanted))
        return True

    def pause(self, until: int | None) -> None:
        """Check nothing until then; None goes on at once."""
        self._respite.pause(until)

    def pause_service(self, service: str, until: int | None) -> bool:
        """Do not check this one until then; None goes on at once. False when there is no such service."""
        if service not in self._held.views:
            return False
        self._respite.pause_service(service, until)
        return True

    def restore_pauses(self, until: int | None, services: Mapping[str, int]) -> None:
        """Go on with pauses that were begun before a restart. To be called before the first service is watched."""
        self._respite.restore(until, services)

    def report(self, problems: Sequence[str], faults: Sequence[str], quiet_until: int | None = None) -> None:
        """Sentences about Watchbell itself and about its configuration file, and until when it is quiet."""
        said = (tuple(problems), tuple(faults), quiet_until)
        if said != (self._problems, self._faults, self._quiet_until):
            self._problems, self._faults, self._quiet_until = said
            self._publishing.ask()

    @property
    def problem(self) -> str:
        """What keeps us from watching, or did of late, as a sentence; empty: nothing."""
        late = self._rounds.lateness()
        if late > LATE and not self._waking.waiting:
            return f"Watchbell cannot keep up: checks begin {duration(round(late * 1000))} late"
        if endless := self._rounds.abandoned.problem:
            return endless
        if in_need := want(view.belief for view in self._held.views.values()):
            return in_need
        return self._waking.problem(self._clock.now())

    def snapshot(self) -> Snapshot:
        return Snapshot(
            version=self._version,
            at=self._clock.now(),
            services=tuple(self._held.views.values()),
            paused_until=self._respite.paused_until,
            problems=self._problems,
            faults=self._faults,
            sights=self._network.sights(),
            quiet_until=self._quiet_until,
        )

    async def stop(self, patience: float = 1.0) -> None:
        """Cancel what is in flight and wait at most `patience` seconds for it."""
        self._publishing.stop()
        self._waking.stop()
        self._network.stop()
        self._respite.stop()
        await self._rounds.stop(patience)

    # One check

    def _begin_check(self, id_: str, due: float) -> Coroutine[Any, Any, None] | None:
        if self._notice_gap():
            return None  # everything is planned anew
        view = self._held.views.get(id_)
        if view is None or not self._respite.asked(view.service):
            return None
        if self._rounds.abandoned.full(id_):
            self._rounds.plan(id_, self._clock.monotonic() + view.service.interval / 1000)  # they may end after all
            return None
        return self._check(view, due)

    async def _check(self, view: ServiceView, due: float) -> None:
        service = view.service
        at = self._clock.now()
        begun = self._witness.begin()
        task = asyncio.current_task()
        try:
            finding = await service.probe.check(self._means(service))
        except BaseException as fault:
            if isinstance(fault, asyncio.CancelledError) and task is not None and task.cancelling():
                raise  # it is we who end it
            self._on_fault(fault, f"the check of {service.id}")
            message = f"Watchbell has a problem of its own ({type(fault).__name__})"
            finding = Finding(Outcome.UNKNOWN, PROBE_BUG, Blame.SELF, message)
        else:
            if finding.cause == PROBE_BUG:
                self._on_fault(BrokenProbe(finding.message), f"the check of {service.id}")
        finally:
            self._witness.end()
        ended = max(at, self._clock.now())
        if (task := asyncio.current_task()) is not None and task.cancelling():
            return  # it was given up, and said so
        finding = await self._weigh(service, verdict.judge(service, finding), begun)
        if self._still_asked(service, begun):
            self._take_in(CheckResult(service.id, at, ended, finding), due)

    def _give_up(self, id_: str, due: float, seconds: float) -> None:
        """A check that does not end is unknown, and a fault of ours."""
        view, now = self._held.views.get(id_), self._clock.now()
        self._witness.end()
        self._on_fault(NeverEnds(f"the check of {id_} does not end"), f"the check of {id_}")
        if view is not None and self._respite.asked(view.service):
            self._take_in(CheckResult(id_, max(0, now - round(seconds * 1000)), now, stuck(seconds)), due)

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

    def _still_asked(self, asked: Service, begun: Begun) -> bool:
        """Not when it was removed, paused or edited, or its maintenance ended, while it was being asked."""
        view = self._held.views.get(asked.id)
        if view is None or not self._respite.asked(view.service) or not _same_question(asked, view.service):
            return False
        return self._respite.counts(asked.id, begun.clocks.monotonic)

    def _take_in(self, result: CheckResult, due: float) -> None:
        view = self._held.views[result.service]
        service = view.service
        parents = self._parents(service.id)
        if parents:
            finding = depend(result.finding, view.belief, result.at, parents, self._clock.now())
            result = replace(result, finding=finding)
        whole, result = result, bare(result)
        self._memory.record(result)
        self._observe(result)
        belief, bare_changes = verdict.fold(view.belief, service, result, self._held.next_incident)
        changes = self._runs.take(service, view.belief, belief, whole, bare_changes)
        self._plan_next(service, belief, due)
        if belief.suspect and not view.belief.suspect:
            for parent in parents:
                if parent.belief.status in (Status.UP, Status.DEGRADED) and not parent.belief.suspect:
                    self._plan_soon(parent.service.id, 0)  # it may be what is really in trouble
        for change in changes:
            if change.incident is not None and change.incident.end is not None:
                self._ended[service.id] = change.incident
        self._held.show(replace(view, belief=belief), IN_TIME)  # whoever decides what to tell looks at what is true now
        decisive = verdict.reading(result.finding) is not Outcome.UNKNOWN
        decision = self._desk.after(service, belief, view.telling, decisive, self._ended.get(service.id))
        if decision.telling.told is None:
            self._ended.pop(service.id, None)
        self._held.settle(view, belief, changes, decision)

    # When

    def _enter(self, view: ServiceView) -> None:
        """Begin to watch."""
        self._held.show(replace(view, when_back=self._desk.asked(view.service.id)))
        self._expire(view.service.id, "not running")
        self._respite.stand(view.service.id)

    def _expire(self, id_: str, reason: str) -> None:
        """Take the time in which nobody looked out of what is believed."""
        view = self._held.views[id_]
        belief, changes = verdict.expire(view.belief, view.service, self._clock.now(), reason)
        if changes:
            self._held.believe(view, belief, changes)

    def _replace(self, old: ServiceView, new: Service) -> bool:
        """The file was read again, and the user may have edited this service: whether it is to be asked anew."""
        was = old.service
        view = self._held.show(replace(self._held.views[new.id], service=new))
        if not _same_question(was, new):
            self._held.interrupt(view, self._clock.now(), Status.UNKNOWN, "changed")
        return self._respite.stand(new.id) or was != new

    def _plan_first(self, services: Iterable[str]) -> None:
        """The first of their checks, one a little after the other; their second are where their beats belong."""
        if self._waking.waiting:
            return  # all will be planned, one after the other, as soon as there is a network
        now = self._clock.monotonic()
        for id_, start in self._starts(services).items():
            self._first_round[id_] = start.then
            self._rounds.plan(id_, now + start.first)

    def _starts(self, services: Iterable[str]) -> dict[str, Start]:
        """How those of them begin that are asked at all."""
        views = [self._held.views[id_] for id_ in services]
        asked = [view.service for view in views if self._respite.asked(view.service)]
        return starts({service.id: service.interval / 1000 for service in asked})

    def _rise(self, services: Collection[str]) -> None:
        """These were let be for a while, and are to be asked again."""
        self._plan_first([id_ for id_ in self._held.views if id_ in services])
        self._publishing.ask()

    def _plan_next(self, service: Service, belief: Belief, due: float) -> None:
        """Keep to the service's own beat, however late this check was, unless a check is planned sooner."""
        if self._waking.waiting:
            return
        now = self._clock.monotonic()
        wait = (verdict.next_due(belief, service, 0)) / 1000
        then = self._first_round.pop(service.id, None)
        if then is not None and wait * 1000 == service.interval:
            wait = then
        planned = self._rounds.due(service.id)
        self._rounds.plan(service.id, min(max(now, due + wait), float("inf") if planned is None else planned))

    def _plan_soon(self, id_: str, seconds: float) -> None:
        view, planned = self._held.views.get(id_), self._rounds.due(id_)
        if view is not None and self._respite.asked(view.service) and not self._rounds.in_flight(id_):
            soon = self._clock.monotonic() + seconds
            self._rounds.plan(id_, soon if planned is None else min(soon, planned))

    def _check_ended(self, id_: str, fault: BaseException | None) -> None:
        if fault is not None:
            self._on_fault(fault, f"taking in the result of {id_}")
        view = self._held.views.get(id_)
        if self._waking.waiting or self._rounds.due(id_) is not None:
            return
        if view is not None and self._respite.asked(view.service):
            # Its answer was void or taking it in failed: it stays on its beat all the same.
            self._rounds.plan(id_, self._clock.monotonic() + view.service.interval / 1000)

    def _set_checking(self, id_: str, checking: bool) -> None:
        view = self._held.views.get(id_)
        if view is not None and view.checking is not checking:
            self._held.show(replace(view, checking=checking), IN_TIME)

    def _drop(self, id_: str) -> None:
        self._rounds.drop(id_)
        self._first_round.pop(id_, None)
        self._ended.pop(id_, None)
        self._runs.leave(id_)
        self._respite.leave(id_)
        self._desk.leave(id_)

    # What nobody watched, and what cannot be seen

    def _notice_gap(self) -> bool:
        """Whether we slept, were held up or had our clock set just now: then all are checked anew, one by one."""
        gap = self._vigil.look() if self._vigil is not None else None
        if gap is None:
            return False
        self._witness.note(gap)
        self._rounds.clear()
        self._first_round.clear()
        self._let_go(self._held.views, gap.reason, gap.since)
        self._waking.wake(gap, lambda: list(self._held.views))
        return True

    def _turned(self, network: str, lost: bool) -> None:
        """A network is gone from this machine, or one that was lost may be back."""
        there = [id_ for id_ in self._held.views if self._network.of(id_) == network]
        self._show_sights()
        if lost:
            sight = next((sight for sight in self._sights if sight.network == network), None)
            cause = "network.vpn" if sight is not None and sight.state == "vpn_down" else "network.offline"
            self._let_go(there, cause, self._clock.now())
        elif not self._waking.waiting:
            unseen = [id_ for id_ in there if self._held.views[id_].belief.reason.startswith("network.")]
            self._waking.spread(unseen)

    def _let_go(self, services: Iterable[str], reason: str, since: int) -> None:
        for id_ in list(services):
            view = self._held.views[id_]
            if view.belief.status not in verdict.UNJUDGED:
                self._held.interrupt(view, since, Status.UNKNOWN, reason)

    def _show_sights(self) -> None:
        sights = self._network.sights()
        if sights == self._sights:
            return
        before, self._sights = set(self._sights), sights
        self._desk.see(sights)
        for sight in sights:
            if sight not in before:
                self._observe(sight)
        self._publishing.ask()

    # What depends on what

    def _parents(self, id_: str) -> list[ServiceView]:
        return [self._held.views[parent] for parent in self._dependants.parents(id_)]

    def _reach_children(self, parent: ServiceView, was: Status) -> None:
        """What a parent's turn means to those that need it, and through them to theirs."""
        blocked = in_the_way([parent]) is not None
        for place, child in enumerate(self._dependants.children(parent.service.id)):
            view = self._held.views.get(child)
            if view is None:
                continue  # it comes, or goes, with the same reading of the file
            if blocked:
                belief, changes = verdict.withhold(view.belief, parent.belief.since)
                if changes:
                    self._held.believe(view, belief, changes)
            elif not self._waking.waiting:
                self._plan_soon(child, place * FIRST_SPACING)

    def _publish_now(self) -> None:
        self._version += 1
        self._publish(self.snapshot())


def _same_question(a: Service, b: Service) -> bool:
    """Whether history of the one speaks for the other: same kind of probe, same target."""
    return a.probe.kind == b.probe.kind and a.probe.target == b.probe.target
