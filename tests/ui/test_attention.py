from __future__ import annotations

from dataclasses import replace

from tests.faults.table import Property, row
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


def test_what_was_acknowledged_needs_nobody_and_is_still_wrong(record_property: Property) -> None:
    seen = snapshot(acknowledged(down(A, "HTTP 503")), up(B))
    with row("found-T19", "an acknowledged outage beside what is well", record_property) as told:
        told.seen(f"{attention(seen).status}, {'outline' if attention(seen).hollow else 'filled'}", "")
    assert attention(seen) == Attention(Status.DOWN, 0, hollow=True)
    assert verdict(seen) is Status.DOWN


def test_what_needs_you_is_filled_and_counted_beside_what_somebody_took_note_of() -> None:
    assert attention(snapshot(acknowledged(down(A, "503")), down(B, "refused"))) == Attention(Status.DOWN, 1)
    assert attention(snapshot(acknowledged(down(A, "503")), degraded(B, "slow"))) == Attention(Status.DOWN, hollow=True)


def test_a_snooze_silences_until_it_ends() -> None:
    view = down(A, "HTTP 503")
    for until, wanted in ((NOW + HOUR, Attention(Status.DOWN, hollow=True)), (NOW - 1, Attention(Status.DOWN, 1))):
        assert attention(snapshot(snoozed(view, until), up(B))) == wanted


def test_before_all_were_checked_once_nothing_is_said_to_be_well(record_property: Property) -> None:
    with row("found-T19", "one of two services is checked", record_property) as told:
        shown = attention(snapshot(up(A), unchecked(B)))
        told.seen(str(shown.status), "")
    assert shown == Attention(Status.UNKNOWN)
    assert attention(snapshot(down(A, "refused"), unchecked(B))) == Attention(Status.DOWN, 1)


def test_the_icon_is_well_only_if_nothing_is_wrong_whatever_the_services_are(record_property: Property) -> None:
    views = {
        "up": up(A),
        "slow": degraded(B, "slow"),
        "slow, snoozed": snoozed(degraded(B, "slow"), NOW + HOUR),
        "down": down(B, "refused"),
        "down, acknowledged": acknowledged(down(B, "refused")),
        "down, snoozed": snoozed(down(B, "refused"), NOW + HOUR),
        "not checked": unchecked(B),
        "keyring locked": unknown(B, "the keyring is locked", Blame.CONFIG),
    }
    with row("found-T19", f"{len(views) - 1} kinds of trouble beside a service that is well", record_property) as told:
        shown = {name: attention(snapshot(views["up"], view)).status for name, view in views.items() if name != "up"}
        told.seen(f"UP in {list(shown.values()).count(Status.UP)} of {len(shown)}", "")
    assert Status.UP not in shown.values()


def test_where_nothing_at_all_can_be_seen_it_is_unknown_with_a_ring() -> None:
    nowhere = snapshot(unseen(A), unseen(B), sights=(sight("offline"),))
    assert attention(nowhere) == Attention(Status.UNKNOWN, blind=True)


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
