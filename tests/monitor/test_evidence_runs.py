"""The checks that open or close an incident are its evidence; nowhere else is kept what a target said."""

from __future__ import annotations

from dataclasses import replace

from tests.monitor.stage import BAD, GOOD, Stage, always, on_stage, service, until, watch
from trayapp.core.evidence import Evidence
from trayapp.core.words import Finding, Outcome, Status, StatusChange
from trayapp.monitor.monitor import Monitor


class Script:
    """Answers in turn, and with the last one for ever; each failure says its number."""

    def __init__(self, *answers: Finding) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self) -> Finding:
        self.asked += 1
        answer = self.answers[min(self.asked, len(self.answers)) - 1]
        return replace(answer, exhibit={"body": f"said {self.asked}"}) if answer.outcome is Outcome.CRITICAL else answer


def turns(stage: Stage) -> list[StatusChange]:
    return [change for change in stage.memory.changes if change.incident is not None]


def evidence_of(change: StatusChange) -> Evidence:
    assert change.evidence is not None
    return change.evidence


def test_an_incident_opens_with_the_run_that_confirmed_it_and_what_was_good_before() -> None:
    script = Script(GOOD, BAD, BAD, BAD)

    async def play(stage: Stage, monitor: Monitor) -> None:
        watch(monitor, [service("web", script)])
        await until(lambda: turns(stage))

    stage = on_stage(play)
    (opened, *_) = turns(stage)
    seen = evidence_of(opened)
    assert opened.incident is not None
    assert [check.outcome for check in seen.checks] == [Outcome.CRITICAL] * 3
    assert seen.checks[0].at == opened.incident.start
    assert (seen.at, seen.needed, seen.kind, seen.target) == (opened.at, 3, "scripted", "script")
    assert seen.before is not None
    assert seen.before.outcome is Outcome.OK
    assert seen.exhibit == {"body": "said 4"}
    assert seen.network is not None
    assert seen.network.network == "loopback"


def test_it_closes_with_the_good_checks_and_the_last_bad_one() -> None:
    script = Script(BAD, BAD, BAD, BAD, GOOD)

    async def play(stage: Stage, monitor: Monitor) -> None:
        watch(monitor, [service("web", script)])
        await until(lambda: len(turns(stage)) == 2)

    stage = on_stage(play)
    closed = turns(stage)[1]
    assert closed.to_status is Status.UP
    seen = evidence_of(closed)
    assert [check.outcome for check in seen.checks] == [Outcome.OK] * 2
    assert closed.incident is not None
    assert seen.checks[0].at == closed.incident.end
    assert seen.needed == 2
    assert seen.before is not None
    assert seen.before.outcome is Outcome.CRITICAL
    assert seen.exhibit == {}


def test_a_run_that_was_cut_short_is_no_evidence_of_the_next() -> None:
    unseen = Finding(Outcome.UNKNOWN, "network.offline")
    script = Script(BAD, BAD, unseen, BAD, GOOD, BAD, BAD, BAD)

    async def play(stage: Stage, monitor: Monitor) -> None:
        watch(monitor, [service("web", script)])
        await until(lambda: turns(stage))

    seen = evidence_of(turns(on_stage(play))[0])
    assert len(seen.checks) == 3
    assert seen.exhibit == {"body": "said 8"}
    assert seen.before is not None
    assert seen.before.outcome is Outcome.OK


def test_of_a_long_run_the_newest_ten_are_kept() -> None:
    async def play(stage: Stage, monitor: Monitor) -> None:
        watch(monitor, [service("web", Script(BAD), failure_threshold=25)])
        await until(lambda: turns(stage))

    seen = evidence_of(turns(on_stage(play))[0])
    assert (len(seen.checks), seen.needed) == (10, 25)
    assert seen.exhibit == {"body": "said 25"}


def test_one_failure_may_be_enough() -> None:
    async def play(stage: Stage, monitor: Monitor) -> None:
        script = Script(BAD, GOOD)
        watch(monitor, [service("web", script, failure_threshold=1, success_threshold=1)])
        await until(lambda: len(turns(stage)) == 2)

    opened, closed = map(evidence_of, turns(on_stage(play))[:2])
    assert [check.outcome for check in opened.checks] == [Outcome.CRITICAL]
    assert opened.before is None
    assert [check.outcome for check in closed.checks] == [Outcome.OK]


def test_no_outage_hangs_on_its_evidence() -> None:
    class Unspeakable:
        def __str__(self) -> str:
            raise RuntimeError("a bug")

    async def play(stage: Stage, monitor: Monitor) -> None:
        broken = replace(BAD, details={"x": Unspeakable()})
        watch(monitor, [service("web", always(broken))])
        await until(lambda: turns(stage))

    stage = on_stage(play)
    (opened, *_) = turns(stage)
    assert opened.to_status is Status.DOWN
    assert opened.evidence is None
    assert [str(fault) for fault in stage.faults] == ["a bug"]


def test_an_outage_that_ends_with_the_watching_has_no_evidence_of_its_end() -> None:
    async def play(stage: Stage, monitor: Monitor) -> None:
        watch(monitor, [service("web", Script(BAD))])
        await until(lambda: turns(stage))
        watch(monitor, [])

    closing = turns(on_stage(play))[-1]
    assert closing.incident is not None
    assert closing.incident.closing == "removed"
    assert closing.evidence is None


def test_what_a_target_said_is_neither_recorded_nor_observed_nor_shown() -> None:
    async def play(stage: Stage, monitor: Monitor) -> None:
        watch(monitor, [service("web", Script(GOOD, BAD, BAD, BAD, BAD, BAD, GOOD))])
        await until(lambda: len(turns(stage)) == 2)
        held = monitor.view("web")
        assert held is not None
        assert held.belief.last is not None
        assert not held.belief.last.finding.exhibit

    stage = on_stage(play)
    results = [item for item in stage.seen if not isinstance(item, StatusChange)] + stage.memory.results
    assert len(results) > 10
    assert not any(getattr(result, "finding", GOOD).exhibit for result in results)
    shown = [view.belief.last for snapshot in stage.snapshots for view in snapshot.services]
    assert not any(last.finding.exhibit for last in shown if last is not None)


def test_nothing_is_kept_of_services_that_are_well_or_stay_down() -> None:
    async def play(stage: Stage, monitor: Monitor) -> None:
        down = Script(BAD)
        watch(monitor, [service("well", Script(GOOD)), service("down", down)])
        await until(lambda: turns(stage) and down.asked > 8)
        assert monitor._runs._runs == {}

    on_stage(play)
