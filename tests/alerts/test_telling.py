"""Who is told with whom, how often, and when nothing rings."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from tests.alerts.world import HOUR, MINUTE, SECOND, World, a_service
from trayapp.alerts import hearing, storm, telling
from trayapp.alerts.board import Rules
from trayapp.alerts.grouping import host_of, in_common
from trayapp.core.news import Shown
from trayapp.core.words import Sight, Status

UP, DOWN = Status.UP, Status.DOWN


def a_world(*ids: str, rules: Rules | None = None, **keys: object) -> World:
    services = {id_: a_service(id_, **keys) for id_ in ids}
    return World(services, rules=rules or Rules())


def all_go(world: World, status: Status) -> None:
    for id_ in world.services:
        world.check(id_, status)


def test_a_first_down_waits_five_seconds_for_company() -> None:
    world = a_world("web")
    world.check("web", DOWN)
    world.pass_time(5 * SECOND - 1)
    assert world.kinds == []
    world.pass_time(1)
    assert [(n.kind, n.title, n.urgent) for n in world.seen] == [("down", "Web is down", True)]


def test_three_that_have_nothing_in_common_are_told_one_by_one() -> None:
    world = a_world("a", "b", "c")
    all_go(world, DOWN)
    world.pass_time(6 * SECOND)
    assert world.kinds == ["down"] * 3


def test_four_make_one_notification_that_names_or_counts_each() -> None:
    world = a_world("a", "b", "c", "d", "e")
    all_go(world, DOWN)
    world.pass_time(6 * SECOND)
    (told,) = world.seen
    assert (told.kind, told.title, told.urgent) == ("group", "5 services are down: A, B and 3 others", True)
    assert told.body == "Connection refused"
    assert told.services == ("a", "b", "c", "d", "e")


@pytest.mark.parametrize(
    ("first", "second", "title"),
    [
        ({"provider": "Acme"}, {"provider": "acme"}, "acme: 2 services are down"),
        ({"target": "https://cube:1/a"}, {"target": "cube:25"}, "Host cube: 2 services are down"),
        ({}, {"depends_on": ("a",)}, "A: 2 services are down"),
        ({"depends_on": ("router",)}, {"depends_on": ("router",)}, "router: 2 services are down"),
    ],
)
def test_two_that_share_their_fate_make_one_notification(
    first: dict[str, str], second: dict[str, str], title: str
) -> None:
    world = World({"a": a_service("a", **first), "b": a_service("b", **second)})
    all_go(world, DOWN)
    world.pass_time(6 * SECOND)
    assert [(n.kind, n.title) for n in world.seen] == [("group", title)]


def test_fifty_services_of_one_host_that_fail_within_a_minute_ring_once() -> None:
    world = a_world(*(f"s{n}" for n in range(50)), target="cube.example:80")
    for id_ in world.services:
        world.check(id_, DOWN)
        world.pass_time(SECOND)
    world.pass_time(6 * SECOND)
    assert len({n.incident for n in world.seen}) == 1
    assert world.seen[-1].title == "Host cube.example: 50 services are down"
    assert world.incidents == 50


def test_strangers_that_fail_one_after_another_ring_three_times_at_most() -> None:
    world = a_world(*(f"s{n}" for n in range(20)))
    for id_ in world.services:
        world.check(id_, DOWN)
        world.pass_time(3 * SECOND)
    world.pass_time(6 * SECOND)
    assert len({n.incident for n in world.seen}) <= 3
    assert sum(len(thread.members) for thread in world.board.threads.values()) == 20


def test_a_recovery_replaces_its_own_down() -> None:
    world = a_world("web")
    world.check("web", DOWN)
    world.pass_time(MINUTE)
    world.check("web", UP)
    assert [(n.kind, n.incident) for n in world.seen] == [("down", 1), ("recovered", 1)]
    assert (world.seen[-1].title, world.seen[-1].body) == (
        "Web is back",
        "It was down for 1 min (Connection refused)",
    )


def test_a_group_says_how_many_are_back() -> None:
    world = a_world("a", "b", "c", "d", "e")
    all_go(world, DOWN)
    world.pass_time(MINUTE)
    for id_ in ("a", "b", "c"):
        world.check(id_, UP)
    world.pass_time(MINUTE)
    told = world.seen[-1]
    assert (told.kind, told.title, told.urgent) == ("group", "3 of 5 are back", False)
    assert told.body == "Still down: D and E (Connection refused)"
    world.check("d", UP)
    world.check("e", UP)
    world.pass_time(MINUTE)
    assert (world.seen[-1].kind, world.seen[-1].title) == ("recovered", "All 5 services are back")
    assert {n.incident for n in world.seen} == {1}


def test_what_is_over_before_it_was_told_is_not_told_and_noted() -> None:
    world = a_world("web")
    world.check("web", DOWN)
    world.pass_time(2 * SECOND)
    world.check("web", UP)
    world.pass_time(MINUTE)
    assert world.seen == []
    assert world.withheld() == {1: hearing.BRIEF}
    assert world.tellings["web"].told is None


def test_ten_thousand_in_the_same_second_are_one_notification_and_ten_thousand_incidents() -> None:
    world = a_world(*(f"s{n}" for n in range(10_000)))
    for index, id_ in enumerate(world.services):
        world.check(id_, DOWN)
        if index % 100 == 99:
            world.pass_time(10)
    start = world.now
    world.pass_time(9 * SECOND)
    assert len([n for n in world.seen if start - SECOND <= n.at < start + 9 * SECOND]) <= 2
    assert world.seen[0].title == "10000 services are down: S0, S1 and 9998 others"
    ((mentions,),) = world.connection.execute("SELECT count(*) FROM mentions WHERE said = 'down'").fetchall()
    assert (mentions, world.incidents) == (10_000, 10_000)


def test_ten_thousand_over_a_minute_never_flood_the_screen() -> None:
    world = a_world(*(f"s{n}" for n in range(1_000)))
    for id_ in world.services:
        world.check(id_, DOWN)
        world.pass_time(60)
    world.pass_time(10 * SECOND)
    for n in world.seen:
        assert sum(1 for m in world.seen if n.at <= m.at < n.at + 10 * SECOND) <= 2
    assert len({n.incident for n in world.seen}) == 1


@pytest.mark.parametrize("seed", range(8))
def test_every_outage_is_told_within_five_seconds_whatever_else_happens(seed: int) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    world = a_world(*(f"s{n}" for n in range(60)))
    confirmed: dict[int, int] = {}
    for _ in range(400):
        id_ = chance.choice(sorted(world.services))
        status = chance.choice([UP, DOWN])
        before = world.incidents
        world.check(id_, status)
        if world.incidents > before:
            confirmed[world.incidents] = world.now
        world.pass_time(chance.choice([1, 100, SECOND, 3 * SECOND, 7 * SECOND, MINUTE]))
    world.pass_time(MINUTE)
    found = world.connection.execute(
        "SELECT mentions.incident, at FROM mentions JOIN notifications ON id = notification WHERE said = 'down'"
    )
    for incident, at in found:
        assert at - confirmed[incident] <= 5 * SECOND
    kinds = Counter(world.kinds)
    assert kinds["down"] + kinds["group"] > 0


def test_an_hour_takes_twenty_new_notifications_and_the_rest_update_the_newest() -> None:
    world = a_world(*(f"s{n}" for n in range(24)))
    for id_ in world.services:
        world.check(id_, DOWN)
        world.pass_time(6 * SECOND)
        world.check(id_, UP)
        world.pass_time(140 * SECOND)
    newest = world.seen[-1]
    assert len({n.incident for n in world.seen}) == 20
    assert set(newest.services) == {f"s{n}" for n in range(19, 24)}
    world.pass_time(HOUR)
    world.check("s0", DOWN)
    world.pass_time(6 * SECOND)
    assert world.seen[-1].title == "S0 is down"


def test_places_are_left_for_outages() -> None:
    def shown(n: int) -> list[Shown]:
        return [Shown(1_000, ring=True)] * n

    assert [storm.places(shown(n), 1_000) for n in range(7)] == [4, 3, 2, 1, 1, 0, 0]
    assert [storm.others_may_show(shown(n), 1_000, ring=False) for n in (2, 3)] == [True, False]
    assert storm.next_place(shown(5), 2_000, storm.MOST) == 11_000
    assert storm.next_place(shown(4), 2_000, storm.MOST) == 2_000
    assert storm.places(shown(5), 11_000) == 4
    assert [storm.rings_left(shown(n), 5_000) for n in (0, 19, 20, 21)] == [20, 1, 0, 0]
    assert storm.others_may_show(shown(14), 60_000, ring=True)
    assert not storm.others_may_show(shown(15), 60_000, ring=True)
    assert storm.others_may_show(shown(15), 60_000, ring=False)
    assert storm.next_place(shown(15), 60_000, 3, ring=True) == 1_000 + HOUR
    assert storm.of_late(shown(1), 1_000 + HOUR) == ()


def test_reminders_come_while_nobody_took_note_and_then_cease() -> None:
    world = a_world("web", rules=Rules(reminder=HOUR, reminders_at_most=3))
    world.check("web", DOWN)
    world.pass_time(12 * HOUR)
    assert world.kinds == ["down"] + ["reminder"] * 3
    assert [b.at - a.at for a, b in zip(world.seen, world.seen[1:], strict=False)] == [HOUR] * 3
    assert world.seen[-1].title == "Web is still down"


def test_reminders_are_off_when_the_user_says_so_and_after_a_note_of_his() -> None:
    for act in ("off", "note", "snooze", "maintenance", "unseen"):
        world = a_world("web", rules=Rules(reminder=None if act == "off" else HOUR))
        world.check("web", DOWN)
        world.pass_time(MINUTE)
        match act:
            case "note":
                world.acknowledge("web")
            case "snooze":
                world.snooze("web", world.now + 50 * HOUR)
            case "maintenance":
                world.maintenance.add("web")
            case "unseen":
                world.check("web", Status.UNKNOWN)
        world.pass_time(9 * HOUR)
        assert world.kinds == ["down"], act


def test_quiet_hours_let_critical_services_ring_and_tell_the_rest_in_one_summary() -> None:
    services = (a_service("a"), a_service("b"), a_service("c", critical=True))
    world = World({service.id: service for service in services}, rules=Rules(reminder=None))
    world.check("b", DOWN)
    world.pass_time(MINUTE)
    world.hold(quiet=True)
    world.check("a", DOWN)
    world.check("c", DOWN)
    world.pass_time(HOUR)
    assert [n.title for n in world.seen] == ["B is down", "C is down"]
    world.check("a", UP)
    world.check("b", UP)
    world.pass_time(5 * HOUR)
    assert len(world.seen) == 2
    world.hold(quiet=False)
    assert (world.seen[-1].kind, world.seen[-1].title) == ("summary", "In the quiet hours: 2 services changed")
    assert world.seen[-1].body == "Down and back: A. Back: B"
    world.pass_time(HOUR)
    all_go(world, UP)
    assert world.kinds == ["down", "down", "summary", "recovered"]


def test_what_is_left_down_in_the_summary_is_updated_there() -> None:
    world = a_world("a", "b")
    world.hold(away=True)
    all_go(world, DOWN)
    world.pass_time(HOUR)
    world.hold(away=False)
    assert world.seen[-1].title == "While you were away: 2 services went down"
    assert world.seen[-1].urgent
    world.check("a", UP)
    world.pass_time(MINUTE)
    assert [(n.kind, n.incident) for n in world.seen] == [("summary", 1), ("group", 1)]
    assert world.seen[-1].title == "1 of 2 are back"


def test_a_hold_that_held_nothing_ends_in_silence() -> None:
    world = a_world("a")
    world.hold(quiet=True, away=True)
    world.pass_time(HOUR)
    world.hold(quiet=False, away=False)
    assert world.seen == []


def test_both_holds_have_to_end() -> None:
    world = a_world("a")
    world.hold(quiet=True, away=True)
    world.check("a", DOWN)
    world.hold(quiet=False)
    world.pass_time(HOUR)
    assert world.seen == []
    world.hold(away=False)
    assert world.kinds == ["summary"]
    assert world.seen[-1].title == "While you were away: A went down"


def test_ending_a_maintenance_or_a_snooze_tells_nothing_by_itself() -> None:
    world = a_world("a", "b")
    world.maintenance.add("a")
    world.snooze("b", world.now + MINUTE)
    all_go(world, DOWN)
    world.pass_time(HOUR)
    world.maintenance.clear()
    world.pass_time(HOUR)
    assert world.seen == []
    assert world.withheld() == {1: "maintenance", 2: "snoozed"}
    all_go(world, DOWN)
    world.pass_time(MINUTE)
    assert world.kinds == ["down", "down"]


def test_a_snooze_takes_back_what_waits_and_the_end_of_it_tells_it() -> None:
    world = a_world("a")
    world.check("a", DOWN)
    world.snooze("a", world.now + MINUTE)
    world.pass_time(HOUR)
    assert (world.seen, world.withheld()) == ([], {1: "snoozed"})
    world.check("a", DOWN)
    world.pass_time(MINUTE)
    assert world.kinds == ["down"]


def test_whoever_asks_is_told_once_that_it_is_back_through_every_silence() -> None:
    for service in (a_service("a", notify="none"), a_service("a", notify="down"), a_service("a")):
        world = World({"a": service})
        world.check("a", DOWN)
        world.pass_time(MINUTE)
        world.snooze("a", world.now + HOUR)
        world.ask_when_back("a")
        world.check("a", UP)
        assert world.kinds[-1:] == ["recovered"]
        for status in (DOWN, UP):
            world.check("a", status)
            world.pass_time(MINUTE)
        assert world.kinds.count("recovered") == 1
        assert world.tellings["a"].told is None


def test_flapping_is_told_at_its_start_and_end_and_ten_minutes_of_it_ring() -> None:
    world = a_world("a")
    world.unsteady.add("a")
    world.check("a", DOWN)
    world.pass_time(10 * MINUTE - 1)
    world.check("a", DOWN)
    world.pass_time(1)
    assert world.kinds == ["flapping"]
    assert world.withheld() == {1: "flapping"}
    world.check("a", DOWN)
    world.pass_time(MINUTE)
    world.unsteady.clear()
    world.check("a", DOWN)
    world.check("a", DOWN)
    assert world.kinds == ["flapping", "down", "stable"]


def test_several_that_begin_to_flap_within_an_hour_ring_once_and_their_end_rings_once() -> None:
    world = a_world("a", "b", "c")
    for id_ in ("a", "b"):
        world.unsteady.add(id_)
        world.check(id_, UP)
        world.pass_time(30 * MINUTE)
    assert world.kinds == ["flapping", "flapping"]
    assert [shown.ring for shown in world.board.shown] == [True, False]
    world.pass_time(HOUR)
    world.unsteady.add("c")
    world.check("c", UP)
    assert world.kinds == ["flapping"] * 3
    world.unsteady.clear()
    told = []
    for id_ in ("a", "c", "b"):
        world.check(id_, UP)
        told.append(world.kinds[3:])
    assert told == [[], ["stable"], ["stable", "stable"]]


def test_a_service_that_tells_only_outages_tells_that_it_flaps_and_not_that_it_ceased() -> None:
    world = a_world("a", notify="down")
    world.unsteady.add("a")
    world.check("a", UP)
    world.unsteady.clear()
    world.check("a", UP)
    assert world.kinds == ["flapping"]


def test_blindness_is_told_after_five_minutes_daily_and_when_it_ends() -> None:
    world = a_world("a")
    since = world.now
    world.see(Sight("internet", "offline", "no route", since), Sight("lan", "online", "", since))
    world.pass_time(5 * MINUTE - 1)
    assert world.seen == []
    world.pass_time(1)
    assert world.seen[-1].title.startswith("Watchbell cannot see the internet since ")
    assert world.seen[-1].body == "no route"
    world.pass_time(50 * HOUR)
    assert world.kinds == ["blind"] * 3
    world.see(Sight("internet", "online", "", world.now))
    assert (world.seen[-1].title, world.seen[-1].body) == (
        "Watchbell sees the internet again",
        "It could not for 2 d 2 h",
    )
    world.pass_time(50 * HOUR)
    assert world.kinds == ["blind"] * 3 + ["sight"]


def test_blindness_in_quiet_hours_is_told_after_them_if_it_lasts() -> None:
    world = a_world("a")
    world.hold(quiet=True)
    world.see(Sight("vpn:tun0", "vpn_down", "", world.now))
    world.pass_time(HOUR)
    assert world.seen == []
    world.hold(quiet=False)
    assert "the VPN tun0" in world.seen[-1].title


def test_a_problem_of_ours_is_told_once_a_day() -> None:
    world = a_world("a")
    for _ in range(3):
        world.step(hearing.suffer(world.board, ["The disk is full."]))
        world.pass_time(HOUR)
    world.step(hearing.suffer(world.board, []))
    assert [(n.kind, n.body) for n in world.seen] == [("impaired", "The disk is full")]


def test_an_edited_service_is_told_of_no_more() -> None:
    world = a_world("a", "b")
    all_go(world, DOWN)
    world.edit("a")
    world.pass_time(MINUTE)
    world.edit("b")
    world.check("b", UP)
    world.pass_time(MINUTE)
    assert [n.title for n in world.seen] == ["B is down"]
    assert world.withheld() == {1: "changed"}


@pytest.mark.parametrize("cut", ["before the commit", "before the attempt", "before it was delivered"])
def test_a_crash_while_telling_loses_nothing_and_tells_nothing_twice_as_new(cut: str) -> None:
    world = a_world("a", "b", "c", "d")
    all_go(world, DOWN)
    world.cut = cut
    world.pass_time(MINUTE)
    titles = [(n.kind, n.title) for n in world.seen]
    new = ("group", "4 services are down: A, B and 2 others")
    again = ("reminder", "4 services are still down: A, B and 2 others")
    assert titles == ([new, again] if cut == "before it was delivered" else [new])
    all_go(world, UP)
    world.cut = cut
    world.pass_time(MINUTE)
    assert [n.title for n in world.seen].count("All 4 services are back") == 1


def test_what_waits_for_company_survives_a_restart() -> None:
    world = a_world("a")
    world.check("a", DOWN)
    world.restart()
    assert world.seen == []
    world.pass_time(MINUTE)
    assert world.kinds == ["down"]
    world.restart()
    world.pass_time(MINUTE)
    assert world.kinds == ["down"]


def test_nothing_to_do_needs_no_timer() -> None:
    world = a_world("a")
    assert telling.next_moment(world.board, world.now, world.rules, lambda *_: True) is None


@pytest.mark.parametrize(
    ("target", "host"),
    [
        ("https://Cube.example:8/a", "cube.example"),
        ("cube:25", "cube"),
        ("[::1]:80", "::1"),
        ("http://[::1", ""),
        ("", ""),
    ],
)
def test_the_host_of_a_target(target: str, host: str) -> None:
    assert host_of(target) == host


def test_what_all_have_in_common_is_a_host_before_a_parent_before_a_provider() -> None:
    tied = [frozenset({"host:h", "parent:p", "provider:v", n}) for n in ("parent:a", "parent:b")]
    assert in_common(tied) == "host:h"
    assert in_common(each - {"host:h"} for each in tied) == "parent:p"
    assert in_common(each - {"host:h", "parent:p"} for each in tied) == "provider:v"
    assert in_common(each - {"host:h", "parent:p", "provider:v"} for each in tied) == ""
    assert in_common(tied[:1]) == ""
    assert in_common([]) == ""


def test_a_network_that_no_service_needs_any_more_is_not_said_to_be_seen_again() -> None:
    world = a_world("a")
    world.see(Sight("vpn:tun0", "vpn_down", "", world.now))
    world.pass_time(6 * MINUTE)
    world.see(Sight("internet", "online", "", world.now))
    world.pass_time(50 * HOUR)
    assert world.kinds == ["blind"]
    assert world.connection.execute("SELECT count(*) FROM standing").fetchone() == (0,)
