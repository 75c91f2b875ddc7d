"""What is paused or in maintenance is not judged, tells nothing, and is judged anew afterwards."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from tests.monitor.stage import BAD, GOOD, Stage, always, on_stage, service, until
from trayapp.core import verdict
from trayapp.core.calendar import Once
from trayapp.core.words import FOR_EVER, Belief, CheckResult, Finding, Incident, Outcome, Status
from trayapp.monitor.monitor import Monitor


def from_now(stage: Stage, begins_in: float, seconds: float) -> Once:
    begin = datetime.fromtimestamp(stage.clock.now() / 1000, UTC) + timedelta(seconds=begins_in)
    return Once(begin.replace(tzinfo=None), int(seconds * 1000), UTC)


def status(monitor: Monitor, service: str = "web") -> Status:
    view = monitor.view(service)
    assert view is not None
    return view.belief.status


def test_in_maintenance_results_are_kept_and_nothing_is_judged_or_told():
    async def play(stage: Stage, monitor: Monitor) -> None:
        web = service("web", always(BAD))
        monitor.apply([web], {}, {}, {"web": [from_now(stage, -10, 70)]})
        view = monitor.view("web")
        assert view is not None
        assert (view.belief.status, view.belief.reason) == (Status.MAINTENANCE, "maintenance")
        assert view.maintenance_until == stage.clock.now() + 60_000
        await asyncio.sleep(59)
        assert status(monitor) is Status.MAINTENANCE
        assert len(stage.memory.results) > 100
        assert stage.told == []
        await asyncio.sleep(10)
        assert status(monitor) is Status.DOWN
        down = next(change for change in stage.memory.changes if change.to_status is Status.DOWN)
        assert down.since >= view.maintenance_until  # what failed before does not count
        assert [n.kind for n in stage.told] == ["down"]
        assert monitor.snapshot().services[0].maintenance_until is None

    on_stage(play)


def test_maintenance_begins_and_ends_on_time_and_what_was_asked_before_its_end_is_void():
    answers: list[Finding] = []

    async def slow() -> Finding:
        await asyncio.sleep(3)
        return answers[-1]

    async def play(stage: Stage, monitor: Monitor) -> None:
        start = stage.clock.now()
        answers.append(GOOD)
        monitor.apply([service("web", slow, timeout=10_000)], {}, {}, {"web": [from_now(stage, 20, 100)]})
        await asyncio.sleep(19.9)
        assert status(monitor) is Status.UP
        await asyncio.sleep(0.2)
        assert status(monitor) is Status.MAINTENANCE
        answers.append(BAD)
        await asyncio.sleep(98)
        answers.append(GOOD)  # the check that goes on over the end is slow, and began when all was still broken
        await asyncio.sleep(30)
        assert [(change.to_status, change.since - start) for change in stage.memory.changes if change.since > start][
            -3:-1
        ] == [(Status.MAINTENANCE, 20_000), (Status.UNKNOWN, 120_000)]
        assert status(monitor) is Status.UP

    assert on_stage(play).told == []


def test_an_outage_from_before_a_maintenance_is_told_once_and_its_end_once():
    good = False

    async def answer() -> Finding:
        return GOOD if good else BAD

    async def play(stage: Stage, monitor: Monitor) -> None:
        nonlocal good
        web = service("web", answer)
        monitor.apply([web], {}, {}, {"web": [from_now(stage, 30, 60)]})
        await asyncio.sleep(29)
        assert [n.kind for n in stage.told] == ["down"]
        await asyncio.sleep(80)
        assert status(monitor) is Status.DOWN
        good = True
        await asyncio.sleep(60)

    stage = on_stage(play)
    assert [n.kind for n in stage.told] == ["down", "recovered"]
    assert stage.told[0].incident == stage.told[1].incident


def test_a_maintenance_that_ended_while_nobody_watched_ends_when_it_was_planned_to():
    async def play(stage: Stage, monitor: Monitor) -> None:
        now = stage.clock.now()
        belief = Belief("web", Status.MAINTENANCE, now - 7_200_000, "maintenance", confirmed=now - 7_200_000)
        monitor.apply([service("web", always(GOOD))], {"web": belief}, {}, {"web": [from_now(stage, -7_200, 3_600)]})
        first = stage.memory.changes[0]
        assert (first.to_status, first.since) == (Status.UNKNOWN, now - 3_600_000)
        await until(lambda: status(monitor) is Status.UP)

    on_stage(play)


def test_a_maintenance_taken_out_of_the_file_ends_at_once():
    async def play(stage: Stage, monitor: Monitor) -> None:
        web = service("web", always(GOOD), interval=3_600_000)
        monitor.apply([web], {}, {}, {"web": [from_now(stage, -10, 1e6)]})
        await asyncio.sleep(100)
        monitor.apply([web], {}, {}, {})
        assert status(monitor) is Status.UNKNOWN
        await asyncio.sleep(1)
        assert status(monitor) is Status.UP

    on_stage(play)


def test_one_service_pauses_by_itself_until_its_time():
    async def play(stage: Stage, monitor: Monitor) -> None:
        monitor.apply([service("web", always(BAD)), service("other", always(GOOD))], {}, {})
        assert not monitor.pause_service("nobody", None)
        assert monitor.pause_service("web", stage.clock.now() + 60_000)
        await asyncio.sleep(59)
        assert (status(monitor), status(monitor, "other")) == (Status.PAUSED, Status.UP)
        assert {result.service for result in stage.memory.results} == {"other"}
        view = monitor.view("web")
        assert view is not None
        assert view.paused_until == stage.clock.now() + 1_000
        await asyncio.sleep(3)
        assert status(monitor) is Status.DOWN

    on_stage(play)


def test_a_pause_for_ever_lasts_until_it_is_lifted_and_over_a_restart():
    async def play(stage: Stage, monitor: Monitor) -> None:
        monitor.restore_pauses(None, {"web": FOR_EVER, "other": stage.clock.now() - 1})
        monitor.apply([service("web", always(GOOD)), service("other", always(GOOD))], {}, {})
        await asyncio.sleep(500)
        assert (status(monitor), status(monitor, "other")) == (Status.PAUSED, Status.UP)
        monitor.pause_service("web", None)
        await asyncio.sleep(1)
        assert status(monitor) is Status.UP

    on_stage(play)


def test_a_pause_outlasts_a_maintenance_and_gives_way_to_one():
    async def play(stage: Stage, monitor: Monitor) -> None:
        monitor.apply([service("web", always(GOOD))], {}, {}, {"web": [from_now(stage, 10, 100)]})
        monitor.pause(stage.clock.now() + 50_000)
        seen = []
        for _ in range(12):
            await asyncio.sleep(10.1)
            seen.append(status(monitor))
        assert seen[0] is Status.PAUSED
        assert seen[3] is Status.PAUSED
        assert seen[4:10] == [Status.MAINTENANCE] * 6
        assert seen[-1] is Status.UP

    on_stage(play)


def test_sleeping_through_the_end_of_a_maintenance_judges_by_the_first_fresh_results():
    async def play(stage: Stage, monitor: Monitor) -> None:
        now = stage.clock.now()
        monitor.apply([service("web", always(BAD))], {}, {}, {"web": [from_now(stage, -10, 3_620)]})
        await asyncio.sleep(20)
        stage.clock.sleep(7_200)
        monitor.look()
        assert stage.told == []
        assert status(monitor) is Status.UNKNOWN
        end = next(change for change in stage.memory.changes if change.from_status is Status.MAINTENANCE)
        assert end.since == now + 3_610_000
        await asyncio.sleep(60)
        assert [n.kind for n in stage.told] == ["down"]

    on_stage(play)


def test_a_result_of_a_paused_belief_is_never_taken_for_a_recovery():
    incident = Incident(7, "web", 1_000, 2_000, "refused", "refused")
    belief = Belief("web", Status.PAUSED, 3_000, "paused", incident=incident, unseen=True, confirmed=3_000)
    result = CheckResult("web", 4_000, 4_100, Finding(Outcome.OK))
    after, changes = verdict.fold(belief, service("web", always(GOOD)), result, 8)
    assert (after.status, after.incident, changes) == (Status.PAUSED, incident, ())
