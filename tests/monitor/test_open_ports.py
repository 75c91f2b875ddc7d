"""Where neither controls nor name servers answer, ports that were well are asked: less evidence is evidence."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from tests.faults.table import Property, row
from tests.monitor.grounds import HOME, FakeGround
from tests.monitor.judging import FAR, FARTHER, World, at, failed, open_port, well
from tests.monitor.virtual import play
from trayapp.core.words import Finding, Service
from trayapp.monitor.ground import Answer, Names
from trayapp.monitor.open_ports import MOST, MOST_ASKED, OpenPorts, place_of, speak_against

GAME, SHOP, BLOG = at("tcp://game.test:7000"), at("https://shop.test/"), at("http://blog.test/")
DEAD = at(f"tcp://{FAR}:7000")
KNOCK = f"tcp://{FARTHER}:7000"
CHAT = at("tcp://chat.test:7001")
KNOCKS = (KNOCK, f"tcp://{FARTHER}:7001")


def hung() -> FakeGround:
    """Nothing answers but the ports that were well."""
    return FakeGround(answers=dict.fromkeys(KNOCKS, Answer.ANSWERED), silent=True, zone=Names.SILENT)


async def contradicted(ground: FakeGround, *more: Service) -> World:
    """A world whose internet was lost by a look, and brought back by open ports."""
    world = World.begin([GAME, CHAT, *more], ground)
    for service in (GAME, CHAT):
        assert await world.verdict(service, open_port(FARTHER)) == "OK"
    assert world.sight().state == "online"
    await world.pass_time(60)
    return world


@pytest.mark.parametrize(
    ("service", "cause", "verdict"),
    [
        (DEAD, "timeout.connect", "CRITICAL"),
        (DEAD, "refused", "CRITICAL"),
        (SHOP, "timeout.connect", "CRITICAL"),
        (SHOP, "unreachable", "CRITICAL"),
        (SHOP, "timeout.tls", "network.offline"),
        (SHOP, "http.status", "network.offline"),
        (SHOP, "tls.hostname", "network.offline"),
        (SHOP, "dns.failed", "network.dns"),
        (SHOP, "timeout.dns", "network.dns"),
    ],
)
def test_an_open_port_speaks_against_one_that_does_not_accept_and_against_nothing_else(
    service, cause: str, verdict: str, record_property: Property
):
    async def scene() -> None:
        world = await contradicted(hung(), service)
        with row("found-T9", f"{cause}, and nothing answers but an open port", record_property) as seen:
            judged = await world.verdict(service, failed(cause, None if "dns" in cause else FAR))
            seen.seen(judged, world.sight().state)
        assert judged == verdict
        assert world.sight().state == ("blocked" if "dns" in cause else "online")

    play(scene())


def test_a_port_that_no_longer_accepts_is_no_evidence():
    async def scene() -> None:
        world = await contradicted(hung(), DEAD)
        world.ground.answers = {}
        await world.pass_time(60)
        assert await world.verdict(DEAD, failed()) == "network.offline"
        assert world.sight().state == "offline"

    play(scene())


def test_the_ports_of_another_network_are_not_asked():
    async def scene() -> None:
        world = await contradicted(hung(), DEAD)
        world.ground.move(HOME.__class__(HOME.links, ("192.168.7.2",)))
        assert await world.verdict(DEAD, failed()) == "network.offline"
        assert KNOCK not in world.ground.asked

    play(scene())


def test_one_open_port_keeps_the_sight_and_judges_nobody():
    async def scene() -> None:
        world = await contradicted(FakeGround(answers={KNOCK: Answer.ANSWERED}, silent=True, zone=Names.SILENT), DEAD)
        assert await world.verdict(DEAD, failed()) == "network.offline"
        assert world.sight().state == "online"

    play(scene())


def test_while_anybody_else_answers_no_port_is_asked():
    async def scene() -> None:
        world = World.begin([GAME, DEAD], FakeGround())
        await world.verdict(GAME, open_port(FARTHER))
        assert await world.verdict(DEAD, failed()) == "CRITICAL"
        assert KNOCK not in world.ground.asked

    play(scene())


@pytest.mark.parametrize("accepts", [True, False], ids=["asked, it accepts", "asked, it does not"])
@pytest.mark.parametrize("beside", [BLOG, GAME], ids=["a plain page", "a bare port"])
def test_the_sight_of_the_internet_changes_no_more_than_once_in_five_minutes(
    beside, accepts: bool, record_property: Property
):
    """Whatever else is well: the dead one has it asked for again and again, and the other one's answer contradicts."""

    async def scene() -> None:
        ground = FakeGround(silent=True, zone=Names.SILENT)
        if accepts:
            ground.answers = dict.fromkeys((KNOCK, f"tcp://{FARTHER}:80"), Answer.ANSWERED)
        world = World.begin([beside, DEAD], ground)
        sights: list[tuple[float, tuple[str, int]]] = []  # one that was lost and is back is so since another moment

        def note() -> None:
            sight = world.sight()
            sights.append((world.clock.monotonic(), (sight.state, sight.since)))

        with row("found-T9", f"20 min of {beside.probe.target} well, and nothing else", record_property) as seen:
            for _ in range(170):
                await world.verdict(beside, open_port(FARTHER) if beside is GAME else well(FARTHER))
                note()
                await world.verdict(DEAD, failed())
                note()
                await world.pass_time(7)
            flips = [moment for (_, one), (moment, other) in pairwise(sights) if one != other]
            seen.seen(f"{len(flips)} changes", " ".join(dict.fromkeys(state for _, (state, _) in sights)))
        # What contradicts itself brings it back once, and it is lost again: two changes each time.
        assert len(flips) <= 2 or not accepts, flips
        assert all(third - first >= 299 for first, third in zip(flips, flips[2:], strict=False)), flips

    play(scene())


def test_only_ports_count_in_whose_place_nobody_stands():
    connected = open_port(FARTHER)
    assert place_of(GAME, connected) is not None
    for finding in (
        replace(connected, phases_ms={"reply": 1.0}),
        replace(connected, phases_ms={"connect": 1.0, "reply": 1.0}),  # a name server, asked over TCP in the end
        replace(connected, address=None),
        replace(connected, details={"proxy": "127.0.0.1:3128"}),
    ):
        assert place_of(GAME, finding) is None


@pytest.mark.parametrize(
    ("accepted", "dead", "against"),
    [
        ("tcp://x:7000", "https://shop.test/", True),
        ("tcp://x:80", "https://shop.test/", False),
        ("tcp://x:80", "tcp://y:7000", False),
        ("tcp://x:443", "https://shop.test/", True),
        ("tcp://x:80", "http://shop.test/", True),
        ("tcp://x:53", "tcp://y:22", False),
    ],
)
def test_where_somebody_may_accept_for_all_only_the_same_port_speaks_against_one(
    accepted: str, dead: str, against: bool
):
    assert speak_against(at(dead), [(accepted, 5.0), (accepted, 6.0)], 5.0) is against
    assert not speak_against(at(dead), [(accepted, 4.9), (accepted, 6.0)], 5.0)


def test_those_that_were_well_last_are_asked_and_few_of_them():
    ports = OpenPorts()
    services = [at(f"tcp://198.51.100.9:{7000 + n}") for n in range(MOST + 3)]
    for service in services:
        ports.note(service, Finding(open_port().outcome, answered=True, phases_ms=open_port().phases_ms))
    asked = [control.target for control in ports.asked()]
    assert asked == [service.probe.target for service in reversed(services[-MOST_ASKED:])]
    ports.lapse(services[-1])
    assert services[-1].probe.target not in [control.target for control in ports.asked()]
