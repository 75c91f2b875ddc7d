"""What the last outage was, said from the menu."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Stage
from tests.ui.test_reports import TWITTER, Past, menu_of, over
from tests.ui.test_tray_menu import Wishes, choose, words
from tests.ui.world import DAY, HOUR, NOW, down, snapshot, up
from trayapp.core.words import Correction
from trayapp.history.faults import HistoryUnavailable
from trayapp.ui.palette import Appearance

Stages = Callable[..., Stage]


def test_an_outage_that_is_over_can_be_said_to_have_been_a_false_alarm(qtbot: QtBot, appearance: Appearance) -> None:
    wishes = Wishes(appearance)
    wishes.past = Past(over(12, 3 * HOUR), over(11, 9 * HOUR))
    choose(wishes.menu_of(up(TWITTER)), "The last outage was", "A false alarm: it counts as up")
    assert wishes.asked == [("correct", 12, "false alarm")]


def test_what_was_said_is_checked_and_unsaid_by_choosing_it_again(qtbot: QtBot, appearance: Appearance) -> None:
    wishes = Wishes(appearance)
    wishes.past = Past(over(12, 3 * HOUR))
    wishes.past.said[12] = (
        Correction(1, 12, "false alarm", "", NOW - 2, NOW - 1),
        Correction(2, 12, "maintenance", "", NOW - 1),
    )
    menu = wishes.menu_of(up(TWITTER))
    entries = next(each.menu() for each in menu.actions() if each.text() == "The last outage was")
    assert isinstance(entries, QMenu)
    assert [entry.isChecked() for entry in entries.actions()] == [False, True]
    choose(menu, "The last outage was", "Maintenance: it does not count")
    assert wishes.asked == [("correct", 12, None)]


def test_an_outage_that_is_on_or_long_ago_is_not_judged_from_the_menu(qtbot: QtBot, appearance: Appearance) -> None:
    assert "The last outage was" not in words(menu_of(appearance, down(TWITTER, "HTTP 503"), Past(over(12, HOUR))))
    assert "The last outage was" not in words(menu_of(appearance, up(TWITTER), Past(over(12, DAY + HOUR))))


def test_the_strip_is_read_again_once_it_is_written_down(qtbot: QtBot, stage: Stages) -> None:
    made = stage(snapshot(up(TWITTER)))
    made.window.open()
    qtbot.waitUntil(lambda: made.strips.of("twitter") is not None)
    read = len(made.past.asked)
    made.corrections.say("twitter", 12, "false alarm")
    with qtbot.waitSignal(made.strips.read):
        made.asks.corrected.set_result(None)
    assert len(made.past.asked) == read + 1


def test_what_could_not_be_written_down_is_said(qtbot: QtBot, stage: Stages) -> None:
    made = stage(snapshot(up(TWITTER)))
    made.corrections.say("twitter", 12, "false alarm")
    with qtbot.waitSignal(made.bridge.message_posted) as posted:
        made.asks.corrected.set_exception(HistoryUnavailable("The disk is full."))
    (told,) = posted.args
    assert (told.title, told.body) == ("That could not be written down", "The disk is full.")
