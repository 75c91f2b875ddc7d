"""The board after a restart, from what is remembered and from what nobody or somebody may have seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.alerts.world import START, a_service
from trayapp.alerts.board import Board, Member, Thread, Unsteady, Waiting
from trayapp.alerts.grouping import ties
from trayapp.alerts.hearing import BRIEF, hear
from trayapp.alerts.reconcile import Item
from trayapp.alerts.resuming import resume
from trayapp.core.news import Mentioned, Notes, Owed, Recalled, Said, Shown, Standing, Told, Withheld
from trayapp.core.words import Incident, Notification

NOW = START + 100_000
SERVICES = {id_: a_service(id_) for id_ in ("web", "mail")} | {"bell": a_service("bell", notify="down")}
TIES = {id_: ties(service) for id_, service in SERVICES.items()}
WEB = Incident(1, "web", START, START + 20, "refused", "Connection refused")
MAIL = Incident(2, "mail", START + 5, START + 25, "refused", "Connection refused")


def over(incident: Incident, closing: str = "recovered") -> Incident:
    return replace(incident, end=START + 50_000, closing=closing)


def a_notification(id_: int, kind: str = "down", incident: int | None = 1, *services: str) -> Notification:
    return Notification(id_, START + 100, kind, services or ("web",), incident, "title", "body")


def down_told(incident: Incident, notification: int = 7, thread: int = 1) -> Mentioned:
    return Mentioned(thread, incident, Said.DOWN, notification)


def back_told(incident: Incident, notification: int = 8, thread: int = 1) -> Mentioned:
    return Mentioned(thread, incident, Said.BACK, notification)


def told(thread: int = 1, reminded: int | None = START + 300, reminders: int = 2) -> Told:
    return Told(thread, START + 100, START + 200, reminded, reminders)


def member(incident: Incident, said: Said | None) -> Member:
    return Member(SERVICES[incident.service], incident, TIES[incident.service], said)


def a_thread(*members: Member, changed: int | None = None, again: bool = False, key: int = 1) -> Thread:
    by_incident = {each.incident.id: each for each in members}
    return Thread(key, by_incident, START + 100, START + 200, changed, again, START + 300, 2)


def resumed(recalled: Recalled) -> tuple[Board, Notes]:
    step = resume(recalled, SERVICES.get, NOW)
    assert step.notifications == ()
    return step.board, step.notes


def test_nothing_remembered_is_an_empty_board() -> None:
    assert resumed(Recalled()) == (Board(), Notes())


def test_ids_limits_and_what_stands_go_on() -> None:
    shown = (Shown(START, ring=True), Shown(START + 1, ring=False))
    standing = (Standing("flapping", "web", 5), Standing("when_back", "mail", 6), Standing("blind", "lan", 7))
    board, notes = resumed(Recalled(next_id=9, shown=shown, standing=standing))
    assert board == Board(
        next_id=9,
        shown=shown,
        flapping={"web": Unsteady(SERVICES["web"], 5)},
        when_back=frozenset({"mail"}),
        blind={"lan": 7},
        blind_told=NOW,
    )
    assert notes == Notes()


def test_without_blindness_none_was_told() -> None:
    assert resumed(Recalled(standing=(Standing("flapping", "web", 5),)))[0].blind_told is None


def test_what_waited_for_company_waits_on_and_what_was_held_is_held() -> None:
    waiting, held = Owed(WEB, Said.DOWN, START + 30), Owed(MAIL, Said.DOWN, START + 40, held=True)
    board, notes = resumed(Recalled(owed=(waiting, held)))
    assert board == Board(
        waiting={1: Waiting(SERVICES["web"], waiting)},
        held={2: Waiting(SERVICES["mail"], held)},
    )
    assert notes == Notes(owed=(waiting, held))


def test_an_outage_that_is_over_and_was_told_to_nobody_ends_untold_when_its_end_would_be_told() -> None:
    """Before, its service counts as told to be down: nobody must hear the end of what he heard nothing of."""
    owed = Owed(over(WEB), Said.DOWN, START + 30)
    board, notes = resumed(Recalled(owed=(owed,)))
    assert (board.waiting, notes) == ({1: Waiting(SERVICES["web"], owed)}, Notes(owed=(owed,)))
    step = hear(board, Item(SERVICES["web"], over(WEB), Said.BACK), NOW)
    assert (step.board, step.notifications) == (Board(), ())
    assert step.notes == Notes(settled=(1,), withheld=(Withheld(1, BRIEF, NOW),))


def test_of_one_whose_ends_nobody_wants_to_hear_nothing_waits() -> None:
    bell = replace(WEB, service="bell", end=START + 50_000, closing="recovered")
    board, notes = resumed(Recalled(owed=(Owed(bell, Said.DOWN, START + 30),)))
    assert (board, notes) == (Board(), Notes(settled=(1,), withheld=(Withheld(1, BRIEF, NOW),)))


def test_an_outage_of_the_quiet_hours_that_is_over_is_still_for_their_summary() -> None:
    held = Owed(over(WEB), Said.DOWN, START + 30, held=True)
    board, notes = resumed(Recalled(owed=(held,)))
    assert board == Board(held={1: Waiting(SERVICES["web"], held)})
    assert notes == Notes(owed=(held,))


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("reason", ["changed", "removed"])
def test_what_became_void_meanwhile_is_told_no_more(reason: str, held: bool) -> None:
    board, notes = resumed(Recalled(owed=(Owed(over(WEB, reason), Said.DOWN, START + 30, held),)))
    assert board == Board()
    assert notes == Notes(settled=(1,), withheld=(Withheld(1, reason, NOW),))


@pytest.mark.parametrize("incident", [WEB, over(WEB)])
def test_a_service_that_is_gone_takes_what_was_owed_with_it(incident: Incident) -> None:
    gone = replace(incident, service="gone")
    board, notes = resumed(Recalled(owed=(Owed(gone, Said.DOWN, START + 30),)))
    assert board == Board()
    assert notes == Notes(settled=(1,), withheld=(Withheld(1, "removed", NOW),))


def test_what_ends_untold_keeps_nobody_else_from_waiting() -> None:
    waiting, void = Owed(WEB, Said.DOWN, START + 30), Owed(over(MAIL, "changed"), Said.DOWN, START + 40)
    board, notes = resumed(Recalled(owed=(waiting, void)))
    assert board == Board(waiting={1: Waiting(SERVICES["web"], waiting)})
    assert notes == Notes(owed=(waiting,), settled=(2,), withheld=(Withheld(2, "changed", NOW),))


def test_an_end_that_nobody_can_be_told_of_any_more_is_settled_without_a_reason() -> None:
    board, notes = resumed(Recalled(owed=(Owed(over(WEB, "changed"), Said.BACK, START + 30),)))
    assert board == Board()
    assert notes == Notes(settled=(1,))


def test_what_was_delivered_stands_on_the_screen_as_it_was() -> None:
    board, notes = resumed(Recalled(mentioned=(down_told(WEB),), threads=(told(),)))
    assert board == Board(threads={1: a_thread(member(WEB, Said.DOWN))})
    assert notes == Notes()


def test_an_end_that_was_told_is_told() -> None:
    board, _ = resumed(Recalled(mentioned=(down_told(over(WEB)), back_told(over(WEB))), threads=(told(),)))
    assert board == Board(threads={1: a_thread(member(over(WEB), Said.BACK))})


def test_an_end_that_nobody_decided_to_tell_is_not_known_to_the_board() -> None:
    board, _ = resumed(Recalled(mentioned=(down_told(over(WEB)),), threads=(told(),)))
    assert board == Board(threads={1: a_thread(member(WEB, Said.DOWN))})


def test_the_end_of_a_service_that_tells_only_outages_counts_as_told() -> None:
    bell = replace(over(WEB), service="bell")
    board, _ = resumed(Recalled(mentioned=(down_told(bell),), threads=(told(),)))
    assert board == Board(threads={1: a_thread(member(bell, Said.BACK))})
    still_open = replace(WEB, service="bell")
    board, _ = resumed(Recalled(mentioned=(down_told(still_open),), threads=(told(),)))
    assert board == Board(threads={1: a_thread(member(still_open, Said.DOWN))})


def test_an_end_that_is_owed_is_drawn_into_its_thread_now() -> None:
    owed = Owed(over(WEB), Said.BACK, START + 60)
    board, notes = resumed(Recalled(owed=(owed,), mentioned=(down_told(over(WEB)),), threads=(told(),)))
    assert board == Board(threads={1: a_thread(member(over(WEB), Said.DOWN), changed=NOW)})
    assert notes == Notes(owed=(owed,))


def test_an_end_that_is_held_leaves_its_thread_alone() -> None:
    owed = Owed(over(WEB), Said.BACK, START + 60, held=True)
    board, _ = resumed(Recalled(owed=(owed,), mentioned=(down_told(over(WEB)),), threads=(told(),)))
    assert board == Board(held={1: Waiting(SERVICES["web"], owed)}, threads={1: a_thread(member(over(WEB), Said.DOWN))})


@pytest.mark.parametrize("held", [False, True])
def test_an_end_of_which_no_notification_is_left_gets_one_of_its_own(held: bool) -> None:
    owed = Owed(over(WEB), Said.BACK, START + 60, held)
    board, notes = resumed(Recalled(owed=(owed,)))
    own = Thread(1, {1: member(over(WEB), Said.DOWN)}, changed=None if held else NOW)
    assert board == Board(held={1: Waiting(SERVICES["web"], owed)} if held else {}, threads={1: own})
    assert notes == Notes(owed=(owed,))


def test_what_nobody_can_have_seen_is_told_anew() -> None:
    recalled = Recalled(
        mentioned=(down_told(WEB), down_told(MAIL)),
        threads=(told(),),
        undelivered=((a_notification(7), False),),
    )
    board, notes = resumed(recalled)
    again = [Owed(incident, Said.DOWN, NOW) for incident in (WEB, MAIL)]
    assert board == Board(waiting={o.incident.id: Waiting(SERVICES[o.incident.service], o) for o in again})
    assert notes == Notes(owed=tuple(again), dropped=(7,))


def test_an_end_that_nobody_can_have_seen_is_owed_of_an_outage_that_was_seen() -> None:
    recalled = Recalled(
        mentioned=(down_told(over(WEB)), back_told(over(WEB))),
        threads=(told(),),
        undelivered=((a_notification(8, "recovered"), False),),
    )
    board, notes = resumed(recalled)
    assert board == Board(threads={1: a_thread(member(over(WEB), Said.DOWN), changed=NOW)})
    assert notes == Notes(owed=(Owed(over(WEB), Said.BACK, NOW),), dropped=(8,))


def test_an_outage_told_and_ended_unseen_ends_untold() -> None:
    recalled = Recalled(
        mentioned=(down_told(over(WEB)), back_told(over(WEB))),
        threads=(told(),),
        undelivered=((a_notification(7), False), (a_notification(8, "recovered"), False)),
    )
    board, notes = resumed(recalled)
    assert board == Board()
    assert notes == Notes(settled=(1,), withheld=(Withheld(1, BRIEF, NOW),), dropped=(7, 8))


def test_what_is_owed_already_is_owed_once() -> None:
    owed = Owed(over(WEB), Said.BACK, START + 60, held=True)
    recalled = Recalled(
        owed=(owed,),
        mentioned=(down_told(over(WEB)), down_told(MAIL)),
        threads=(told(),),
        undelivered=((a_notification(7), False),),
    )
    board, notes = resumed(recalled)
    assert notes.owed == (Owed(MAIL, Said.DOWN, NOW), owed)
    assert list(board.held) == [1]
    assert list(board.waiting) == [2]


def test_what_may_have_been_seen_is_told_as_a_reminder() -> None:
    recalled = Recalled(mentioned=(down_told(WEB),), threads=(told(),), undelivered=((a_notification(7), True),))
    board, notes = resumed(recalled)
    assert board == Board(threads={1: a_thread(member(WEB, Said.DOWN), changed=NOW, again=True)})
    assert notes == Notes(dropped=(7,))


def test_what_may_have_been_seen_and_is_over_is_not_told_again() -> None:
    recalled = Recalled(
        mentioned=(down_told(over(WEB)), back_told(over(WEB))),
        threads=(told(),),
        undelivered=((a_notification(8, "recovered"), True),),
    )
    board, _ = resumed(recalled)
    assert board == Board(threads={1: a_thread(member(over(WEB), Said.BACK))})


def test_members_that_are_void_or_gone_leave_their_thread() -> None:
    gone, void = replace(MAIL, service="gone"), over(replace(MAIL, id=3), "changed")
    mentioned = (down_told(gone), down_told(void), down_told(WEB), down_told(over(replace(MAIL, id=4), "removed")))
    board, _ = resumed(Recalled(mentioned=mentioned, threads=(told(),)))
    assert board == Board(threads={1: a_thread(member(WEB, Said.DOWN))})


def test_a_thread_of_which_nobody_is_left_is_none() -> None:
    board, _ = resumed(Recalled(mentioned=(down_told(over(WEB, "removed")),), threads=(told(),)))
    assert board == Board()


def test_an_incident_whose_end_a_summary_told_stays_with_the_thread_of_its_beginning() -> None:
    mentioned = (
        back_told(over(WEB), 8, thread=2),
        down_told(MAIL, 8, thread=2),
        down_told(over(WEB), 7, thread=1),
    )
    board, _ = resumed(Recalled(mentioned=mentioned, threads=(told(1), told(2))))
    assert board == Board(
        threads={1: a_thread(member(over(WEB), Said.BACK)), 2: a_thread(member(MAIL, Said.DOWN), key=2)}
    )


@pytest.mark.parametrize(
    ("kind", "about", "services"),
    [("flapping", "web", ("web",)), ("blind", "lan", ())],
)
@pytest.mark.parametrize("attempted", [False, True])
def test_a_remark_that_nobody_can_have_seen_does_not_stand(
    kind: str, about: str, services: tuple[str, ...], attempted: bool
) -> None:
    remark = Notification(7, START, kind, services, None, "title", "body")
    stands = (Standing(kind, about, 5), Standing("flapping", "mail", 6), Standing("when_back", "web", 6))
    board, notes = resumed(Recalled(standing=stands, undelivered=((remark, attempted),)))
    kept = Board(flapping={"mail": Unsteady(SERVICES["mail"], 6)}, when_back=frozenset({"web"}))
    if not attempted:
        assert board == kept
        assert notes == Notes(lifted=((kind, about),), dropped=(7,))
    elif kind == "blind":
        assert board == replace(kept, blind={"lan": 5}, blind_told=NOW)
    else:
        assert set(board.flapping) == {"mail", "web"}
        assert notes == Notes(dropped=(7,))
