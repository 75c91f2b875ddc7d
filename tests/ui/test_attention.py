from __future__ import annotations

from dataclasses import replace

from tests.ui.world import (
    HOUR,
    NOW,
    acknowledged,
    degraded,
    down,
    picture,
    resting,
    service,
    sight,
    snapshot,
    snoozed,
    unchecked,
    unknown,
    unseen,
    up,
    without_internet,
)
from trayapp.core.words import Blame, Status
from trayapp.ui.attention import Attention, attention, needing_you, verdict

A, B = service("a"), service("b")


def test_the_worst_that_needs_a_person_is_shown_with_the_count_of_what_is_down() -> None:
    assert attention(picture()) == Attention(Status.DOWN, 1)


def test_when_all_is_well_the_icon_is_up_without_a_count() -> None:
    assert attention(snapshot(up(A), up(B))) == Attention(Status.UP)


def test_degraded_is_shown_and_not_counted() -> None:
    assert attention(snapshot(up(A), degraded(B, "slow"))) == Attention(Status.DEGRADED, 0)


def test_what_was_acknowledged_needs_nobody_and_stays_the_verdict() -> None:
    seen = snapshot(acknowledged(down(A, "HTTP 503")), up(B))
    assert attention(seen) == Attention(Status.UP)
    assert verdict(seen) is Status.DOWN


def test_a_lone_outage_that_was_acknowledged_is_never_shown_as_up() -> None:
    assert attention(snapshot(acknowledged(down(A, "HTTP 503")))) == Attention(Status.DOWN, 0)


def test_a_snooze_silences_until_it_ends() -> None:
    view = down(A, "HTTP 503")
    for until, status in ((NOW + HOUR, Status.UP), (NOW - 1, Status.DOWN)):
        assert attention(snapshot(snoozed(view, until), up(B))).status is status


def test_a_service_that_cannot_be_asked_for_want_of_a_secret_needs_you_and_one_without_network_does_not() -> None:
    locked = unknown(A, "the keyring is locked", Blame.CONFIG)
    assert attention(snapshot(locked, up(B))) == Attention(Status.UNKNOWN)
    assert attention(snapshot(unknown(A, "offline"), up(B))) == Attention(Status.UP)


def test_a_pause_of_everything_comes_before_all_else() -> None:
    paused = replace(picture(), paused_until=NOW + HOUR)
    assert attention(paused) == Attention(Status.PAUSED)
    assert verdict(paused) is Status.PAUSED


def test_a_problem_of_our_own_is_a_ring_around_whatever_else_is_true() -> None:
    assert attention(replace(picture(), problems=("the disk is full",))) == Attention(Status.DOWN, 1, impaired=True)


def test_nothing_checked_and_nothing_watched_are_unknown() -> None:
    assert attention(snapshot(unchecked(A))).status is Status.UNKNOWN
    assert attention(snapshot()).status is Status.UNKNOWN


def test_only_maintenance_is_maintenance() -> None:
    assert attention(snapshot(resting(A))).status is Status.MAINTENANCE


def test_the_worst_comes_first_among_those_who_need_you() -> None:
    needing = needing_you(snapshot(degraded(A, "slow"), up(service("c")), down(B, "refused")))
    assert [view.service.id for view in needing] == ["b", "a"]


def test_offline_is_a_ring_around_what_can_still_be_seen_and_is_nobodys_outage() -> None:
    assert attention(without_internet()) == Attention(Status.UP, 0, blind=True)
    assert attention(without_internet("portal")) == Attention(Status.UP, 0, blind=True)
    assert verdict(without_internet()) is Status.UNKNOWN


def test_a_real_outage_at_home_counts_while_the_internet_is_away() -> None:
    here = snapshot(down(A, "refused"), unseen(B), sights=(sight("offline"),))
    assert attention(here) == Attention(Status.DOWN, 1, blind=True)
    assert verdict(here) is Status.DOWN


def test_a_network_that_nobody_waits_for_is_no_ring() -> None:
    assert attention(snapshot(up(A), sights=(sight("offline"),))) == Attention(Status.UP)


def test_offline_comes_before_what_is_merely_slow() -> None:
    assert verdict(snapshot(degraded(A, "slow"), unseen(B), sights=(sight("offline"),))) is Status.UNKNOWN
    assert verdict(snapshot(degraded(A, "slow"), unseen(B), sights=(sight(),))) is Status.DEGRADED


def test_a_child_of_what_is_down_is_not_counted_with_it() -> None:
    assert attention(snapshot(down(A, "refused"), unseen(B, "dependency"))) == Attention(Status.DOWN, 1)


def test_a_vpn_that_is_not_connected_is_no_ring() -> None:
    apart = snapshot(up(A), unseen(B, "network.vpn"), sights=(sight("vpn_down", "vpn:tun0"),))
    assert attention(apart) == Attention(Status.UP)
