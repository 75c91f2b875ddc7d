"""The monitor, with services that answer from a script and a memory that can be watched."""

from __future__ import annotations

import asyncio

import pytest

from tests.monitor.stage import BAD, GOOD, Recorded, Scripted, Stage, always, on_stage, service, until, watch
from trayapp.core.words import (
    Blame,
    Finding,
    Outcome,
    Service,
    Status,
    Telling,
)
from trayapp.monitor.monitor import BrokenProbe, Monitor
from trayapp.monitor.rounds import AT_ONCE


def test_three_failures_ring_once_and_two_successes_end_it():
    good = True

    async def answer() -> Finding:
        return GOOD if good else BAD

    async def play(stage: Stage, monitor: Monitor) -> None:
        nonlocal good
        watch(monitor, [service("web", answer)])
        await until(lambda: any(r.finding.outcome is Outcome.OK for r in stage.memory.results))
        good = False
        await until(lambda: len(stage.told) == 1)
        good = True
        await until(lambda: len(stage.told) == 2)
        await until(lambda: len(stage.memory.results) > 12)

    stage = on_stage(play)
    assert [n.kind for n in stage.told] == ["down", "recovered"]
    assert stage.told == stage.memory.notifications
    failing = [r for r in stage.memory.results if r.finding.outcome is Outcome.CRITICAL]
    down = next(c for c in stage.memory.changes if c.to_status is Status.DOWN)
    assert down.since == failing[0].at
    assert stage.faults == []


def test_what_is_told_was_committed_before():
    committed_first = []

    async def play(stage: Stage, monitor: Monitor) -> None:
        watch(monitor, [service("web", always(BAD))])
        await until(lambda: stage.told)
        committed_first.append(stage.told[0] in stage.memory.notifications)

    on_stage(play)
    assert committed_first == [True]


@pytest.mark.parametrize("memory", [Recorded(broken=True), Recorded(stuck=True)], ids=["broken", "stuck"])
def test_a_disk_that_fails_or_hangs_does_not_silence_the_bell(memory: Recorded):
    async def play(stage: Stage, monitor: Monitor) -> None:
        watch(monitor, [service("web", always(BAD))])
        await until(lambda: stage.told)

    assert on_stage(play, Stage(memory=memory)).told[0].kind == "down"


@pytest.mark.parametrize(
    "fault", [ValueError("x"), RecursionError(), MemoryError(), SystemExit(3), KeyboardInterrupt(), GeneratorExit()]
)
def test_whatever_a_probe_raises_is_unknown_and_our_own_fault(fault: BaseException):
    async def answer() -> Finding:
        raise fault

    async def play(stage: Stage, monitor: Monitor) -> None:
        watch(monitor, [service("odd", answer), service("sane", always(GOOD))])
        await until(lambda: sum(r.service == "odd" for r in stage.memory.results) >= 4)
        await until(lambda: sum(r.service == "sane" for r in stage.memory.results) >= 4)

    stage = on_stage(play)
    odd = [r.finding for r in stage.memory.results if r.service == "odd"]
    assert {(f.outcome, f.cause, f.blame.value) for f in odd} == {(Outcome.UNKNOWN, "self.bug", "self")}
    assert stage.told == []
    assert fault in stage.faults


def test_at_most_one_check_per_service_and_a_bounded_number_of_all():
    now = most = 0
    twice = []
    busy = set()

    def counted(id_: str):
        async def answer() -> Finding:
            nonlocal now, most
            if id_ in busy:
                twice.append(id_)
            busy.add(id_)
            now += 1
            most = max(most, now)
            await asyncio.sleep(0.1)
            now -= 1
            busy.discard(id_)
            return GOOD

        return answer

    async def play(stage: Stage, monitor: Monitor) -> None:
        services = [service(f"s{n}", counted(f"s{n}"), interval=50) for n in range(AT_ONCE * 2)]
        watch(monitor, services)
        for _ in range(20):
            monitor.check_now()
            await asyncio.sleep(0.02)
        await until(lambda: len({r.service for r in stage.memory.results}) == len(services))

    on_stage(play)
    assert twice == []
    assert most == AT_ONCE


def test_checks_that_only_wait_leave_their_places_to_others():
    hanging = 0

    async def hang() -> Finding:
        nonlocal hanging
        hanging += 1
        await asyncio.sleep(9.5)
        return GOOD

    async def play(stage: Stage, monitor: Monitor) -> None:
        watch(monitor, [service(f"s{n}", hang, timeout=10_000, interval=60_000) for n in range(AT_ONCE * 4)])
        await asyncio.sleep(9)
        assert hanging == AT_ONCE * 4

    on_stage(play)


def test_a_hung_check_delays_nobody_else_and_stop_does_not_wait_for_it():
    async def hang() -> Finding:
        await asyncio.sleep(3600)
        return GOOD

    async def play(stage: Stage, monitor: Monitor) -> None:
        watch(monitor, [service("hung", hang), service("fine", always(GOOD))])
        await until(lambda: len(stage.memory.results) >= 5)
        assert {r.service for r in stage.memory.results} == {"fine"}
        async with asyncio.timeout(2):
            await monitor.stop()

    on_stage(play)


def test_an_answer_to_a_question_that_was_edited_meanwhile_is_void():
    release = asyncio.Event()

    async def slow() -> Finding:
        await release.wait()
        return BAD

    async def play(stage: Stage, monitor: Monitor) -> None:
        watch(monitor, [service("web", slow)])
        await until(lambda: stage.snapshots and stage.snapshots[-1].services[0].checking)
        edited = Service(id="web", probe=Scripted(always(GOOD), target="elsewhere"), interval=40)
        monitor.apply([edited], {}, {})
        release.set()
        await until(lambda: stage.memory.results)
        await until(lambda: stage.snapshots[-1].services[0].belief.status is Status.UP)

    stage = on_stage(play)
    assert all(r.finding.outcome is Outcome.OK for r in stage.memory.results)


def test_editing_the_target_of_a_service_that_is_down_closes_its_incident_silently():
    async def play(stage: Stage, monitor: Monitor) -> None:
        watch(monitor, [service("web", always(BAD))])
        await until(lambda: stage.told)
        edited = Service(id="web", probe=Scripted(always(GOOD), target="elsewhere"), interval=40)
        monitor.apply([edited], {}, {})
        await until(lambda: monitor.snapshot().services[0].belief.status is Status.UP)
        assert monitor.snapshot().services[0].telling == Telling("web")

    stage = on_stage(play)
    assert [n.kind for n in stage.told] == ["down"]
    closed = [c.incident for c in stage.memory.changes if c.incident and c.incident.end is not None]
    assert [incident.closing for incident in closed] == ["changed"]


def test_removing_one_service_leaves_the_others_on_their_beat():
    async def play(stage: Stage, monitor: Monitor) -> None:
        a, b = service("a", always(GOOD)), service("b", always(GOOD))
        watch(monitor, [a, b])
        await until(lambda: len({r.service for r in stage.memory.results}) == 2)
        watch(monitor, [b])
        before = sum(r.service == "a" for r in stage.memory.results)
        await until(lambda: sum(r.service == "b" for r in stage.memory.results) >= 6)
        assert sum(r.service == "a" for r in stage.memory.results) == before
        assert [view.service.id for view in monitor.snapshot().services] == ["b"]

    on_stage(play)


def test_while_paused_nothing_is_asked_and_afterwards_everything_is():
    async def play(stage: Stage, monitor: Monitor) -> None:
        watch(monitor, [service("a", always(GOOD)), service("b", always(GOOD))])
        await until(lambda: len({r.service for r in stage.memory.results}) == 2)
        clock = stage.clock
        monitor.pause(clock.now() + 400)
        count = len(stage.memory.results)
        assert {v.belief.status for v in monitor.snapshot().services} == {Status.PAUSED}
        monitor.check_now()
        await asyncio.sleep(0.2)
        assert len(stage.memory.results) == count
        await until(lambda: len(stage.memory.results) > count + 2)
        assert monitor.snapshot().paused_until is None

    stage = on_stage(play)
    assert stage.memory.paused[0] is not None
    assert stage.memory.paused[-1] is None


def test_a_pause_ends_by_the_clock_on_the_wall_though_its_timer_slept_with_the_machine():
    async def play(stage: Stage, monitor: Monitor) -> None:
        watch(monitor, [service("web", always(GOOD))])
        monitor.pause(stage.clock.now() + 3_600_000)
        monitor.look()
        assert monitor.snapshot().paused_until is not None
        stage.clock.step(3_600_000)
        monitor.look()
        assert monitor.snapshot().paused_until is None
        await until(lambda: stage.memory.results)

    stage = on_stage(play)
    assert stage.memory.paused[-1] is None


def test_a_service_that_joins_many_others_is_asked_at_once():
    async def play(stage: Stage, monitor: Monitor) -> None:
        others = [service(f"off-{n}", always(GOOD), enabled=False) for n in range(1000)]
        watch(monitor, others)
        watch(monitor, [*others, service("new", always(GOOD))])
        await until(lambda: stage.memory.results)

    on_stage(play)


def test_what_is_checked_together_by_hand_does_not_stay_together():
    async def play(stage: Stage, monitor: Monitor) -> None:
        watch(monitor, [service(f"s{n}", always(GOOD), interval=1000) for n in range(8)])
        await until(lambda: len({r.service for r in stage.memory.results}) == 8)
        monitor.check_now()
        begun = len(stage.memory.results)
        await until(lambda: len(stage.memory.results) >= begun + 16)
        following = stage.memory.results[begun + 8 : begun + 16]
        assert max(r.at for r in following) - min(r.at for r in following) > 300

    on_stage(play)


def test_a_disabled_service_is_listed_as_paused_and_never_asked():
    async def play(stage: Stage, monitor: Monitor) -> None:
        watch(monitor, [service("off", always(BAD), enabled=False), service("on", always(GOOD))])
        await until(lambda: len(stage.memory.results) >= 4)
        off = monitor.snapshot().services[0]
        assert (off.belief.status, off.belief.reason) == (Status.PAUSED, "disabled")

    stage = on_stage(play)
    assert {r.service for r in stage.memory.results} == {"on"}


def test_acknowledging_an_incident_is_remembered_until_it_closes():
    good = False

    async def answer() -> Finding:
        return GOOD if good else BAD

    async def play(stage: Stage, monitor: Monitor) -> None:
        nonlocal good
        watch(monitor, [service("web", answer)])
        await until(lambda: stage.told)
        incident = stage.told[0].incident
        assert not monitor.acknowledge(incident + 1)
        assert monitor.acknowledge(incident)
        assert stage.memory.tellings[-1].acknowledged == incident
        good = True
        await until(lambda: len(stage.told) == 2)
        assert monitor.snapshot().services[0].telling.acknowledged is None

    assert on_stage(play).told[1].kind == "recovered"


def test_a_snoozed_service_rings_for_its_open_incident_when_the_snooze_is_over():
    async def play(stage: Stage, monitor: Monitor) -> None:
        clock = stage.clock
        watch(monitor, [service("web", always(BAD))])
        assert monitor.snooze("web", clock.now() + 500)
        assert not monitor.snooze("nobody", None)
        await until(lambda: any(c.to_status is Status.DOWN for c in stage.memory.changes))
        assert stage.told == []
        await until(lambda: stage.told)

    assert on_stage(play).told[0].kind == "down"


def test_what_no_result_confirms_in_time_is_unknown_from_when_it_was_due():
    answers = 0

    async def once() -> Finding:
        nonlocal answers
        answers += 1
        if answers > 1:
            await asyncio.sleep(3600)
        return GOOD

    async def play(stage: Stage, monitor: Monitor) -> None:
        watch(monitor, [service("web", once, timeout=20_000)])
        await until(lambda: answers == 2)
        monitor.look()
        assert monitor.snapshot().services[0].belief.status is Status.UP
        await asyncio.sleep(30)
        monitor.look()
        belief = monitor.snapshot().services[0].belief
        assert (belief.status, belief.reason) == (Status.UNKNOWN, "stale")
        assert belief.since <= stage.clock.now() - 24_000

    assert on_stage(play).told == []


def test_a_probe_that_says_it_is_broken_is_recorded_as_a_fault_of_ours():
    broken = Finding(Outcome.UNKNOWN, "self.bug", Blame.SELF, "Watchbell has a problem of its own (KeyError)")

    async def play(stage: Stage, monitor: Monitor) -> None:
        watch(monitor, [service("odd", always(broken))])
        await until(lambda: stage.faults)

    assert isinstance(on_stage(play).faults[0], BrokenProbe)


@pytest.mark.parametrize("paused", [True, False], ids=["all are paused", "it is disabled"])
def test_a_service_that_rests_goes_on_resting_when_its_target_is_edited(paused: bool):
    async def play(stage: Stage, monitor: Monitor) -> None:
        watch(monitor, [service("web", always(GOOD), enabled=paused)])
        if paused:
            monitor.pause(stage.clock.now() + 3_600_000)
        edited = Service(id="web", probe=Scripted(always(BAD), target="elsewhere"), interval=40, enabled=paused)
        watch(monitor, [edited])
        await asyncio.sleep(0.2)
        assert monitor.snapshot().services[0].belief.status is Status.PAUSED
        assert stage.memory.results == []

    on_stage(play)


def test_checking_now_moves_a_check_forward_and_never_doubles_one():
    begun = 0
    release = asyncio.Event()

    async def answer() -> Finding:
        nonlocal begun
        begun += 1
        await release.wait()
        return GOOD

    async def play(stage: Stage, monitor: Monitor) -> None:
        watch(monitor, [service("web", answer, interval=3_600_000)])
        await until(lambda: begun == 1)
        monitor.check_now(["web", "nobody"])
        release.set()
        await until(lambda: len(stage.memory.results) == 1)
        monitor.check_now()
        await until(lambda: len(stage.memory.results) == 2)
        await asyncio.sleep(0.1)
        assert begun == 2

    on_stage(play)
