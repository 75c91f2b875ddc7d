"""The monitor after sleep, a stop, a set clock, and a network that went away: it admits it, and looks again calmly."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from tests.monitor.grounds import CONTROLS, HOME, NOWHERE, FakeGround
from tests.monitor.joined import joined
from tests.monitor.judging import CONNECTED
from tests.monitor.virtual import VirtualClock, VirtualLoop, play
from trayapp.core.words import (
    Blame,
    CheckResult,
    Finding,
    Notification,
    Outcome,
    Service,
    Sight,
    Snapshot,
    Status,
    StatusChange,
)
from trayapp.monitor.network import Network

OK = Finding(Outcome.OK, address="198.51.100.7", answered=True, phases_ms=CONNECTED)
SILENCE = Finding(Outcome.CRITICAL, "timeout.connect", address="198.51.100.7")


@dataclass(frozen=True)
class Scripted:
    ask: Callable[[], Awaitable[Finding]]
    target: str = "https://198.51.100.7/"
    kind: str = "scripted"

    async def check(self, means: Any) -> Finding:
        return await self.ask()


class Forgetful:
    """A memory that says yes to everything and keeps nothing."""

    def record(self, result: CheckResult) -> None:
        pass

    def commit(self, *_: object) -> Awaitable[None]:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    def pause(self, until: int | None, service: str | None = None) -> None:
        pass


@dataclass
class Laptop:
    """A monitor that looks around every 2 s, the machine below it, and what both went through."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    ground: FakeGround = field(default_factory=FakeGround)
    begun: list[tuple[float, str]] = field(default_factory=list)
    seen: list[CheckResult | StatusChange] = field(default_factory=list)
    told: list[Notification] = field(default_factory=list)
    sights: list[Sight] = field(default_factory=list)
    faults: list[BaseException] = field(default_factory=list)
    finding: Finding = OK
    takes: float = 0.1

    def __post_init__(self) -> None:
        self.network = Network(self.ground, self.clock, CONTROLS)
        self.monitor, _ = joined(
            clock=self.clock,
            means=lambda service: None,
            memory=Forgetful(),
            network=self.network,
            tell=self.told.append,
            publish=lambda snapshot: None,
            observe=self._observe,
            on_fault=lambda fault, where: self.faults.append(fault),
        )

    def _observe(self, item: CheckResult | StatusChange | Sight) -> None:
        (self.sights if isinstance(item, Sight) else self.seen).append(item)

    def service(self, id_: str, **keys: Any) -> Service:
        async def ask() -> Finding:
            self.begun.append((self.clock.monotonic(), id_))
            await asyncio.sleep(self.takes)
            return self.finding

        return Service(id=id_, probe=Scripted(ask), **keys)

    async def live(self, *services: Service) -> None:
        """Watch these until all have been checked and none is being."""
        self.monitor.apply(services, {}, {})
        self._looking = asyncio.create_task(self._look())
        await asyncio.sleep(61.5)
        assert {view.belief.status for view in self.snapshot.services} == {Status.UP}
        self.begun.clear()
        self.seen.clear()

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(2)
            self.monitor.look()

    async def stop(self) -> None:
        self._looking.cancel()
        await self.monitor.stop()
        assert self.faults == []

    @property
    def snapshot(self) -> Snapshot:
        return self.monitor.snapshot()

    def reasons(self) -> set[tuple[Status, str]]:
        return {(view.belief.status, view.belief.reason) for view in self.snapshot.services}

    def outcomes(self) -> set[tuple[str, str]]:
        return {(str(r.finding.outcome), r.finding.cause) for r in self.seen if isinstance(r, CheckResult)}

    def hold(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        loop.hold(seconds)


def on(laptop: Laptop, scene: Callable[[], Awaitable[None]]) -> Laptop:
    async def run() -> None:
        try:
            await scene()
        finally:
            await laptop.stop()

    play(run())
    return laptop


@pytest.mark.parametrize("seconds", [10, 600, 8 * 3600, 21 * 86_400])
def test_sleep_is_unknown_from_the_last_moment_awake_and_then_each_is_checked_once_never_all_at_once(seconds: int):
    laptop = Laptop()

    async def scene() -> None:
        await laptop.live(*(laptop.service(f"s{n}") for n in range(20)))
        fell_asleep, mono = laptop.clock.now(), laptop.clock.monotonic()
        laptop.clock.sleep(seconds)
        await asyncio.sleep(1)
        beliefs = [view.belief for view in laptop.snapshot.services]
        assert {(belief.status, belief.reason) for belief in beliefs} == {(Status.UNKNOWN, "asleep")}
        assert all(fell_asleep - 2_000 <= belief.since <= fell_asleep for belief in beliefs)
        await asyncio.sleep(30)
        assert laptop.reasons() == {(Status.UP, "")}
        first = [at for at, _ in laptop.begun if at <= mono + 30]
        assert len({id_ for _, id_ in laptop.begun}) == len(first) == 20
        assert max(sum(a <= b < a + 1 for b in first) for a in first) <= 3

    assert on(laptop, scene).told == []


def test_a_check_under_way_during_sleep_says_nothing_if_it_failed():
    laptop = Laptop(takes=5.0)

    async def scene() -> None:
        await laptop.live(laptop.service("web", timeout=10_000))
        while not laptop.begun:
            await asyncio.sleep(0.5)
        laptop.seen.clear()
        laptop.finding = SILENCE
        laptop.clock.sleep(3600)
        await asyncio.sleep(8)
        assert laptop.outcomes() == {("UNKNOWN", "self.slept")}

    assert on(laptop, scene).told == []


def test_after_sleep_the_network_may_take_25_seconds_and_nothing_is_checked_before():
    laptop = Laptop()

    async def scene() -> None:
        await laptop.live(laptop.service("web"), laptop.service("shop"))
        laptop.ground.move(NOWHERE)
        laptop.clock.sleep(3600)
        woken = laptop.clock.monotonic()
        await asyncio.sleep(25)
        laptop.ground.move(HOME)
        await asyncio.sleep(20)
        assert min(at for at, _ in laptop.begun) >= woken + 25
        assert len(laptop.begun) == 2
        assert laptop.outcomes() == {("OK", "")}

    assert on(laptop, scene).told == []


def test_a_network_that_does_not_come_back_is_waited_for_30_seconds():
    laptop = Laptop()

    async def scene() -> None:
        await laptop.live(laptop.service("web"))
        laptop.ground.move(NOWHERE)
        laptop.finding = Finding(Outcome.UNKNOWN, "unreachable", address="198.51.100.7")
        laptop.clock.sleep(3600)
        woken = laptop.clock.monotonic()
        await asyncio.sleep(40)
        assert 30 <= laptop.begun[0][0] - woken <= 34

    on(laptop, scene)


def test_what_only_needs_this_machine_does_not_wait_for_a_network():
    laptop = Laptop(ground=FakeGround(NOWHERE))

    async def scene() -> None:
        await laptop.live(laptop.service("db", network="loopback"))
        laptop.clock.sleep(3600)
        woken = laptop.clock.monotonic()
        await asyncio.sleep(10)
        assert laptop.begun[0][0] - woken <= 3

    on(laptop, scene)


def test_sleeping_again_while_waking_begins_anew():
    laptop = Laptop()

    async def scene() -> None:
        await laptop.live(laptop.service("web"))
        laptop.ground.move(NOWHERE)
        for _ in range(3):
            laptop.clock.sleep(3600)
            await asyncio.sleep(10)
        assert laptop.begun == []
        laptop.ground.move(HOME)
        await asyncio.sleep(10)
        assert len(laptop.begun) == 1

    on(laptop, scene)


def test_a_clock_that_is_set_after_waking_does_not_end_the_wait_for_the_network():
    laptop = Laptop()

    async def scene() -> None:
        await laptop.live(laptop.service("web"))
        laptop.ground.move(NOWHERE)
        laptop.clock.sleep(3600)
        await asyncio.sleep(5)
        laptop.clock.step(5_000)
        await asyncio.sleep(10)
        assert laptop.begun == []
        laptop.ground.move(HOME)
        await asyncio.sleep(5)
        assert len(laptop.begun) == 1

    on(laptop, scene)


def test_an_outage_during_sleep_is_told_within_the_usual_bound_after_it():
    laptop = Laptop()

    async def scene() -> None:
        await laptop.live(laptop.service("web"))
        laptop.clock.sleep(3600)
        laptop.finding = Finding(Outcome.CRITICAL, "refused", address="198.51.100.7")
        await asyncio.sleep(60)
        assert [told.kind for told in laptop.told] == ["down"]

    on(laptop, scene)


def test_being_stopped_for_40_seconds_is_admitted_and_counts_as_nobodys_failure():
    laptop = Laptop(takes=1.0)

    async def scene() -> None:
        await laptop.live(*(laptop.service(f"s{n}", interval=2_000, timeout=2_000) for n in range(20)))
        laptop.finding = SILENCE
        laptop.hold(40)
        await asyncio.sleep(0)
        laptop.finding = OK
        await asyncio.sleep(1)
        assert "held up for" in laptop.monitor.problem
        await asyncio.sleep(30)
        assert laptop.reasons() == {(Status.UP, "")}
        await asyncio.sleep(700)
        assert laptop.monitor.problem == ""

    assert on(laptop, scene).told == []
    assert not any(outcome == "CRITICAL" for outcome, _ in laptop.outcomes())


def test_what_this_machine_has_too_little_of_is_a_problem_of_ours_as_long_as_it_lasts():
    laptop = Laptop()

    async def scene() -> None:
        await laptop.live(*(laptop.service(f"s{n}", interval=5_000) for n in range(3)))
        assert laptop.monitor.problem == ""
        laptop.finding = Finding(Outcome.UNKNOWN, "self.ports", Blame.SELF)
        await asyncio.sleep(12)
        assert laptop.monitor.problem == "3 services cannot be checked: this computer has no local port left"
        laptop.finding = OK
        await asyncio.sleep(12)
        assert laptop.monitor.problem == ""

    assert on(laptop, scene).told == []


def test_a_failure_seen_by_a_loop_that_was_held_up_for_three_seconds_is_our_own():
    laptop = Laptop(takes=1.0)

    async def scene() -> None:
        await laptop.live(laptop.service("web", interval=5_000))
        while not laptop.begun:
            await asyncio.sleep(0.1)
        laptop.finding = SILENCE
        laptop.seen.clear()
        laptop.hold(3)
        await asyncio.sleep(1)
        assert laptop.outcomes() == {("UNKNOWN", "self.late")}

    on(laptop, scene)


@pytest.mark.parametrize("step", [3_600_000, -3_600_000, 10 * 365 * 86_400_000, -10 * 365 * 86_400_000])
def test_a_clock_that_was_set_is_noted_and_everything_goes_on_at_its_pace(step: int):
    laptop = Laptop()

    async def scene() -> None:
        await laptop.live(laptop.service("web", interval=10_000))
        laptop.clock.step(step)
        await asyncio.sleep(2.1)
        changes = [change for change in laptop.seen if isinstance(change, StatusChange)]
        assert changes[0].reason == "self.clock_step"
        laptop.begun.clear()
        await asyncio.sleep(100)
        assert laptop.reasons() == {(Status.UP, "")}
        assert 9 <= len(laptop.begun) <= 12

    assert on(laptop, scene).told == []


# A network that goes away


def test_a_cable_pulled_out_is_shown_within_two_seconds_and_everything_is_seen_again_soon_after_it_is_back():
    laptop = Laptop()

    async def scene() -> None:
        here = laptop.service("db", network="loopback")
        await laptop.live(here, *(laptop.service(f"s{n}") for n in range(5)))
        laptop.ground.move(NOWHERE)
        laptop.finding = SILENCE
        await asyncio.sleep(2)
        beliefs = {view.service.id: view.belief for view in laptop.snapshot.services}
        assert beliefs.pop("db").status is Status.UP
        assert {(b.status, b.reason) for b in beliefs.values()} == {(Status.UNKNOWN, "network.offline")}
        assert laptop.sights[-1].state == "offline"
        laptop.finding = OK
        laptop.ground.move(HOME)
        await asyncio.sleep(6)
        assert laptop.reasons() == {(Status.UP, "")}
        assert laptop.sights[-1].state == "online"

    assert on(laptop, scene).told == []


def test_weighing_a_failure_takes_no_place_from_other_checks_and_lets_nothing_go_stale():
    laptop = Laptop()

    async def scene() -> None:
        await laptop.live(*(laptop.service(f"s{n}", interval=5_000) for n in range(100)))
        laptop.finding = SILENCE
        laptop.ground.delay = 1.9
        await asyncio.sleep(5.5)
        assert len(laptop.begun) >= 100
        await asyncio.sleep(60)
        assert laptop.reasons() == {(Status.DOWN, "")}
        assert "stale" not in {change.reason for change in laptop.seen if isinstance(change, StatusChange)}

    on(laptop, scene)


def test_five_hundred_services_that_fail_at_once_ask_three_questions_in_five_seconds():
    laptop = Laptop()

    async def scene() -> None:
        await laptop.live(*(laptop.service(f"s{n}", interval=10_000) for n in range(500)))
        laptop.ground.silent = True
        laptop.ground.asked.clear()
        laptop.finding = SILENCE
        began = laptop.clock.monotonic()
        await asyncio.sleep(60)
        assert len(laptop.ground.asked) <= 3 * ((laptop.clock.monotonic() - began) // 5 + 1)
        print(f"{len(laptop.begun)} failed checks, {len(laptop.ground.asked)} questions in 60 s")

    assert on(laptop, scene).told == []


def test_a_bug_in_the_judgement_is_our_own_and_nobodys_outage():
    laptop = Laptop()

    async def scene() -> None:
        await laptop.live(laptop.service("web", interval=5_000))

        def fail() -> None:
            raise KeyError("ours")

        laptop.ground.before_answering = fail
        laptop.finding = SILENCE
        await asyncio.sleep(60)
        assert laptop.reasons() == {(Status.UNKNOWN, "self.bug")}
        assert {type(fault) for fault in laptop.faults} == {KeyError}
        laptop.faults.clear()

    assert on(laptop, scene).told == []


def test_a_down_that_waited_for_company_when_the_machine_fell_asleep_is_not_told_before_a_fresh_result():
    laptop = Laptop()

    async def scene(end: Finding) -> None:
        await laptop.live(laptop.service("web"))
        laptop.finding = replace(SILENCE, cause="refused", answered=True, phases_ms=CONNECTED)
        await until_down(laptop)
        laptop.clock.sleep(3_600)
        laptop.monitor.look()
        laptop.finding = end
        await asyncio.sleep(90)

    assert on(laptop, lambda: scene(OK)).told == []
    laptop = Laptop()
    again = replace(SILENCE, cause="refused", answered=True, phases_ms=CONNECTED)
    assert [told.kind for told in on(laptop, lambda: scene(again)).told] == ["down"]


async def until_down(laptop: Laptop) -> None:
    while (Status.DOWN, "") not in laptop.reasons():
        await asyncio.sleep(0.1)
