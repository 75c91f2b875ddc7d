"""What needs a service that is not seen to work is not judged, and judged again as soon as that is back."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.monitor.stage import BAD, GOOD, Stage, on_stage, service
from trayapp.core.words import Finding, Outcome, Status
from trayapp.monitor.monitor import Monitor

BEAT = {"interval": 60_000, "recheck_interval": 10_000, "timeout": 10_000}


class World:
    """A router, what is behind it, and what is behind that."""

    def __init__(self) -> None:
        self.works = {"router": True, "web": True, "page": True}

    def services(self):
        return [
            service("page", self._ask("page"), depends_on=("web",), **BEAT),
            service("web", self._ask("web"), depends_on=("router",), **BEAT),
            service("router", self._ask("router"), **BEAT),
        ]

    def _ask(self, id_: str):
        async def answer() -> Finding:
            return GOOD if self.works[id_] and self.works["router"] else BAD

        return answer


def states(monitor: Monitor) -> dict[str, tuple[Status, str]]:
    return {view.service.id: (view.belief.status, view.belief.reason) for view in monitor.snapshot().services}


UP = (Status.UP, "")
NOT_JUDGED = (Status.UNKNOWN, "dependency")


def test_everything_behind_a_router_that_is_down_is_unknown_and_one_outage_is_told():
    world = World()

    async def play(stage: Stage, monitor: Monitor) -> None:
        monitor.apply(world.services(), {}, {})
        await asyncio.sleep(125)
        assert states(monitor) == {"page": UP, "web": UP, "router": UP}
        world.works["router"] = False
        await asyncio.sleep(600)
        assert states(monitor) == {"page": NOT_JUDGED, "web": NOT_JUDGED, "router": (Status.DOWN, "")}
        assert [(n.kind, n.services) for n in stage.told] == [("down", ("router",))]
        message = next(r.finding.message for r in reversed(stage.memory.results) if r.service == "web")
        assert message == "needs router, which is down"
        world.works["router"] = True
        await asyncio.sleep(90)  # the router's next check, and one more to be sure
        assert states(monitor) == {"page": UP, "web": UP, "router": UP}

    stage = on_stage(play)
    assert [n.kind for n in stage.told] == ["down", "recovered"]
    assert {change.incident.service for change in stage.memory.changes if change.incident} == {"router"}


def test_what_is_down_by_itself_behind_a_router_that_is_back_rings():
    world = World()

    async def play(stage: Stage, monitor: Monitor) -> None:
        monitor.apply(world.services(), {}, {})
        await asyncio.sleep(125)
        world.works.update(router=False, web=False)
        await asyncio.sleep(300)
        world.works["router"] = True
        await asyncio.sleep(180)
        assert states(monitor)["web"] == (Status.DOWN, "")
        assert states(monitor)["page"] == NOT_JUDGED

    kinds = [(n.kind, n.services) for n in on_stage(play).told]
    assert ("down", ("router",)) in kinds
    assert ("down", ("web",)) in kinds
    assert not any("page" in services for _, services in kinds)


def test_a_child_that_fails_first_is_withheld_from_its_first_failure_on():
    """The child is checked before the parent: what it found just then says nothing about it."""
    world = World()

    async def play(stage: Stage, monitor: Monitor) -> None:
        monitor.apply(world.services(), {}, {})
        await asyncio.sleep(125)
        world.works["router"] = False
        await asyncio.sleep(200)

    stage = on_stage(play)
    seen = [change for change in stage.memory.changes if change.service in ("web", "page") and change.incident]
    assert seen == []


def test_a_child_in_doubt_has_its_parent_looked_at_so_that_both_make_one_notification():
    world = World()

    async def play(stage: Stage, monitor: Monitor) -> None:
        _, web, router = world.services()
        monitor.apply([replace(web, interval=10_000), replace(router, interval=3_600_000)], {}, {})
        await asyncio.sleep(30)
        world.works["router"] = False
        await asyncio.sleep(60)
        assert states(monitor) == {"web": NOT_JUDGED, "router": (Status.DOWN, "")}

    assert [set(n.services) for n in on_stage(play).told] in ([{"router"}], [{"web", "router"}])


def test_a_parent_that_nobody_watches_stands_in_no_way():
    world = World()

    async def play(stage: Stage, monitor: Monitor) -> None:
        monitor.apply(world.services(), {}, {})
        await asyncio.sleep(125)
        monitor.pause_service("router", stage.clock.now() + 3_600_000)
        world.works["web"] = False
        await asyncio.sleep(300)
        assert states(monitor)["web"] == (Status.DOWN, "")

    on_stage(play)


def test_children_judge_again_although_the_clock_was_set_back_an_hour():
    world = World()

    async def play(stage: Stage, monitor: Monitor) -> None:
        monitor.apply(world.services(), {}, {})
        await asyncio.sleep(125)
        stage.clock.step(-3_600_000)
        monitor.look()
        await asyncio.sleep(130)
        assert states(monitor) == {"page": UP, "web": UP, "router": UP}

    on_stage(play)


@pytest.mark.parametrize("gone", [True, False], ids=["removed", "asleep"])
def test_a_parent_that_goes_takes_nobody_with_it(gone: bool):
    world = World()

    async def play(stage: Stage, monitor: Monitor) -> None:
        monitor.apply(world.services(), {}, {})
        await asyncio.sleep(125)
        if gone:
            monitor.apply(world.services()[:2], {}, {})
        else:
            stage.clock.sleep(3_600)
            monitor.look()
            assert set(states(monitor).values()) == {(Status.UNKNOWN, "asleep")}
        await asyncio.sleep(100)
        assert set(states(monitor).values()) == {UP}

    stage = on_stage(play)
    assert stage.told == []
    assert not any(r.finding.outcome is Outcome.CRITICAL for r in stage.memory.results)
