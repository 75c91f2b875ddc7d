"""Services that are down and up again, all the time: they are told to flap, and nobody else is told less for it."""

from __future__ import annotations

import pytest

from tests.simulation.bell import Heard, Said
from tests.simulation.judge import Judgement, Terms, judge
from tests.simulation.laptop import listen
from tests.simulation.trace import SECOND, Happening, Kind, Trace
from tests.simulation.world import World

TERMS = Terms(60 * SECOND)
LENGTH = 7200


def unsteady(id_: str, since: int) -> list[Happening]:
    """Down for 130 s and well for as long, for an hour and a half."""
    return [happens(id_, second, second + 130) for second in range(since, since + 5400, 260)]


def happens(id_: str, since: int, until: int, kind: Kind = Kind.OUTAGE) -> Happening:
    return Happening(since * SECOND, until * SECOND, kind, "reset", id_)


def played(*happenings: Happening) -> tuple[Heard, Judgement]:
    world = World(Trace(0, LENGTH * SECOND, tuple(sorted(happenings))))
    heard = listen(world, TERMS.interval)
    return heard, judge(world, TERMS, heard)


def said_to_flap(heard: Heard) -> list[str]:
    return [word.service for word in heard.words if word.said is Said.FLAPPING]


def test_a_service_that_flaps_is_told_so_once_and_when_it_has_ceased():
    heard, judged = played(*unsteady("shop", 600))
    assert judged.faults == ()
    assert said_to_flap(heard) == ["shop"]
    assert heard.notifications["flapping"] == heard.notifications["stable"] == 1
    assert heard.notifications.total() <= 12


def test_each_of_two_that_flap_is_told_to():
    heard, judged = played(*unsteady("shop", 600), *unsteady("pay", 620))
    assert judged.false == judged.missed == ()
    assert set(said_to_flap(heard)) == {"pay", "shop"}


@pytest.mark.parametrize("blips", [(), (3540,), (3000, 3550)])
def test_an_outage_is_told_in_time_while_two_services_of_another_provider_flap(blips: tuple[int, ...]):
    noise = [happens("blog", second, second + 5, Kind.BLIP) for second in blips]
    outage = happens("blog", 4200, 4700)
    judged = played(*unsteady("shop", 600), *unsteady("pay", 620), *noise, outage)[1]
    assert [fault for fault in judged.faults if fault.service == "blog"] == []
