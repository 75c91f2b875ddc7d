"""Is it the service or the internet? With a ground that answers as each test wants it to."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.monitor.grounds import CONTROLS, HOME, NOWHERE, FakeGround
from tests.monitor.judging import FAR, FARTHER, World, at, failed, open_port, well
from tests.monitor.virtual import play
from trayapp.core.words import Blame, Finding, Outcome
from trayapp.monitor.ground import Answer, Names
from trayapp.probes.controls import control

PLAIN, LITERAL, NAMED = (each.target for each in CONTROLS[:3])
SILENT = {PLAIN: Answer.SILENT, LITERAL: Answer.SILENT, NAMED: Answer.SILENT}
SHOP, BANK = at("https://shop.test/"), at("https://bank.test/")
BLOG = at("http://blog.test/")
GAME = at("tcp://game.test:7000")


@pytest.mark.parametrize("cause", ["timeout.connect", "refused", "reset", "unreachable", "http.status", "tls.expired"])
def test_the_only_service_really_down_is_critical_for_a_control_target_answers(cause: str):
    async def scene() -> None:
        world = World.begin([SHOP])
        assert await world.verdict(SHOP, failed(cause)) == "CRITICAL"
        assert world.sight().state == "online"

    play(scene())


def test_nothing_is_asked_while_all_is_well():
    async def scene() -> None:
        world = World.begin([SHOP, BANK])
        for _ in range(100):
            assert await world.verdict(SHOP, well()) == "OK"
            await world.pass_time(60)
        assert world.ground.asked == []

    play(scene())


def test_where_nothing_answers_a_failure_is_unknown_and_the_networks():
    async def scene() -> None:
        world = World.begin([SHOP], FakeGround(silent=True, zone=Names.SILENT))
        judged = await world.judge(SHOP, failed())
        assert (judged.outcome, judged.blame, judged.cause) == (Outcome.UNKNOWN, Blame.NETWORK, "network.offline")
        assert judged.details["seen"] == "timeout.connect"
        assert world.sight().state == "offline"

    play(scene())


def test_without_a_way_out_nobody_is_asked():
    async def scene() -> None:
        world = World.begin([SHOP], FakeGround(NOWHERE))
        assert await world.verdict(SHOP, failed()) == "network.offline"
        assert world.ground.asked == []

    play(scene())


def test_another_service_that_answers_after_the_failure_is_evidence_and_spares_the_question():
    async def scene() -> None:
        world = World.begin([SHOP, BANK], FakeGround(silent=True, zone=Names.SILENT, delay=1.0))
        waiting = asyncio.create_task(world.verdict(SHOP, failed()))
        await world.pass_time(0.1)
        await world.verdict(BANK, well(FARTHER))
        assert await waiting == "CRITICAL"

    play(scene())


@pytest.mark.parametrize("cause", ["tls.self_signed", "tls.unknown_ca", "tls.hostname"])
def test_a_wrong_certificate_is_the_services_only_if_others_are_right(cause: str):
    async def scene() -> None:
        world = World.begin([SHOP, BANK])
        assert await world.verdict(SHOP, failed(cause)) == "CRITICAL"
        world = World.begin([SHOP, BANK], FakeGround(answers={LITERAL: Answer.STRANGER, NAMED: Answer.STRANGER}))
        await world.verdict(BLOG, open_port(FARTHER))  # what is not encrypted is let through
        assert await world.verdict(SHOP, failed(cause)) == "network.portal"

    play(scene())


def test_an_answer_that_was_under_way_at_the_failure_is_no_evidence():
    async def scene() -> None:
        world = World.begin([SHOP, BANK], FakeGround(silent=True, zone=Names.SILENT, delay=1.0))
        waiting = asyncio.create_task(world.verdict(SHOP, failed()))
        await world.pass_time(0.1)
        await world.verdict(BANK, replace(well(FARTHER), latency_ms=150.0))
        assert await waiting == "network.offline"

    play(scene())


def test_a_straggling_answer_after_the_loss_leaves_the_return_an_epoch_of_its_own():
    async def scene() -> None:
        world = World.begin([SHOP, BANK], FakeGround(silent=True, zone=Names.SILENT))
        assert await world.verdict(SHOP, failed()) == "network.offline"
        assert await world.verdict(BANK, replace(well(FARTHER), latency_ms=50.0)) == "OK"  # came just before the loss
        await world.pass_time(1)
        assert await world.verdict(SHOP, failed()) == "network.offline"
        began = world.network.mark()
        assert await world.verdict(BANK, well(FARTHER)) == "OK"  # now it is really back
        late = await world.network.judge(SHOP, failed(), began)
        assert late.cause == "network.changed"

    play(scene())


def test_another_service_that_answered_before_the_failure_is_no_evidence():
    async def scene() -> None:
        world = World.begin([SHOP, BANK], FakeGround(silent=True, zone=Names.SILENT))
        await world.verdict(BANK, well(FARTHER))
        await world.pass_time(0.1)
        assert await world.verdict(SHOP, failed()) == "network.offline"

    play(scene())


def test_plain_http_and_a_bare_port_are_no_evidence_for_others():
    async def scene() -> None:
        world = World.begin([SHOP, BLOG, GAME], FakeGround(silent=True, zone=Names.SILENT, delay=1.0))
        waiting = asyncio.create_task(world.verdict(SHOP, failed()))
        await world.pass_time(0.1)
        await asyncio.gather(world.verdict(BLOG, well()), world.verdict(GAME, open_port()))
        assert await waiting == "network.offline"

    play(scene())


def test_the_target_itself_answering_over_verified_tls_is_evidence_for_itself_and_for_others():
    async def scene() -> None:
        world = World.begin([SHOP, BANK], FakeGround(silent=True, zone=Names.SILENT, delay=1.0))
        waiting = asyncio.create_task(world.verdict(BANK, failed()))
        await world.pass_time(0.1)
        sick = failed("http.status", answered=True, phases_ms=well().phases_ms)
        assert await world.verdict(SHOP, sick) == "CRITICAL"
        assert await waiting == "CRITICAL"

    play(scene())


def test_five_hundred_failures_at_once_ask_three_questions():
    async def scene() -> None:
        services = [at(f"https://s{n}.test/") for n in range(500)]
        world = World.begin(services, FakeGround(silent=True, zone=Names.SILENT, delay=0.5))
        verdicts = await asyncio.gather(*(world.verdict(service, failed()) for service in services))
        assert set(verdicts) == {"network.offline"}
        assert len(world.ground.asked) == 3

    play(scene())


def test_failures_in_a_row_ask_again_every_five_seconds_at_most():
    async def scene() -> None:
        world = World.begin([SHOP], FakeGround(silent=True, zone=Names.SILENT))
        for _ in range(600):
            await world.verdict(SHOP, failed())
            await world.pass_time(0.1)
        assert len(world.ground.asked) <= 3 * 13

    play(scene())


def test_a_failure_just_after_good_evidence_waits_for_evidence_of_its_own():
    async def scene() -> None:
        world = World.begin([SHOP, BANK])
        assert await world.verdict(SHOP, failed()) == "CRITICAL"
        await world.pass_time(1)
        world.ground.silent, world.ground.zone = True, Names.SILENT
        began = world.clock.monotonic()
        assert await world.verdict(BANK, failed()) == "network.offline"
        assert 3.9 <= world.clock.monotonic() - began <= 7.1

    play(scene())


def test_all_services_really_down_while_the_network_is_fine_are_all_critical():
    async def scene() -> None:
        services = [at(f"https://s{n}.test/") for n in range(20)]
        world = World.begin(services)
        verdicts = await asyncio.gather(*(world.verdict(service, failed()) for service in services))
        assert set(verdicts) == {"CRITICAL"}

    play(scene())


# Control targets that cannot be reached, and name servers


def test_where_a_firewall_blocks_the_controls_the_name_server_is_evidence_once_services_were_well():
    async def scene() -> None:
        world = World.begin([SHOP, BANK], FakeGround(answers=SILENT))
        assert await world.verdict(SHOP, failed()) == "network.offline"
        assert world.sight().state == "blocked"
        await world.pass_time(60)
        await world.verdict(BANK, well())
        assert world.sight().state == "online"
        await world.pass_time(60)
        assert await world.verdict(SHOP, failed()) == "CRITICAL"

    play(scene())


def test_a_control_that_answered_here_before_and_is_silent_now_outweighs_the_name_server():
    async def scene() -> None:
        world = World.begin([SHOP])
        await world.verdict(SHOP, well())
        await world.pass_time(60)
        assert await world.verdict(SHOP, failed()) == "CRITICAL"
        world.ground.answers = SILENT
        await world.pass_time(60)
        assert await world.verdict(SHOP, failed()) == "network.offline"

    play(scene())


@pytest.mark.parametrize(
    ("zone", "expected"),
    [(Names.OUTSIDE, "CRITICAL"), (Names.SPOKE, "network.offline"), (Names.SILENT, "network.offline")],
)
def test_without_any_controls_the_name_server_alone_decides(zone: Names, expected: str):
    async def scene() -> None:
        world = World.begin([SHOP], FakeGround(zone=zone), controls=())
        assert await world.verdict(SHOP, failed()) == expected

    play(scene())


def test_a_control_that_is_silent_gives_way_to_the_next():
    async def scene() -> None:
        world = World.begin([SHOP], FakeGround(answers={PLAIN: Answer.SILENT, LITERAL: Answer.SILENT}))
        assert await world.verdict(SHOP, failed()) == "network.offline"
        await world.pass_time(6)
        assert await world.verdict(SHOP, failed()) == "network.changed"
        await world.pass_time(6)
        assert await world.verdict(SHOP, failed()) == "CRITICAL"

    play(scene())


@pytest.mark.parametrize("cause", ["dns.failed", "dns.nxdomain", "timeout.dns"])
@pytest.mark.parametrize(
    ("zone", "expected"),
    [(Names.OUTSIDE, "CRITICAL"), (Names.SPOKE, "network.dns"), (Names.SILENT, "network.dns")],
)
def test_a_name_that_is_not_found_is_the_services_fault_only_if_other_names_can_be_looked_up(
    cause: str, zone: Names, expected: str
):
    async def scene() -> None:
        world = World.begin([SHOP], FakeGround(zone=zone))
        assert await world.verdict(SHOP, failed(cause, None)) == expected

    play(scene())


def test_what_nobody_answered_proves_no_network_however_well_it_is():
    async def scene() -> None:
        plugin = at("check_disk -w 10")
        world = World.begin([SHOP, plugin], FakeGround(silent=True, zone=Names.SILENT))
        assert await world.verdict(SHOP, failed()) == "network.offline"
        assert await world.verdict(plugin, Finding(Outcome.OK)) == "OK"
        assert world.sight().state == "offline"

    play(scene())


@pytest.mark.parametrize(
    ("target", "proves"),
    [
        ("ws://shop.test/", False),
        ("wss://shop.test/", True),
        ("grpcs://shop.test:443", True),
        ("http://a.test/", False),
    ],
)
def test_an_answer_that_a_portal_can_imitate_does_not_bring_the_internet_back(target: str, proves: bool):
    async def scene() -> None:
        other = at(target)
        world = World.begin([SHOP, other], FakeGround(answers=TAKEN_OVER))
        assert await world.verdict(SHOP, failed("tls.hostname")) == "network.portal"
        await world.verdict(other, well())
        assert (world.sight().state == "online") is proves

    play(scene())


@pytest.mark.parametrize(
    ("cause", "later", "expected"),
    [
        ("dns.failed", 1, "network.changed"),
        ("timeout.dns", 1, "network.changed"),
        ("dns.nxdomain", 1, "network.changed"),
        ("dns.failed", 20, "CRITICAL"),
    ],
)
def test_a_name_server_that_fails_when_the_internet_is_only_just_back_says_nothing_of_a_service(
    cause: str, later: float, expected: str
):
    async def scene() -> None:
        world = World.begin([SHOP], FakeGround(silent=True, zone=Names.SILENT))
        assert await world.verdict(SHOP, failed()) == "network.offline"
        world.ground.silent, world.ground.zone = False, Names.OUTSIDE
        await world.pass_time(6)
        assert await world.verdict(SHOP, failed()) == "network.changed"
        await world.pass_time(later)
        assert await world.verdict(SHOP, failed(cause, None)) == expected

    play(scene())


def test_while_only_names_fail_services_by_number_are_judged_and_the_sight_says_what_is_wrong():
    async def scene() -> None:
        number = at("https://198.51.100.7/")
        world = World.begin([SHOP, number], FakeGround(zone=Names.SILENT))
        assert await world.verdict(SHOP, failed("dns.failed", None)) == "network.dns"
        assert await world.verdict(number, failed()) == "CRITICAL"
        assert (world.sight().state, world.sight().reason) == ("blocked", "names cannot be looked up here")
        await world.verdict(number, well())
        assert world.sight().state == "blocked"
        await world.verdict(SHOP, well())
        assert world.sight().state == "online"

    play(scene())


# Portals

TAKEN_OVER = {PLAIN: Answer.STRANGER, LITERAL: Answer.STRANGER, NAMED: Answer.STRANGER}


@pytest.mark.parametrize("cause", ["tls.hostname", "tls.self_signed", "http.status", "timeout.connect", "refused"])
def test_behind_a_portal_no_failure_is_the_services(cause: str):
    async def scene() -> None:
        world = World.begin([SHOP], FakeGround(answers=TAKEN_OVER))
        assert await world.verdict(SHOP, failed(cause)) == "network.portal"
        assert world.sight().state == "portal"

    play(scene())


@pytest.mark.parametrize("service", [BLOG, GAME], ids=["plain page", "bare port"])
def test_behind_a_portal_plain_http_and_bare_ports_are_not_up_not_even_at_first(service):
    async def scene() -> None:
        world = World.begin([service], FakeGround(answers=TAKEN_OVER))
        finding = well() if service is BLOG else open_port()
        assert await world.verdict(service, finding) == "network.portal"
        await world.pass_time(60)
        assert await world.verdict(service, finding) == "network.portal"
        world.ground.answers = {}
        await world.pass_time(60)
        assert await world.verdict(service, finding) == "OK"

    play(scene())


def test_whether_there_is_a_portal_is_asked_once_per_network_for_plain_http():
    async def scene() -> None:
        world = World.begin([BLOG])
        for _ in range(10):
            assert await world.verdict(BLOG, well()) == "OK"
            await world.pass_time(60)
        assert len(world.ground.asked) == 3

    play(scene())


def test_a_stranger_in_place_of_the_plain_control_alone_taints_what_is_plain_and_nothing_else():
    async def scene() -> None:
        world = World.begin([SHOP, BLOG], FakeGround(answers={PLAIN: Answer.STRANGER}))
        assert await world.verdict(SHOP, failed()) == "CRITICAL"
        await world.pass_time(6)
        page = failed("http.body", answered=True, phases_ms=well().phases_ms)
        assert await world.verdict(BLOG, page) == "network.portal"

    play(scene())


def test_a_page_whose_certificate_is_not_verified_is_no_evidence():
    async def scene() -> None:
        careless = at("https://shop.test/")
        object.__setattr__(careless.probe, "verify", False)
        world = World.begin([careless], FakeGround(answers=TAKEN_OVER))
        assert await world.verdict(careless, well()) == "network.portal"

    play(scene())


def test_one_wrong_certificate_for_many_names_is_somebody_in_between():
    async def scene() -> None:
        services = [at(f"https://www.s{n}.test/") for n in range(4)]
        world = World.begin(services, FakeGround(answers=SILENT, shown="ab:cd"), controls=())
        verdicts = [await world.verdict(service, failed("tls.hostname")) for service in services]
        assert verdicts[-1] == "network.portal"
        assert world.sight().state == "portal"

    play(scene())


def test_a_name_server_that_knows_names_which_nobody_has_belongs_to_a_portal():
    async def scene() -> None:
        world = World.begin([SHOP], FakeGround(answers=SILENT, zone=Names.LIED))
        assert await world.verdict(SHOP, failed()) == "network.portal"

    play(scene())


# Epochs


def test_a_failure_during_which_the_network_changed_is_nobodys():
    async def scene() -> None:
        world = World.begin([SHOP])
        began = world.network.mark()
        world.ground.move(HOME.__class__(HOME.links, ("192.168.7.2",)))
        judged = await world.network.judge(SHOP, failed(), began)
        assert judged.cause == "network.changed"
        assert await world.verdict(SHOP, failed()) == "CRITICAL"

    play(scene())


def test_a_change_while_evidence_is_gathered_voids_it_too():
    async def scene() -> None:
        world = World.begin([SHOP])
        world.ground.before_answering = lambda: world.ground.move(HOME.__class__(HOME.links, ("192.168.7.3",)))
        assert await world.verdict(SHOP, failed()) == "network.changed"

    play(scene())


def test_an_ok_counts_whatever_changed():
    async def scene() -> None:
        world = World.begin([SHOP])
        began = world.network.mark()
        world.network.resume()
        assert (await world.network.judge(SHOP, well(), began)).outcome is Outcome.OK

    play(scene())


def test_a_failure_that_began_while_the_internet_was_lost_is_not_counted_when_it_returns():
    async def scene() -> None:
        world = World.begin([SHOP], FakeGround(silent=True, zone=Names.SILENT))
        assert await world.verdict(SHOP, failed()) == "network.offline"
        await world.pass_time(60)
        world.ground.silent, world.ground.zone = False, Names.OUTSIDE
        assert await world.verdict(SHOP, failed()) == "network.changed"
        await world.pass_time(60)
        assert await world.verdict(SHOP, failed()) == "CRITICAL"

    play(scene())


# Sights


def test_a_cable_that_is_out_for_a_second_is_told_within_two_and_back_a_second_after_it_is():
    async def scene() -> None:
        world = World.begin([SHOP])
        await world.verdict(SHOP, well())
        world.ground.move(NOWHERE)
        assert world.sight().state == "online"
        await world.pass_time(1.5)
        assert (world.sight().state, world.turned) == ("offline", [("internet", True)])
        world.ground.move(HOME)
        await world.pass_time(1.5)
        assert world.turned[1:] == [("internet", False)]
        await world.verdict(SHOP, well())
        assert world.sight().state == "online"

    play(scene())


def test_a_cable_that_is_out_for_half_a_second_is_not_told():
    async def scene() -> None:
        world = World.begin([SHOP])
        await world.verdict(SHOP, well())
        world.ground.move(NOWHERE)
        await world.pass_time(0.5)
        world.ground.move(HOME)
        await world.pass_time(5)
        assert (world.sight().state, world.turned) == ("online", [])

    play(scene())


def test_a_sight_lost_before_sleep_counts_from_waking():
    async def scene() -> None:
        world = World.begin([SHOP], FakeGround(silent=True, zone=Names.SILENT))
        await world.verdict(SHOP, failed())
        world.clock.sleep(8 * 3600)
        world.network.resume()
        assert (world.sight().state, world.sight().since) == ("offline", world.clock.now())

    play(scene())


def test_networks_that_no_service_needs_are_not_shown():
    async def scene() -> None:
        world = World.begin([SHOP])
        await world.verdict(SHOP, well())
        assert [sight.network for sight in world.network.sights()] == ["internet"]
        world.network.keep([])
        assert world.network.sights() == ()

    play(scene())


# What this machine itself says


@pytest.mark.parametrize(
    ("number", "routed", "expected"),
    [(101, True, "CRITICAL"), (101, False, "network.offline"), (13, True, "unreachable"), (1, True, "unreachable")],
    ids=["a router says so", "no route of ours", "our routes forbid it", "our firewall forbids it"],
)
def test_no_route_is_the_services_trouble_only_if_a_router_elsewhere_said_so(number: int, routed: bool, expected: str):
    async def scene() -> None:
        world = World.begin([SHOP], FakeGround(HOME if routed else NOWHERE))
        finding = Finding(
            Outcome.UNKNOWN, "unreachable", Blame.NETWORK, "no route", address=FAR, details={"errno": number}
        )
        assert await world.verdict(SHOP, finding) == expected

    play(scene())


def test_what_is_our_own_fault_or_a_wrong_setting_stays_so():
    async def scene() -> None:
        world = World.begin([SHOP], FakeGround(NOWHERE))
        for blame in (Blame.SELF, Blame.CONFIG):
            finding = Finding(Outcome.UNKNOWN, "x", blame)
            assert await world.judge(SHOP, finding) == finding

    play(scene())


def test_a_fault_in_asking_is_raised_to_whoever_waits_and_mended_by_the_next_round():
    async def scene() -> None:
        world = World.begin([SHOP])

        def fail() -> None:
            raise KeyError("ours")

        world.ground.before_answering = fail
        with pytest.raises(KeyError):
            await world.verdict(SHOP, failed())
        world.ground.before_answering = lambda: None
        await world.pass_time(6)
        assert await world.verdict(SHOP, failed()) == "CRITICAL"

    play(scene())


def test_the_settings_may_name_other_controls_while_running():
    async def scene() -> None:
        world = World.begin([SHOP])
        world.network.use([control("https://own.test")], ask_routers=True)
        await world.verdict(SHOP, failed())
        assert world.ground.asked == ["https://own.test", "dns in-addr.arpa"]

    play(scene())


@pytest.mark.parametrize(("details", "expected"), [({"proxy": "192.168.7.3:3128"}, "CRITICAL"), ({}, "network.dns")])
def test_a_name_that_a_proxy_looked_up_needs_no_name_server_of_ours(details: dict[str, str], expected: str):
    async def scene() -> None:
        world = World.begin([SHOP], FakeGround(zone=Names.SILENT))
        assert await world.verdict(SHOP, failed("dns.nxdomain", "192.168.7.3", details=details)) == expected

    play(scene())
