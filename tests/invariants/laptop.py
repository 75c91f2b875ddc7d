"""A laptop with the real monitor, network, desk and outbox on it, and what befalls it.

Only the clock, the network below, the servers, the disk and the screen are made of nothing. What it went through is
written down as it happens, for `test_living.py` to judge.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from tests.invariants.book import Book
from tests.monitor.grounds import CABLE, CONTROLS, HOME, NOWHERE, FakeGround
from tests.monitor.joined import joined
from tests.monitor.judging import TALKED
from tests.monitor.virtual import VirtualClock, VirtualLoop
from trayapp.alerts.notifier import Action
from trayapp.alerts.outbox import Outbox
from trayapp.core.calendar import Once, Rule
from trayapp.core.words import (
    Belief,
    CheckResult,
    Finding,
    Notification,
    Outcome,
    Service,
    Sight,
    Snapshot,
    Status,
    StatusChange,
    Telling,
)
from trayapp.monitor.ground import Names
from trayapp.monitor.monitor import BrokenProbe
from trayapp.monitor.network import Network
from trayapp.monitor.reach import Whereabouts
from trayapp.monitor.scene import Scene

LOOK = 4.0
"""Seconds between two looks of the monitor, as the engine has it."""

LAG = 0.5
"""Seconds by which the loop may be late without harm."""

ABROAD = Scene((CABLE,), ("192.168.9.1",))


class Nuisance(BaseException):
    """What no probe may raise, and one does."""


@dataclass(frozen=True)
class Server:
    """A probe that is asked where `laptop` says."""

    laptop: Laptop = field(compare=False, repr=False)
    service: str
    target: str
    kind: str = "server"
    verify: bool = True

    async def check(self, means: Any) -> Finding:
        return await self.laptop.ask(self.service, self.target)


@dataclass(frozen=True)
class Asked:
    """One check, seen from the server's side. Seconds are monotonic."""

    service: str
    began: float


@dataclass(frozen=True)
class Result:
    """A result as it was counted, and the monotonic seconds from which to which it was asked for and weighed."""

    began: float
    counted: float
    result: CheckResult


class Screen:
    """Shows everything."""

    name = "screen"

    def __init__(self, laptop: Laptop) -> None:
        self._laptop = laptop

    async def show(self, notification: Notification, actions: Sequence[Action]) -> None:
        self._laptop.shown.append((self._laptop.clock.monotonic(), notification))

    async def close(self) -> None:
        pass


class Laptop:
    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.ground = FakeGround()
        self.book = Book(self.clock.now)
        self.home = True
        self.uplink = True
        self.ill: dict[str, str] = {}
        self.ever_ill: set[str] = set()
        self.quiet = self.away = False
        self.rules: dict[str, tuple[Rule, ...]] = {}
        self.editions: dict[str, int] = {}
        self.set_back = False
        self.maintained: set[str] = set()
        self.network: Network | None = None

        self.in_flight: dict[str, int] = {}
        self.doubled: list[str] = []
        self.asked: list[Asked] = []
        self.results: list[Result] = []
        self.shown: list[tuple[float, Notification]] = []
        self.wanted_back: set[str] = set()
        self.disturbed: list[tuple[float, str]] = []
        self.woken: list[float] = []
        self.meddled: list[float] = []
        self.forgotten: list[tuple[Belief, Belief]] = []
        self.faults: list[BaseException] = []
        self.last = Snapshot(0, 0)

        self.services = {
            service.id: service
            for service in (
                self._service("web", "https://198.51.100.1/"),
                self._service("shop", "https://198.51.100.2/", provider="Acme"),
                self._service("pay", "https://198.51.100.3/", provider="Acme", critical=True),
                self._service("well", "https://198.51.100.4/"),
                self._service("quick", "https://198.51.100.5/", interval=10_000, recheck_interval=5_000),
                self._service("printer", "192.168.7.50:9100"),
                self._service("local", "127.0.0.1:80"),
                self._service("behind", "https://198.51.100.6/", depends_on=("web",)),
                self._service("mute", "https://198.51.100.7/", notify="none"),
            )
        }

    def _service(self, id_: str, target: str, **keys: Any) -> Service:
        return Service(id=id_, probe=Server(self, id_, target), **keys)

    # The world

    def reach(self, target: str) -> bool:
        """Whether this machine could reach the target now."""
        if target.startswith("127."):
            return True
        if target.startswith("192.168."):
            return self.home and self.ground.here is HOME
        return self.home and self.uplink

    async def ask(self, service: str, target: str) -> Finding:
        self.in_flight[service] = self.in_flight.get(service, 0) + 1
        if self.in_flight[service] > 1:
            self.doubled.append(service)
        self.asked.append(Asked(service, self.clock.monotonic()))
        try:
            return await self._answer(service, target)
        finally:
            self.in_flight[service] -= 1

    async def _answer(self, service: str, target: str) -> Finding:
        address = urlsplit(target if "://" in target else f"//{target}").hostname
        silence = Finding(Outcome.CRITICAL, "timeout.connect", message="no answer", address=address)
        if not self.reach(target):
            await asyncio.sleep(10.0)
            return silence
        await asyncio.sleep(0.1)
        match self.ill.get(service):
            case None:
                return Finding(Outcome.OK, address=address, answered=True, phases_ms=TALKED, latency_ms=90.0)
            case "refuses":
                return Finding(Outcome.CRITICAL, "refused", message="Connection refused", address=address)
            case "errs":
                return Finding(
                    Outcome.CRITICAL,
                    "http.status",
                    message="HTTP 503",
                    address=address,
                    answered=True,
                    phases_ms=TALKED,
                )
            case "limps":
                return Finding(Outcome.WARNING, "slow", address=address, answered=True, phases_ms=TALKED)
            case "raises":
                raise Nuisance("of a probe")
            case _:
                await asyncio.sleep(9.9)
                return silence

    # Watchbell

    async def start(self) -> None:
        """From what the book remembers, as the engine does it."""
        self.outbox = Outbox(
            [Screen(self)],
            attempted=self.book.attempted,
            delivered=self.book.delivered,
            observe=lambda notification: None,
            on_fault=self._note_fault,
        )
        learnt = self.network.whereabouts() if self.network is not None else Whereabouts()
        self.network = Network(self.ground, self.clock, CONTROLS)
        self.network.recall(learnt)
        self.monitor, self.desk = joined(
            clock=self.clock,
            means=lambda service: None,
            memory=self.book,
            network=self.network,
            tell=self.outbox.tell,
            publish=lambda snapshot: None,
            observe=self._observe,
            on_fault=self._note_fault,
        )
        services = list(self.services.values())
        self.book.register(services, ())
        remembered = self.book.recall(services)
        self.monitor.number_from(remembered.next_incident)
        self.monitor.restore_pauses(remembered.paused_until, remembered.paused)
        self.outbox.start()
        self.put()
        self.desk.hold(quiet=self.quiet, away=self.away)
        self.desk.resume(remembered.telling, self.services.get)
        self._looking = asyncio.get_running_loop().create_task(self._look())

    def put(self) -> None:
        """Have it watch what it is to watch now."""
        beliefs: dict[str, Belief] = {}
        tellings: dict[str, Telling] = {}
        new = [service for id_, service in self.services.items() if self.monitor.view(id_) is None]
        self.book.register(new, ())
        for memory in self.book.recall(new).services.values():
            beliefs[memory.service] = self.rebuilt(self.services[memory.service])
            tellings[memory.service] = memory.telling
        before = {view.service.id for view in self.monitor.snapshot().services}
        self.monitor.apply(self.services.values(), beliefs, tellings, self.rules)
        self.book.register(list(self.services.values()), before - self.services.keys())

    def rebuilt(self, service: Service) -> Belief:
        return self.book.recall([service]).services[service.id].belief(service)

    async def stop(self, patience: float = 0.0) -> None:
        """As a crash does it, unless it is given time to tell what waits."""
        self._looking.cancel()
        self.desk.close()
        await self.monitor.stop()
        await self.outbox.close(patience)

    def remembered(self) -> Mapping[str, tuple[Belief, Belief]]:
        """What is believed of each service, and what a restart would make of what is remembered of it."""
        return {
            view.service.id: (_comparable(view.belief), _comparable(self.rebuilt(view.service)))
            for view in self.monitor.snapshot().services
        }

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK)
            self.monitor.look()

    def _observe(self, item: CheckResult | StatusChange | Sight) -> None:
        if isinstance(item, CheckResult):
            began = next(each.began for each in reversed(self.asked) if each.service == item.service)
            self.results.append(Result(began, self.clock.monotonic(), item))

    def _note_fault(self, fault: BaseException, where: str) -> None:
        if not isinstance(fault, Nuisance | BrokenProbe):
            self.faults.append(fault)

    # What befalls it

    def disturb(self, what: str) -> None:
        self.disturbed.append((self.clock.monotonic(), what))

    def meddle(self) -> None:
        """Somebody has things asked out of turn."""
        self.meddled.append(self.clock.monotonic())

    def fall_ill(self, id_: str, how: str) -> None:
        self.ill[id_] = how
        self.ever_ill.add(id_)

    def sleep(self, seconds: float) -> None:
        self.disturb("all")
        self.clock.sleep(seconds)
        self.woken.append(self.clock.monotonic())

    def step(self, ms: int) -> None:
        self.disturb("all")
        self.set_back = self.set_back or ms < 0
        self.clock.step(ms)

    def hold_up(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        if seconds > LAG:
            self.disturb("all")
        loop.hold(seconds)

    def move(self, scene: Scene) -> None:
        """To another network, or to none."""
        if scene != self.ground.here:
            self.disturb("network")
        self.home = scene is not NOWHERE
        self.ground.marks = frozenset({f"router of {scene.links[0].name}"}) if scene.links else frozenset()
        self.ground.move(scene)

    def cut_uplink(self, away: bool) -> None:
        self.uplink = not away
        self.ground.silent = away
        self.ground.zone = Names.SPOKE if away else Names.OUTSIDE

    def edit(self, id_: str) -> None:
        """Another target of the same kind."""
        view = self.monitor.view(id_)
        if view is None or view.belief.status is Status.PAUSED:
            return
        self.meddle()
        self.editions[id_] = self.editions.get(id_, 0) + 1
        probe = self.services[id_].probe
        assert isinstance(probe, Server)
        target = probe.target.split("?")[0] + f"?{self.editions[id_]}"
        self.services[id_] = replace(self.services[id_], probe=replace(probe, target=target))
        self.put()

    def remove(self, id_: str) -> Service | None:
        self.meddle()
        gone = self.services.pop(id_, None)
        self.put()
        return gone

    def add(self, service: Service) -> None:
        self.meddle()
        self.services[service.id] = service
        self.put()

    def want_back(self, id_: str) -> None:
        """The user wants to be told once it is back."""
        if id_ in self.services:
            self.wanted_back.add(id_)
            self.monitor.tell_when_back(id_)

    def maintain(self, id_: str, ms: int) -> None:
        self.meddle()
        self.maintained.add(id_)
        begin = datetime.fromtimestamp(self.clock.now() / 1000, UTC).replace(tzinfo=None)
        self.rules[id_] = (Once(begin, ms, UTC),)
        self.put()

    def hold(self, *, quiet: bool | None = None, away: bool | None = None) -> None:
        self.quiet = self.quiet if quiet is None else quiet
        self.away = self.away if away is None else away
        self.desk.hold(quiet=quiet, away=away)

    async def restart(self, seconds: float) -> None:
        """It dies at this moment, and is begun again so much later."""
        before = {id_: self.remembered()[id_] for id_ in self.services}
        if not self.set_back:  # history keeps results in the order of the wall clock
            unlike = {id_: pair for id_, pair in before.items() if pair[0] != pair[1]}
            self.forgotten += [pair for id_, pair in unlike.items() if id_ not in self.maintained]
        self.meddle()
        self.disturb("all")
        if self.ground.here != HOME:
            self.ever_ill.add("printer")  # a restart forgets in which network it was seen
        await self.stop()
        await asyncio.sleep(seconds)
        await self.start()
        self.meddle()


def _comparable(belief: Belief) -> Belief:
    """But for what history does not keep: the phases and details of a result, and when what is unknown was due."""
    last = belief.last
    if belief.status is Status.UNKNOWN:
        belief = replace(belief, due=None)
    if last is None:
        return belief
    finding = replace(last.finding, phases_ms={}, details={}, address=None)
    return replace(belief, last=replace(last, finding=finding))
