"""A healthy service is never disturbed by others, however many of them hang (CTRL, B2).

Twenty healthy services beside as many as it takes to starve a careless program: names whose name server says nothing,
and servers that accept and say nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from tests.faults.cast import FAR, TWENTY, all_checked_again, nothing_was_told_of, service, stayed_on_their_beat
from tests.faults.table import Row, keep
from tests.faults.world import SERVICES, World
from tests.servers import RawServer, pause, until
from trayapp.core.words import Finding, Outcome, Service, Status

MANY = (6, 50, 500)
SILENT_PORT = 7
PACE = {"interval": 5000, "recheck_interval": 2000, "timeout": 1500}


@pytest.fixture
def world() -> Iterator[World]:
    with World() as world:
        yield world


@pytest.mark.timeout(240)
@pytest.mark.parametrize("many", MANY)
def test_names_that_hang_disturb_nobody(world: World, many: int, record_property: Callable[[str, object], None]):
    hung = [service(f"hung{n}", f"https://h{n}.hung.test/", **PACE) for n in range(many)]
    row = Row("B2", f"{many} names whose name server says nothing")
    undisturbed(world, hung, row)
    keep(row, record_property)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("many", MANY)
def test_servers_that_say_nothing_disturb_nobody(
    world: World, many: int, record_property: Callable[[str, object], None]
):
    async def say_nothing(reader, writer) -> None:
        await pause(reader, 60)

    world.start(RawServer(say_nothing, host=SERVICES, port=SILENT_PORT), world.outside)
    silent = [service(f"silent{n}", f"http://{SERVICES}:{SILENT_PORT}/{n}", **PACE) for n in range(many)]
    row = Row("CTRL", f"{many} servers that accept and say nothing")
    undisturbed(world, silent, row)
    keep(row, record_property)


def undisturbed(world: World, others: list[Service], row: Row) -> None:
    """The twenty are well and on their beat while every one of the others fails."""
    watching = world.watch([*TWENTY, *others])
    ids = {other.id for other in others}
    row.begin()
    until(lambda: {result.service for result in list(watching.results)} >= ids, 120)
    row.seen(*told_by([result.finding for result in list(watching.results) if result.service in ids]))
    watching.until_all(Status.UP, FAR)
    all_checked_again(watching, FAR, 5)
    stayed_on_their_beat(watching, FAR)
    nothing_was_told_of(watching, FAR)
    assert not any(result.finding.outcome is Outcome.OK for result in watching.results if result.service in ids)


def told_by(findings: Sequence[Finding]) -> tuple[str, str]:
    """Their outcomes and causes, for the table."""
    outcomes, causes = {each.outcome.value for each in findings}, {each.cause for each in findings}
    return ", ".join(sorted(outcomes)), ", ".join(sorted(causes))
