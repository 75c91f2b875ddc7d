"""A page that flows and does not get done: its server's fault only while other pages come as they usually do."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest

from tests.faults.table import Property, row
from tests.monitor.judging import FAR, FARTHER, NEAR, World, at, failed
from tests.monitor.virtual import play
from trayapp.core.words import Finding, Outcome, Service
from trayapp.monitor.inquiry import SPACING
from trayapp.monitor.pace import PATIENCE

SHOP = at(f"http://{FAR}/")
NEWS = at(f"http://{FARTHER}/")
PRINTER = at(f"http://{NEAR}/")


def page(took: float, size: int = 50_000, address: str = FARTHER) -> Finding:
    """A page that came in so many milliseconds."""
    return Finding(Outcome.OK, latency_ms=took, address=address, answered=True, details={"bytes": size})


def flowing(came: int, address: str = FAR) -> Finding:
    """So many bytes came in the ten seconds of the check, and some of them in the last one."""
    details = {"phase": "body", "bytes": came, "flows": True}
    return failed("timeout.body", address, answered=True, details=details)


async def known(world: World, service: Service = NEWS, *took: float, **more: Any) -> None:
    """These pages came one after the other, a minute apart."""
    for each in took or (200.0, 210.0):
        await world.judge(service, page(each, **more))
        await asyncio.sleep(60)


@pytest.mark.parametrize(
    ("what", "others", "verdict"),
    [
        ("another page came as usual", page(220), "CRITICAL"),
        ("another page was as slow", page(9_000), "network.slow"),
        ("another page was quick, and its two bytes prove nothing", page(190, size=2), "network.slow"),
    ],
)
def test_a_page_that_flows_too_slowly_is_down_only_while_another_came_at_its_usual_pace(
    what: str, others: Finding, verdict: str, record_property: Property
) -> None:
    async def scene() -> None:
        with row("found-T1", f"a thin line? {what}", record_property) as seen:
            world = World.begin([SHOP, NEWS])
            await known(world, NEWS, size=others.details["bytes"])
            await asyncio.sleep(5)
            await world.judge(NEWS, others)
            judged = await world.judge(SHOP, flowing(9_000))
            seen.seen(judged.outcome.name, judged.cause)
        assert verdict in (judged.cause, str(judged.outcome))

    play(scene())


def test_a_page_that_drips_is_down_though_the_other_page_is_of_two_bytes() -> None:
    async def scene() -> None:
        world = World.begin([SHOP, NEWS])
        await known(world, NEWS, 5.0, 5.0, size=2)
        await world.judge(NEWS, page(5, size=2))
        assert await world.verdict(SHOP, flowing(30)) == "CRITICAL"

    play(scene())


def test_with_no_other_page_and_with_none_of_the_same_network_it_is_not_known() -> None:
    async def scene() -> None:
        world = World.begin([SHOP])
        assert await world.verdict(SHOP, flowing(9_000)) == "network.slow"
        await known(world, PRINTER, 3.0, 3.0, 3.0, address=NEAR)
        assert await world.verdict(SHOP, flowing(9_000)) == "network.slow"

    play(scene())


def test_what_does_not_flow_and_what_is_on_this_machine_is_judged_as_ever() -> None:
    async def scene() -> None:
        here = at("http://127.0.0.1/")
        world = World.begin([SHOP, here])
        stuck = failed("timeout.body", answered=True, details={"bytes": 300, "flows": False})
        assert await world.verdict(SHOP, stuck) == "CRITICAL"
        assert await world.verdict(here, flowing(30, "127.0.0.1")) == "CRITICAL"

    play(scene())


@pytest.mark.parametrize(("took", "verdict"), [(230.0, "CRITICAL"), (2_500.0, "network.slow")])
def test_another_page_is_asked_for_at_once_and_waited_for_a_moment(took: float, verdict: str) -> None:
    async def scene() -> None:
        world = World.begin([SHOP, NEWS])
        hurried: list[float] = []

        def hurry(service: str) -> None:
            assert service == NEWS.id
            hurried.append(world.clock.monotonic())
            coming.append(asyncio.create_task(come()))

        async def come() -> None:
            await asyncio.sleep(took / 1000)
            await world.judge(NEWS, page(took))

        coming: list[asyncio.Task[None]] = []
        world.network.begin(lambda network, lost: None, hurry)
        await known(world)
        began = world.clock.monotonic()
        assert await world.verdict(SHOP, flowing(9_000)) == verdict
        assert len(hurried) == 1
        assert world.clock.monotonic() - began <= PATIENCE + 0.1
        assert await world.verdict(SHOP, flowing(9_000)) == verdict
        assert all(later - sooner >= SPACING for sooner, later in itertools.pairwise(hurried))
        await asyncio.gather(*coming)

    play(scene())
