"""Probes that go on when they are told to end: each costs its own service a result, and nobody else anything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from tests.faults.table import Property, row
from tests.monitor.grounds import FakeGround
from tests.monitor.stage import GOOD, Stage, always, on_stage, service, until
from tests.monitor.virtual import VirtualClock, VirtualLoop
from trayapp.asking import Asking
from trayapp.config.secrets import Secrets
from trayapp.core.words import Blame, CheckResult, Outcome, Service, Status
from trayapp.monitor.abandoned import MOST, NeverEnds
from trayapp.monitor.ground_portable import PortableGround
from trayapp.monitor.monitor import Monitor
from trayapp.monitor.network import Network
from trayapp.monitor.rounds import AT_ONCE
from trayapp.monitor.witness import Witness
from trayapp.probes import bounded
from trayapp.probes.base import Kind, Means
from trayapp.probes.controls import Answer, Control


@dataclass
class Deaf:
    """What makes a check last: nothing ends it but this being released."""

    asked: int = 0
    hanging: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def hang(self) -> Any:
        self.asked += 1
        self.hanging += 1
        while not self.released.is_set():
            try:
                await self.released.wait()
            except asyncio.CancelledError:
                continue
        self.hanging -= 1
        return GOOD


@dataclass(frozen=True)
class DeafKind(Kind):
    """A kind whose conversation swallows its cancellation."""

    deaf: Deaf
    kind = "deaf"
    target = "deaf"

    @classmethod
    def from_target(cls, target: str) -> None:
        return None

    async def ask(self, means: Means, phases: Any) -> Any:
        return await self.deaf.hang()


def watched(scene: Callable[[Stage, Monitor], Coroutine[Any, Any, None]], deaf: Deaf) -> Stage:
    """What was seen of a scene, after which every check may end."""

    async def to_the_end(stage: Stage, monitor: Monitor) -> None:
        try:
            await scene(stage, monitor)
        finally:
            deaf.released.set()

    return on_stage(to_the_end)


def results_of(stage: Stage, id_: str) -> list[CheckResult]:
    return [result for result in stage.memory.results if result.service == id_]


def test_a_probe_that_swallows_its_cancellation_is_unknown_after_twice_its_timeout(record_property: Property) -> None:
    deaf = Deaf()

    async def scene(stage: Stage, monitor: Monitor) -> None:
        monitor.apply([service("deaf", deaf.hang, timeout=10_000, interval=60_000)], {}, {})
        with row("found-T6", "a probe swallows its cancellation", record_property) as seen:
            await until(lambda: stage.memory.results, 25)
            (result,) = stage.memory.results
            seen.seen(str(result.finding.outcome), result.finding.cause)
        assert (result.finding.outcome, result.finding.blame) == (Outcome.UNKNOWN, Blame.SELF)
        assert result.ended - result.at == 20_000
        (view,) = monitor.snapshot().services
        assert not view.checking  # its place is given back
        assert view.belief.status is Status.UNKNOWN

    stage = watched(scene, deaf)
    assert [type(fault) for fault in stage.faults] == [NeverEnds]


def test_sixty_four_that_never_end_keep_no_place_and_the_program_says_so(record_property: Property) -> None:
    deaf, many = Deaf(), AT_ONCE * 2

    async def scene(stage: Stage, monitor: Monitor) -> None:
        stuck = [service(f"d{n:02}", deaf.hang, timeout=5_000, interval=60_000) for n in range(many)]
        monitor.apply([*stuck, service("sane", always(GOOD), interval=60_000)], {}, {})
        await asyncio.sleep(600)
        with row("found-T6", f"{many} probes swallow their cancellation", record_property) as seen:
            (sane,) = [view for view in monitor.snapshot().services if view.service.id == "sane"]
            seen.seen(f"the others {sane.belief.status}", monitor.problem)
        assert len(results_of(stage, "sane")) >= 10
        assert many <= deaf.asked == deaf.hanging < many + MOST  # most only once: enough hung before their second
        assert (
            f"{deaf.hanging} checks do not end; Watchbell no longer asks d00, d01, d02 and 61 more" in monitor.problem
        )
        deaf.released.set()
        await asyncio.sleep(130)
        assert monitor.problem == ""
        assert {view.belief.status for view in monitor.snapshot().services} == {Status.UP}

    watched(scene, deaf)


def test_one_that_never_ends_is_asked_eight_times_and_no_more() -> None:
    deaf = Deaf()

    async def scene(stage: Stage, monitor: Monitor) -> None:
        monitor.apply([service("deaf", deaf.hang, timeout=1_000, interval=60_000)], {}, {})
        await asyncio.sleep(3_600)
        assert deaf.asked == MOST
        assert {result.finding.cause for result in stage.memory.results} == {"self.stuck"}

    stage = watched(scene, deaf)
    assert len(stage.memory.results) == MOST


def test_what_an_endless_check_finds_at_last_counts_no_more() -> None:
    deaf = Deaf()

    async def scene(stage: Stage, monitor: Monitor) -> None:
        monitor.apply([service("deaf", deaf.hang, timeout=5_000, interval=3_600_000)], {}, {})
        await until(lambda: stage.memory.results, 15)
        deaf.released.set()
        await asyncio.sleep(60)

    assert [result.finding.cause for result in watched(scene, deaf).memory.results] == ["self.stuck"]


def test_who_asks_once_by_command_or_form_waits_twice_the_timeout(record_property: Property) -> None:
    async def scene() -> CheckResult:
        clock = VirtualClock()
        asking = Asking(Secrets("tests"), clock)
        try:
            asked = Service(id="deaf", probe=DeafKind(Deaf()), timeout=3_000, network="loopback")
            return await asking.ask(asked, Witness(clock, Network(FakeGround(), clock)))
        finally:
            asking.close()

    with row("found-T6", "`probe`, `check`, Try it: the probe swallows its cancellation", record_property) as seen:
        result = bounded.run(scene(), VirtualLoop())
        seen.seen(str(result.finding.outcome), result.finding.cause)
    assert (result.finding.outcome, result.finding.cause) == (Outcome.UNKNOWN, "self.stuck")
    assert result.ended - result.at == 6_000


def test_a_control_target_that_never_answers_nor_ends_is_silent() -> None:
    async def scene() -> Answer:
        ground = PortableGround(lambda seconds: Means(seconds, None, None, None))
        return await ground.ask(Control("deaf", DeafKind(Deaf())), 2.0)

    assert bounded.run(scene(), VirtualLoop()) is Answer.SILENT


def test_a_command_does_not_wait_at_its_end_for_what_does_not_end() -> None:
    async def scene() -> str:
        deaf = asyncio.ensure_future(Deaf().hang())
        await asyncio.sleep(0)
        bounded.let_go(deaf)
        return "done"

    assert bounded.run(scene()) == "done"  # asyncio.run never comes back


def test_a_loop_that_was_held_up_gives_no_check_up_that_ends_at_once() -> None:
    async def quick() -> Any:
        await asyncio.sleep(1)
        return GOOD

    async def scene(stage: Stage, monitor: Monitor) -> None:
        monitor.apply([service("sane", quick, timeout=5_000, interval=60_000)], {}, {})
        await asyncio.sleep(0.1)
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        loop.hold(25.0)
        await until(lambda: stage.memory.results, 5)

    stage = on_stage(scene)
    assert stage.faults == []
    assert {result.finding.outcome for result in stage.memory.results} == {Outcome.OK}
