"""When turns are too many to be told one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.traces import CRITICAL, NO_DNS, OK, WARNING, Book, Check, Interruption, watched
from trayapp.core.flapping import after, flaps, held_back, turning
from trayapp.core.verdict import begin
from trayapp.core.words import Finding, Status, StatusChange

FINDINGS = {"O": OK, "W": WARNING, "C": CRITICAL, "?": NO_DNS}


def raw(letters: str) -> tuple[bool, ...]:
    return tuple(letter == "C" for letter in letters)


def lived(letters: str, failures: int = 3, successes: int = 2) -> Book:
    """A service checked at 10 s, 20 s, …"""
    book = Book.begun(watched(failures, successes), 0)
    live_on(book, letters, since=10_000)
    return book


def live_on(book: Book, letters: str, since: int) -> None:
    for i, letter in enumerate(letters):
        book.live(Check(since + i * 10_000, since + i * 10_000 + 31, FINDINGS[letter]))


@pytest.mark.parametrize(
    ("letters", "share"),
    [
        ("", 0.0),
        ("C", 0.0),
        ("O" * 21, 0.0),
        ("C" * 21, 0.0),
        ("OC", 0.0625),
        ("C" + "O" * 20, 0.0375),
        ("O" * 20 + "C", 0.0625),
        ("OCOCOCOCOCOCOCOCOCOCO", 1.0),
    ],
)
def test_the_newest_turn_weighs_1_25_of_20_and_the_oldest_0_75(letters: str, share: float) -> None:
    assert turning(raw(letters)) == share


def test_all_turns_of_a_full_window_count_and_none_beyond() -> None:
    window: tuple[bool, ...] = ()
    for letter in "C" + "O" * 21:
        window = after(window, letter == "C")
    assert window == raw("O" * 21)


def turned_at(*places: int) -> tuple[bool, ...]:
    """A full window that turns at these places of 20, of which 0 is the oldest and weighs (57 + 2 · 0) / 76."""
    window = [True]
    for place in range(20):
        window.append(window[-1] ^ (place in places))
    return tuple(window)


AT_30_PERCENT = turned_at(4, 7, 9, 10, 12, 15)
JUST_BELOW_30 = turned_at(4, 7, 9, 10, 12, 14)
JUST_ABOVE_20 = turned_at(8, 9, 10, 12)
AT_20_PERCENT = turned_at(8, 9, 10, 11)


def test_the_bounds_belong_to_flapping_and_to_its_end() -> None:
    assert [turning(window) * 1520 for window in (AT_30_PERCENT, AT_20_PERCENT)] == pytest.approx([456, 304])
    assert min(sum(AT_30_PERCENT), sum(JUST_BELOW_30)) >= 4
    assert flaps(AT_30_PERCENT, already=False)
    assert not flaps(JUST_BELOW_30, already=False)
    assert flaps(JUST_BELOW_30, already=True)
    assert flaps(JUST_ABOVE_20, already=True)
    assert not flaps(AT_20_PERCENT, already=True)


def test_three_failures_are_not_enough_however_they_lie() -> None:
    assert turning(raw("OOOOOOOOOOOOOOOCOCOCO")) > 0.30
    assert not flaps(raw("OOOOOOOOOOOOOOOCOCOCO"), already=False)
    assert flaps(raw("OOOOOOOOOOOOOCOCOCOCO"), already=False)


def test_a_service_that_fails_every_third_check_flaps_and_is_never_down() -> None:
    book = lived("OOC" * 7)
    assert book.belief.flapping
    assert book.incidents == {}


def test_flapping_begins_with_the_result_that_shows_it_and_is_committed_without_a_new_status() -> None:
    book = lived("OCOCOCOC")
    assert (book.belief.flapping, book.belief.flapping_since) == (True, 80_000)
    noted = book.changes[-1]
    assert noted == StatusChange("twitter", 10_031, 10_000, Status.UP, Status.UP, "", None, 80_000, 0)
    assert book.reopened() == book.belief
    assert book.belief.suspect


def test_flapping_that_begins_with_an_outage_is_one_change_with_it() -> None:
    book = lived("OCOCOCOC", failures=1, successes=1)
    assert book.belief.flapping_since == 80_000
    assert [change.to_status for change in book.changes[-2:]] == [Status.UP, Status.DOWN]
    assert [change.flapping_since for change in book.changes[-2:]] == [None, 80_000]
    live_on(book, "O" * 21, since=90_000)
    assert not book.belief.flapping
    assert book.belief.flapping_since is None
    assert book.changes[-1].flapping_since is None
    assert book.reopened() == book.belief


def test_flapping_noted_while_down_carries_the_open_incident() -> None:
    book = lived("OCOCCCO")
    assert book.belief.status is Status.DOWN
    live_on(book, "CCC", since=80_000)
    toggles = [change for change in book.changes if change.from_status is change.to_status]
    assert [change.incident for change in toggles] == [book.belief.incident] * len(toggles)


def test_flapping_that_begins_with_an_answer_while_down_carries_the_open_incident() -> None:
    book = lived("OCOCOCCO", failures=1, successes=5)
    noted = book.changes[-1]
    assert (noted.from_status, noted.to_status, noted.flapping_since) == (Status.DOWN, Status.DOWN, 80_000)
    assert noted.incident is not None
    assert noted.incident == book.belief.incident


def test_warnings_are_no_failures_and_unknown_results_are_not_looked_at() -> None:
    assert lived("OWOWOWOWOWOW").belief.raw == raw("OOOOOOOOOOOO")
    assert lived("O?C?O?C").belief.raw == raw("OCOC")


def test_sleep_does_not_end_flapping() -> None:
    book = lived("OCOCOCOC")
    book.live(Interruption(90_000, Status.UNKNOWN, "asleep"))
    assert book.belief.flapping_since == 80_000
    assert book.changes[-1].flapping_since == 80_000
    assert book.reopened() == book.belief


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (Status.UNKNOWN, "changed"),
        (Status.UNKNOWN, "removed"),
        (Status.PAUSED, "paused"),
        (Status.MAINTENANCE, "maintenance"),
    ],
)
def test_what_is_another_question_is_counted_anew(status: Status, reason: str) -> None:
    book = lived("OCOCOCOC")
    book.live(Interruption(90_000, status, reason))
    assert (book.belief.raw, book.belief.flapping, book.belief.flapping_since) == ((), False, None)
    assert book.changes[-1].counted_since == book.belief.counted_since == 90_000
    assert book.reopened() == book.belief


def test_a_result_of_the_very_millisecond_of_a_change_is_of_the_time_before_it() -> None:
    book = lived("O")
    book.live(Interruption(10_031, Status.UNKNOWN, "changed"))
    assert book.belief.raw == book.reopened().raw == ()


def test_nothing_of_a_maintenance_counts_after_it() -> None:
    book = lived("O")
    book.live(Interruption(20_000, Status.MAINTENANCE, "maintenance"))
    live_on(book, "COCOCOCOC", since=30_000)
    assert book.belief.raw == ()
    assert book.belief.last == book.results[-1]
    assert book.reopened() == book.belief
    book.live(Interruption(130_000, Status.UNKNOWN, "new"))
    live_on(book, "C", since=140_000)
    assert book.belief.raw == (True,)
    assert book.reopened() == book.belief


def test_ten_minutes_of_unbroken_down_ring_all_the_same() -> None:
    down = replace(begin("twitter", 0), status=Status.DOWN, since=1_000, flapping=True, flapping_since=500)
    assert held_back(down, 600_999)
    assert not held_back(down, 601_000)
    assert held_back(replace(down, status=Status.UP), 10**9)
    assert not held_back(replace(down, flapping=False), 600_999)


def test_a_finding_of_ours_is_not_counted_against_it() -> None:
    book = lived("O")
    book.live(Check(20_000, 20_031, Finding(CRITICAL.outcome, "unreachable", NO_DNS.blame)))
    assert book.belief.raw == (False,)
