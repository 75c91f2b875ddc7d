"""The simulated world and its judge, for a simulation is worth what they are: hand-made traces, looked at closely."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.simulation.bell import Heard, Said, Word
from tests.simulation.cast import CAST, Subject
from tests.simulation.fate import Plan, draw
from tests.simulation.judge import Judgement, Terms, judge
from tests.simulation.laptop import listen
from tests.simulation.naive import RULES, obey
from tests.simulation.obstacles import PORTAL_PAGE
from tests.simulation.stretches import Stretches
from tests.simulation.trace import DAY, HOUR, MINUTE, SECOND, Happening, Kind, Trace
from tests.simulation.world import World
from trayapp.core.words import Finding, Service
from trayapp.monitor.network import Mark, Network

BY_ID = {subject.id: subject for subject in CAST}
SHOP, EDGE, NEWS, NAS, INTRANET, DB = (BY_ID[id_] for id_ in ("shop", "edge", "news", "nas", "intranet", "db"))
TERMS = Terms(60 * SECOND)
TIMEOUT = 10 * SECOND


def a_world(*happenings: Happening, length: int = 2 * HOUR) -> World:
    return World(Trace(0, length, tuple(sorted(happenings))))


def happens(kind: Kind, since: int, until: int, how: str = "", about: str = "") -> Happening:
    return Happening(since * SECOND, until * SECOND, kind, how, about)


def met(world: World, subject: Subject, second: int) -> tuple[str, int]:
    found = world.check(subject, second * SECOND, TIMEOUT)
    return found.word, round((found.ended - second * SECOND) / SECOND)


# Fate


def test_the_same_seed_and_plan_draw_the_same_trace_and_another_seed_another_one():
    assert draw(7) == draw(7)
    assert str(draw(7)) == str(draw(7))
    assert draw(7) != draw(8)


@pytest.mark.parametrize("days", [1, 4, 30])
def test_as_much_happens_as_was_planned(days: int):
    trace = draw(3, Plan(days=days))
    kinds = Counter(happening.kind for happening in trace.happenings)
    drops = kinds[Kind.RADIO] + kinds[Kind.UPLINK] + kinds[Kind.NAMES]
    assert (kinds[Kind.SLEEP], drops) == (60, 40)
    assert kinds[Kind.PORTAL] == 4
    assert kinds[Kind.OUTAGE] >= 60
    longest = max(happening.until - happening.since for happening in trace.of(Kind.SLEEP))
    assert longest >= (DAY if days == 30 else HOUR)


def test_one_check_in_a_thousand_of_a_service_that_is_well_is_spoilt_by_noise():
    world = World(draw(1, Plan(days=30, sleeps=0, drops=0, portals=0)))
    moments = range(0, world.trace.length, 60 * SECOND)
    spoilt = sum(m in world.blips[s.id] for m in moments for s in CAST)
    asleep = sum(until - since for since, until in world.asleep) / world.trace.length
    assert 0.0008 < spoilt / (len(moments) * len(CAST) * (1 - asleep)) < 0.0012


# What a check meets


def test_a_service_that_is_well_answers_at_once_and_one_that_is_down_as_it_was_drawn():
    world = a_world(happens(Kind.OUTAGE, 60, 120, "http.status", "shop"))
    assert [met(world, SHOP, second) for second in (10, 60, 119, 120)] == [
        ("ok", 0),
        ("http.status", 0),
        ("http.status", 0),
        ("ok", 0),
    ]
    assert met(world, EDGE, 60) == ("ok", 0)


def test_silence_lasts_until_the_time_is_over_or_a_later_packet_gets_through():
    world = a_world(happens(Kind.OUTAGE, 60, 66, "timeout.connect", "edge"))
    assert met(world, EDGE, 60) == ("ok", 7)
    long = a_world(happens(Kind.OUTAGE, 60, 90, "timeout.connect", "edge"))
    assert met(long, EDGE, 60) == ("timeout.connect", 10)


def test_a_conversation_ends_where_the_machine_sleeps_and_its_time_does_not_pass_meanwhile():
    world = a_world(happens(Kind.OUTAGE, 0, 30, "timeout.connect", "edge"), happens(Kind.SLEEP, 25, 3600, "", ""))
    assert met(world, EDGE, 20) == ("ok", 3582), "five seconds before the sleep, two after it, then the fourth packet"
    assert world.check(SHOP, 25 * SECOND - 5, TIMEOUT).word == "timeout.first_byte"


def test_who_has_no_link_gets_no_name_and_no_route_and_whoever_is_here_answers():
    world = a_world(happens(Kind.RADIO, 60, 120, "gone"))
    assert [met(world, subject, 60)[0] for subject in (SHOP, EDGE, NAS, DB)] == [
        "dns.failed",
        "no route",
        "no route",
        "ok",
    ]


def test_a_dead_uplink_leaves_the_network_at_home_and_a_dead_name_server_leaves_addresses():
    uplink = a_world(happens(Kind.UPLINK, 60, 120, "silent"))
    assert [met(uplink, s, 60)[0] for s in (SHOP, EDGE, NAS)] == ["timeout.dns", "timeout.connect", "ok"]
    names = a_world(happens(Kind.NAMES, 60, 120, "silent"))
    assert [met(names, s, 60)[0] for s in (SHOP, EDGE, NAS)] == ["timeout.dns", "ok", "ok"]


def test_a_portal_answers_plain_pages_and_spoils_encrypted_ones():
    world = a_world(happens(Kind.PORTAL, 60, 120, "intercepts"), happens(Kind.AWAY, 60, 120, "hotel"))
    assert [met(world, s, 60)[0] for s in (NEWS, SHOP, NAS)] == [PORTAL_PAGE, "tls.hostname", "timeout.connect"]


def test_what_can_be_seen_is_cut_where_the_machine_sleeps_or_the_network_is_another():
    world = a_world(
        happens(Kind.SLEEP, 600, 700),
        happens(Kind.TUNNEL, 1000, 1100, "gone"),
        happens(Kind.UPLINK, 2000, 2100, "silent"),
    )
    end = 7200
    assert _seconds(world.seen(SHOP)) == [(0, 600), (700, 2000), (2100, end)]
    assert _seconds(world.seen(INTRANET)) == [(0, 600), (700, 1000), (1100, 2000), (2100, end)]
    assert _seconds(world.seen(NAS)) == _seconds(world.seen(DB)) == [(0, 600), (700, end)]


def test_awake_time_stands_still_while_the_machine_sleeps():
    world = a_world(happens(Kind.SLEEP, 10, 110), happens(Kind.SLEEP, 120, 220))
    assert world.after(5 * SECOND, 6 * SECOND) == 111 * SECOND
    assert world.after(5 * SECOND, 20 * SECOND) == 225 * SECOND
    assert world.awake(0, 225 * SECOND) == 25 * SECOND
    assert world.awake(50 * SECOND, 130 * SECOND) == 10 * SECOND
    assert world.moment(25 * SECOND) == 225 * SECOND


def test_stretches_are_sets():
    some, others = Stretches.of([(0, 10), (20, 30), (25, 40)]), Stretches.of([(5, 22)])
    assert list(some) == [(0, 10), (20, 40)]
    assert list(some & others) == [(5, 10), (20, 22)]
    assert list(some | others) == [(0, 40)]
    assert list(some - others) == [(0, 5), (22, 40)]
    assert (9 in some, 10 in some, 20 in some) == (True, False, True)
    assert (some.spans(20, 40), some.spans(5, 12), some.meets(10, 20), some.meets(10, 21)) == (True, False, False, True)
    assert (some.next(3), some.next(10), some.next(40)) == ((0, 10), (20, 40), None)


# The judge

OUTAGE = happens(Kind.OUTAGE, 600, 1200, "refused", "shop")


def judged(*words: tuple[int, Said], world: World | None = None) -> Judgement:
    told = tuple(Word(second * SECOND, "shop", said) for second, said in words)
    return judge(world or a_world(OUTAGE), TERMS, Heard(told))


def faults(judgement: Judgement) -> list[str]:
    return [fault.what for fault in judgement.faults]


def test_an_outage_told_in_time_with_its_end_is_right():
    right = judged((680, Said.DOWN), (1260, Said.BACK))
    assert faults(right) == []
    assert right.latencies == (80 * SECOND,)


def test_silence_about_an_outage_that_could_be_seen_is_a_fault():
    assert faults(judged()) == ["was down, and nobody told"]


def test_an_outage_told_too_late_is_a_fault():
    late = judged((720, Said.DOWN), (1260, Said.BACK))
    assert faults(late) == ["told 4000 ms too late to be down"]
    assert late.latencies == (120 * SECOND,)


def test_an_outage_that_nobody_could_see_for_long_enough_may_be_told_or_not():
    asleep = a_world(OUTAGE, happens(Kind.SLEEP, 640, 1300))
    assert faults(judged(world=asleep)) == []
    assert faults(judged((635, Said.DOWN), (1310, Said.BACK), world=asleep)) == []


def test_a_down_of_a_service_that_is_well_is_a_false_alarm():
    assert judged((300, Said.DOWN), (330, Said.BACK), (680, Said.DOWN), (1260, Said.BACK)).false[0].at == 300 * SECOND
    assert faults(judged((680, Said.DOWN), (1260, Said.BACK), (1900, Said.FLAPPING))) == []
    steady = judged(
        (680, Said.DOWN), (1260, Said.BACK), (13_000, Said.FLAPPING), world=a_world(OUTAGE, length=5 * HOUR)
    )
    assert faults(steady) == ['said to be "flapping", and was well']


def test_a_down_told_long_after_it_was_over_is_a_false_alarm():
    over = a_world(happens(Kind.OUTAGE, 600, 650, "refused", "shop"))
    assert faults(judged((679, Said.DOWN), (760, Said.BACK), world=over)) == []
    assert faults(judged((681, Said.DOWN), (760, Said.BACK), world=over)) == ['said to be "down", and was well']


def test_an_end_that_was_none_and_one_that_nobody_told_are_faults():
    assert 'said to be "back", and was down' in faults(judged((680, Said.DOWN), (900, Said.BACK), (910, Said.DOWN)))
    assert faults(judged((680, Said.DOWN))) == ["was well, and nobody told that it is back"]


def test_what_is_said_twice_is_a_fault():
    assert 'said to be "down" twice' in faults(judged((680, Said.DOWN), (700, Said.DOWN), (1260, Said.BACK)))
    assert 'said to be "back" twice' in faults(judged((680, Said.DOWN), (1260, Said.BACK), (1300, Said.BACK)))


def test_of_a_flapping_service_ten_minutes_without_a_break_have_to_be_told_all_the_same():
    long = a_world(happens(Kind.OUTAGE, 600, 1500, "refused", "shop"))
    assert faults(judged((610, Said.FLAPPING), (1250, Said.DOWN), (1560, Said.BACK), world=long)) == []
    assert "was down, and nobody told" in faults(judged((610, Said.FLAPPING), world=long))
    assert faults(judged((610, Said.FLAPPING))) == []


# The rules beside it


def test_every_rule_tells_a_plain_outage_and_its_end():
    world = a_world(OUTAGE)
    for rule in RULES:
        assert faults(judge(world, TERMS, obey(rule, world, TERMS))) == [], rule.name


def test_the_first_rule_rings_for_noise_and_the_second_for_a_lost_network_and_the_third_rings_less():
    noise = a_world(*(happens(Kind.BLIP, second, second + 5, "refused", "shop") for second in (600, 1800)))
    drop = a_world(happens(Kind.RADIO, 605, 1200, "gone"))
    counts = [[len(judge(w, TERMS, obey(rule, w, TERMS)).false) for rule in RULES] for w in (noise, drop)]
    assert counts[0][0] == 2
    assert counts[0][1:] == [0, 0]
    assert counts[1][0] == counts[1][1] == len(CAST) - 1, "all but the one on this machine"
    assert counts[1][2] < counts[1][1]


def test_watchbell_meets_the_same_world_and_says_the_same_each_time():
    world = World(draw(11, Plan(days=1, outages=4)))
    first, second = (listen(world, 60 * SECOND, until=HOUR) for _ in range(2))
    assert first == second
    assert first.checks > MINUTE // SECOND


class Gullible(Network):
    """A gate that is always open."""

    async def judge(self, service: Service, finding: Finding, began: Mark) -> Finding:
        return finding


def test_watchbell_without_its_gate_would_ring_falsely_here():
    world = World(draw(11, Plan(days=1)))
    heard = listen(world, 60 * SECOND, until=3 * HOUR, gate=Gullible)
    assert len(judge(world, TERMS, heard).false) >= 10


def _seconds(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(since // SECOND, until // SECOND) for since, until in spans]


@pytest.mark.parametrize("since", [900, 1101, 1436, 2308])
@pytest.mark.parametrize(("percent", "rings"), [(10, 0), (30, 1)])
def test_an_hour_on_a_line_that_loses_packets_makes_no_storm(percent: int, rings: int, since: int):
    world = a_world(happens(Kind.LOSS, since, since + 3600, str(percent)), length=(since + 4500) * SECOND)
    heard = listen(world, 60 * SECOND)
    print(heard.notifications, judge(world, TERMS, heard).false)
    assert heard.rings <= rings
