"""What was told against what is true, one result at a time."""

from __future__ import annotations

from dataclasses import replace

from tests.alerts.world import MINUTE, a_service
from trayapp.alerts import reconcile
from trayapp.core.news import Said
from trayapp.core.words import Belief, Incident, ServiceView, Status, Telling

SERVICE = a_service("web")
OPEN = Incident(7, "web", 0, 0, "refused", "")
ENDED = replace(OPEN, end=MINUTE, closing="recovered")
IS_DOWN = Belief("web", Status.DOWN, 0, incident=OPEN)
IS_UP = Belief("web", Status.UP, MINUTE)
UNTOLD, TOLD = Telling("web"), Telling("web", told=7)


def after(belief: Belief, telling: Telling, **how: object) -> tuple[Telling, list[tuple[Said, bool, str]]]:
    arguments: dict[str, object] = {"decisive": True, "now": MINUTE, "service": SERVICE, **how}
    told, items = reconcile.after(belief=belief, telling=telling, **arguments)  # type: ignore[arg-type]
    return told, [(item.said, item.silent, item.withheld) for item in items]


def test_a_difference_is_told_and_then_there_is_none() -> None:
    assert after(IS_DOWN, UNTOLD) == (TOLD, [(Said.DOWN, False, "")])
    assert after(IS_DOWN, TOLD) == (TOLD, [])
    assert after(IS_UP, TOLD, ended=ENDED) == (UNTOLD, [(Said.BACK, False, "")])
    assert after(IS_UP, UNTOLD, ended=ENDED) == (UNTOLD, [])


def test_a_result_that_decides_nothing_leaves_all_as_it_is_but_what_ran_out() -> None:
    assert after(IS_DOWN, UNTOLD, decisive=False) == (UNTOLD, [])
    assert after(IS_DOWN, replace(UNTOLD, snoozed_until=MINUTE), decisive=False) == (UNTOLD, [])


def test_an_outage_that_may_not_be_told_says_why() -> None:
    snoozed = replace(UNTOLD, snoozed_until=MINUTE + 1)
    assert after(IS_DOWN, snoozed) == (snoozed, [(Said.DOWN, False, "snoozed")])
    assert after(IS_DOWN, UNTOLD, suppressed="maintenance") == (UNTOLD, [(Said.DOWN, False, "maintenance")])
    mute = replace(SERVICE, notify="none")
    assert after(IS_DOWN, UNTOLD, service=mute) == (UNTOLD, [(Said.DOWN, False, "notify is off")])
    assert after(IS_UP, TOLD, suppressed="maintenance", ended=ENDED) == (TOLD, [])


def test_where_everything_fails_now_and_then_it_takes_twice_as_many_failures_in_a_row_to_be_told() -> None:
    """On a line that loses packets three failures in a row are chance; six, or ten minutes of them, are not."""
    failed = {n: replace(IS_DOWN, raw=(False,) * 10 + (True,) * n) for n in (3, 5, 6)}
    for n in (3, 5):
        assert after(failed[n], UNTOLD, restless=True) == (UNTOLD, [(Said.DOWN, False, "others fail as well")])
    assert after(failed[6], UNTOLD, restless=True) == (TOLD, [(Said.DOWN, False, "")])
    assert after(failed[3], UNTOLD, restless=False) == (TOLD, [(Said.DOWN, False, "")])
    assert after(failed[3], UNTOLD, restless=True, now=599_999)[0] == UNTOLD
    assert after(failed[3], UNTOLD, restless=True, now=600_000) == (TOLD, [(Said.DOWN, False, "")])
    assert after(replace(IS_DOWN, raw=(True,) * 3), UNTOLD, restless=True)[0] == TOLD, "it has never been well"


def test_flapping_withholds_the_beginning_and_never_the_end() -> None:
    flapping = replace(IS_DOWN, flapping=True)
    assert after(flapping, UNTOLD, unsteady=True, now=599_999) == (UNTOLD, [(Said.DOWN, False, "flapping")])
    assert after(flapping, UNTOLD, now=1) == (TOLD, [(Said.DOWN, False, "")])  # nobody was told that it flaps
    assert after(flapping, UNTOLD, unsteady=True, now=600_000) == (TOLD, [(Said.DOWN, False, "")])
    assert after(replace(IS_UP, flapping=True), TOLD, ended=ENDED) == (UNTOLD, [(Said.BACK, False, "")])


def test_a_service_that_tells_only_outages_ends_them_in_silence_unless_asked() -> None:
    downs = replace(SERVICE, notify="down")
    assert after(IS_UP, TOLD, service=downs, ended=ENDED) == (UNTOLD, [(Said.BACK, True, "")])
    assert after(IS_UP, TOLD, service=downs, ended=ENDED, asked=True) == (UNTOLD, [(Said.BACK, False, "")])


def test_whoever_asked_is_told_through_a_silence_and_only_once_it_is_back() -> None:
    assert after(IS_UP, UNTOLD, ended=ENDED, asked=True, suppressed="x") == (UNTOLD, [(Said.BACK, False, "")])
    assert after(IS_UP, UNTOLD, asked=True) == (UNTOLD, [])
    unseen = replace(IS_DOWN, status=Status.UNKNOWN)
    assert after(unseen, UNTOLD, ended=ENDED, asked=True) == (UNTOLD, [])


def test_an_end_is_of_the_very_incident_that_was_told() -> None:
    other = replace(ENDED, id=6)
    _, (item,) = reconcile.after(SERVICE, IS_UP, TOLD, True, MINUTE, ended=other)
    assert item.incident == Incident(7, "web", 0, 0, "", "")
    _, (item,) = reconcile.after(SERVICE, IS_UP, TOLD, True, MINUTE, ended=ENDED)
    assert item.incident == ENDED


def test_a_reminder_is_of_what_is_seen_to_be_down_and_not_noted() -> None:
    view = ServiceView(SERVICE, IS_DOWN, TOLD)
    assert reconcile.may_be_reminded(view, 7, MINUTE)
    assert not reconcile.may_be_reminded(view, 6, MINUTE)
    assert not reconcile.may_be_reminded(view, 7, MINUTE, "maintenance")
    assert not reconcile.may_be_reminded(replace(view, telling=replace(TOLD, acknowledged=7)), 7, MINUTE)
    assert not reconcile.may_be_reminded(replace(view, belief=replace(IS_DOWN, status=Status.UNKNOWN)), 7, MINUTE)
    snoozed = replace(view, telling=replace(TOLD, snoozed_until=2 * MINUTE))
    assert not reconcile.may_be_reminded(snoozed, 7, MINUTE)
    assert reconcile.may_be_reminded(snoozed, 7, 2 * MINUTE)


def test_a_note_lapses_with_its_incident_and_a_snooze_with_its_time() -> None:
    noted = replace(TOLD, acknowledged=7)
    assert reconcile.lapsed(noted, IS_DOWN, MINUTE) == noted
    assert reconcile.lapsed(noted, IS_UP, MINUTE) == TOLD
    assert reconcile.lapsed(replace(TOLD, acknowledged=6), IS_DOWN, MINUTE) == TOLD
    snoozed = replace(TOLD, snoozed_until=MINUTE)
    assert reconcile.lapsed(snoozed, IS_DOWN, MINUTE - 1) == snoozed
    assert reconcile.lapsed(snoozed, IS_DOWN, MINUTE) == TOLD


def test_flapping_is_told_of_who_is_not_silenced() -> None:
    assert reconcile.may_remark(SERVICE, TOLD)
    assert not reconcile.may_remark(SERVICE, TOLD, "maintenance")
    assert not reconcile.may_remark(SERVICE, replace(TOLD, snoozed_until=MINUTE))
    assert not reconcile.may_remark(replace(SERVICE, notify="none"), TOLD)
