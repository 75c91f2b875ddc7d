"""What was held back becomes one notification, on boards made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.alerts.boards import board, incident, member, thread, waiting
from tests.alerts.world import HOUR, MINUTE, START, a_service
from trayapp.alerts import storm, summary
from trayapp.alerts.board import Step, Thread, Waiting
from trayapp.core.news import Mention, Notes, Owed, Said, Shown

NOW = START + HOUR
S1 = a_service("s1")


def ended(*numbers: int) -> dict[int, Waiting]:
    """Ends of outages that were told before."""
    return {n: Waiting(a_service(f"s{n}"), Owed(incident(n, end=START), Said.BACK, START, held=True)) for n in numbers}


def test_nothing_held_is_nothing_to_tell() -> None:
    assert summary.tell(board(), NOW) == Step(board())


@pytest.mark.parametrize("hold", ["quiet", "away"])
def test_nothing_is_told_as_long_as_it_is_held(hold: str) -> None:
    before = board(held=waiting(1, held=True), **{hold: True})
    assert summary.tell(before, NOW) == Step(before)


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        ((Shown(NOW, ring=False),) * storm.FOR_OTHERS, False),
        ((Shown(NOW - MINUTE, ring=True),) * storm.RINGS_OF_OTHERS, False),
        ((Shown(NOW - MINUTE, ring=False),) * storm.RINGS_OF_OTHERS, True),
    ],
)
def test_it_waits_for_a_place(shown: tuple[Shown, ...], told: bool) -> None:
    assert bool(summary.tell(board(held=waiting(1, held=True), shown=shown), NOW).notifications) is told


def test_outages_of_the_time_make_a_thread_of_their_own() -> None:
    over = {2: Waiting(a_service("s2"), Owed(incident(2, end=START), Said.DOWN, START, held=True))}
    step = summary.tell(board(held={**waiting(1, held=True), **over}, was_away=True), NOW)
    (said,) = step.notifications
    assert (said.id, said.kind, said.services, said.incident, said.urgent) == (50, "summary", ("s1", "s2"), 1, True)
    assert said.title == "While you were away: 2 services changed"
    own = Thread(1, {1: member(1), 2: member(2, said=Said.BACK, end=START)}, NOW, NOW)
    assert step.board == replace(board(own), next_id=51, shown=(Shown(NOW, ring=True),))
    mentions = (Mention(1, Said.DOWN, 50), Mention(2, Said.DOWN, 50), Mention(2, Said.BACK, 50))
    assert sorted(step.notes.mentions, key=lambda m: (m.incident, m.said == Said.BACK)) == list(mentions)
    assert set(step.notes.settled) == {1, 2}


def test_what_is_over_is_not_urgent() -> None:
    over = {2: Waiting(a_service("s2"), Owed(incident(2, end=START), Said.DOWN, START, held=True))}
    (said,) = summary.tell(board(held=over), NOW).notifications
    assert (said.title, said.urgent) == ("In the quiet hours: S2 went down and came back", False)


def test_nothing_but_good_news_replaces_the_first_notification_it_is_about() -> None:
    first, second = thread(member(1)), thread(member(2))
    step = summary.tell(board(second, first, held=ended(1, 2)), NOW)
    (said,) = step.notifications
    assert (said.incident, said.services, said.urgent) == (1, ("s1", "s2"), False)
    assert step.notes == Notes(settled=(1, 2), mentions=(Mention(1, Said.BACK, 50), Mention(2, Said.BACK, 50)))
    assert step.board.threads[1] == replace(thread(member(1, said=Said.BACK, end=START)), shown=NOW)
    assert step.board.threads[2] == thread(member(2, said=Said.BACK, end=START))
    assert step.board.held == {}


def test_good_news_of_what_has_no_notification_left_gets_one() -> None:
    (said,) = summary.tell(board(held=ended(1)), NOW).notifications
    assert (said.incident, said.services) == (1, ("s1",))


def test_bad_news_leaves_the_notifications_of_the_good_as_they_are() -> None:
    step = summary.tell(board(thread(member(2)), held={**ended(2), **waiting(1, held=True)}), NOW)
    assert [n.incident for n in step.notifications] == [1]
    assert step.board.threads[2].shown == thread(member(2)).shown


# Ends that wait to be drawn elsewhere


def test_an_end_that_waits_elsewhere_is_told_with_the_next_outage_of_the_same_service() -> None:
    late = thread(member(8, S1, end=START), member(7), changed=START)
    step = summary.absorb(board(late), {"s1"}, 1)
    assert step.notes == Notes(settled=(8,), mentions=(Mention(8, Said.BACK, 50),))
    assert step.board.threads[8] == thread(member(8, S1, Said.BACK, end=START), member(7))


def test_what_else_the_other_thread_has_to_tell_still_waits() -> None:
    late = thread(member(8, S1, end=START), member(7, end=START), changed=START)
    assert summary.absorb(board(late), {"s1"}, 1).board.threads[8].changed == START


@pytest.mark.parametrize(("key", "services", "changed"), [(8, {"s1"}, START), (1, {"s2"}, START), (1, {"s1"}, None)])
def test_its_own_thread_strangers_and_what_waits_for_the_summary_are_left_alone(
    key: int, services: set[str], changed: int | None
) -> None:
    before = board(thread(member(8, S1, end=START), changed=changed))
    assert summary.absorb(before, services, key) == Step(before)
