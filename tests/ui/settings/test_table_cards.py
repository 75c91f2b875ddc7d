"""Quiet hours, reminders and the network: each a card that says what it means, and writes what was changed."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QTabBar, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.settings.little_world import PLANNED, TEXT, Program
from trayapp.config.surroundings import Network
from trayapp.ui.settings.controls import Switch
from trayapp.ui.settings.dialog import SettingsDialog
from trayapp.ui.settings.table_card import TableCard

QUIET, REMINDERS, NETWORK = "Quiet hours", "Reminders", "Is it me or them?"


def card(settings: SettingsDialog, heading: str) -> TableCard:
    settings.findChild(QTabBar).setCurrentIndex(3 if heading == NETWORK else 2)
    [found] = [each for each in settings.findChildren(TableCard) if heading in words(each)]
    return found


def words(card: TableCard) -> str:
    return " ".join(label.text() for label in card.findChildren(QLabel) if label.isVisible())


def button(card: TableCard, text: str) -> QPushButton:
    [found] = [each for each in card.findChildren(QPushButton) if each.text() == text]
    return found


def switch(card: TableCard, name: str) -> Switch:
    [found] = [each for each in card.findChildren(Switch) if each.accessibleName() == name]
    return found


def lines(card: TableCard) -> list[QLineEdit]:
    return [line for line in card.findChildren(QLineEdit) if line.isVisible()]


def write(line: QLineEdit, text: str) -> None:
    line.selectAll()
    QTest.keyClicks(line, text)


def saved(settings: SettingsDialog, program: Program, name: str) -> Any:
    assert settings.save() is True
    return tomllib.loads(program.file).get(name)


# Quiet hours


def test_quiet_hours_are_switched_on_with_an_example_to_change(settings: SettingsDialog, program: Program) -> None:
    quiet = card(settings, QUIET)
    assert "It may ring at any time." in words(quiet)
    assert lines(quiet) == []

    switch(quiet, QUIET).click()

    assert QApplication.focusWidget() is lines(quiet)[0]
    assert "Nothing rings from 22:00 to 07:00, and no service is critical." in words(quiet)
    assert saved(settings, program, "quiet_hours") == {"from": "22:00", "to": "07:00"}
    assert program.file.startswith(TEXT)


def test_switched_on_and_off_again_leaves_no_trace(settings: SettingsDialog) -> None:
    quiet = card(settings, QUIET)

    switch(quiet, QUIET).click()
    switch(quiet, QUIET).click()

    assert not settings.unsaved


def test_switched_off_and_on_again_they_are_as_the_file_has_them(planned: SettingsDialog, program: Program) -> None:
    quiet = card(planned, QUIET)
    write(lines(quiet)[0], "23:00")

    switch(quiet, QUIET).click()
    switch(quiet, QUIET).click()

    assert not planned.unsaved
    assert lines(quiet)[0].text() == "22:00"


def test_switched_off_they_leave_the_file_with_their_comment(planned: SettingsDialog, program: Program) -> None:
    switch(card(planned, QUIET), QUIET).click()

    assert saved(planned, program, "quiet_hours") is None
    assert program.file.rstrip() == PLANNED[: PLANNED.index("# when I sleep")].rstrip()


def test_how_many_services_ring_nevertheless_is_counted(planned: SettingsDialog, qtbot: QtBot) -> None:
    assert "but for services marked critical (1 of 4)" in words(card(planned, QUIET))

    tables = planned.drafting.draft.services
    tables.put("github", {**tables.now["github"], "critical": True})
    planned.drafting.judge()

    assert "but for services marked critical (2 of 4)" in words(card(planned, QUIET))


def test_days_are_pressed(planned: SettingsDialog, program: Program, qtbot: QtBot) -> None:
    quiet = card(planned, QUIET)

    button(quiet, "Fri").click()
    button(quiet, "Sat").click()

    qtbot.waitUntil(lambda: "from 22:00 to 07:00 on Fridays and Saturdays" in words(quiet))
    assert saved(planned, program, "quiet_hours")["days"] == ["fri", "sat"]
    assert "# when I sleep" in program.file


def test_hours_without_an_end_are_refused_at_their_field_and_saving_leads_there(
    planned: SettingsDialog, program: Program
) -> None:
    write(lines(card(planned, QUIET))[1], "22:00")
    planned.findChild(QTabBar).setCurrentIndex(0)

    assert planned.save() is False

    quiet = card(planned, QUIET)
    assert QApplication.focusWidget() is lines(quiet)[1]
    assert "is the same as from, so nothing would ever ring" in words(quiet)
    assert program.file == PLANNED


def test_tab_walks_through_the_cards_from_top_to_bottom(planned: SettingsDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(planned.isActiveWindow)
    switch(card(planned, QUIET), QUIET).setFocus()
    walked = []
    for _ in range(7):
        walked.append(QApplication.focusWidget().accessibleName() or QApplication.focusWidget().text())
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)

    assert walked == [QUIET, "From", "To", "Mon", "Time zone", "Reminder", "Never"]


def test_hours_that_cannot_be_removed_say_why(program: Program, open_settings: Callable[[], SettingsDialog]) -> None:
    program.file = 'quiet_hours = { from = "22:00", to = "07:00" }\n'
    settings = open_settings()
    quiet = card(settings, QUIET)

    switch(quiet, QUIET).click()

    assert "edit the file by hand" in words(quiet)
    assert settings.save() is False


# Reminders


def test_a_reminder_may_come_never(settings: SettingsDialog, program: Program) -> None:
    reminders = card(settings, REMINDERS)
    assert "told again every 4 h." in words(reminders)

    button(reminders, "Never").click()
    settings.drafting.judge()

    assert "An outage is told once, and never again." in words(reminders)
    assert saved(settings, program, "notifications") == {"reminder": "0s"}


def test_a_reminder_back_at_the_usual_leaves_no_trace(settings: SettingsDialog) -> None:
    [line] = lines(card(settings, REMINDERS))
    write(line, "30m")
    assert settings.unsaved

    line.selectAll()
    QTest.keyClick(line, Qt.Key.Key_Delete)

    assert not settings.unsaved


# The network


def test_the_usual_targets_are_shown_and_not_written(settings: SettingsDialog) -> None:
    network = card(settings, NETWORK)

    assert tuple(line.text() for line in lines(network)) == Network().control
    assert not settings.unsaved


def test_a_target_is_added_and_another_taken_out(settings: SettingsDialog, program: Program) -> None:
    network = card(settings, NETWORK)
    for _ in Network().control[1:]:
        network.findChildren(QToolButton)[1].click()
    button(network, "Add a line").click()
    QTest.keyClicks(QApplication.focusWidget(), "tcp://[::1]:443")

    assert saved(settings, program, "network") == {"control": [Network().control[0], "tcp://[::1]:443"]}


def test_nobody_is_asked_when_all_are_taken_out(settings: SettingsDialog, program: Program) -> None:
    network = card(settings, NETWORK)
    for _ in Network().control:
        network.findChildren(QToolButton)[0].click()
    switch(network, "Gateway").click()
    settings.drafting.judge()

    assert "Nobody outside is asked." in words(network)
    assert saved(settings, program, "network") == {"control": [], "gateway": False}


def test_the_usual_targets_are_restored_by_taking_the_key_out(
    program: Program, open_settings: Callable[[], SettingsDialog]
) -> None:
    rest = "gateway = false  # no router\nodd = 1\n"
    program.file = f'{TEXT}# ours\n[network]\ncontrol = ["https://one.example/"]\n{rest}'
    settings = open_settings()
    network = card(settings, NETWORK)

    button(network, "Restore the usual").click()

    assert saved(settings, program, "network") == {"gateway": False, "odd": 1}
    assert program.file == f"{TEXT}# ours\n[network]\n{rest}"


@pytest.mark.parametrize("target", ["two.example", "tcp://two.example", "https:///x"])
def test_a_target_that_is_none_is_marked_and_gets_the_keyboard(
    target: str, settings: SettingsDialog, program: Program
) -> None:
    network = card(settings, NETWORK)
    write(lines(network)[2], target)

    assert settings.save() is False

    assert QApplication.focusWidget() is lines(network)[2]
    assert "This cannot be used as it stands." in words(network)
    assert program.file == TEXT


def test_tab_walks_through_the_lines_and_then_to_the_buttons(
    program: Program, open_settings: Callable[[], SettingsDialog], qtbot: QtBot
) -> None:
    program.file = TEXT + '[network]\ncontrol = ["https://one.example/", "https://two.example/"]\n'
    settings = open_settings()
    qtbot.waitUntil(settings.isActiveWindow)
    first, *_ = lines(card(settings, NETWORK))
    first.setFocus()
    walked = []
    for _ in range(7):
        walked.append(QApplication.focusWidget().accessibleName() or QApplication.focusWidget().text())
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)

    line = ["Line of Control targets", "Remove this line"]
    assert walked == [*line, *line, "Control targets", "Restore the usual", "Gateway"]


def test_every_control_on_every_page_has_a_name(planned: SettingsDialog) -> None:
    tabs = planned.findChild(QTabBar)
    for page in range(tabs.count()):
        tabs.setCurrentIndex(page)
        nameless = [
            widget
            for widget in planned.findChildren(QWidget)
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            and widget.isVisible()
            and not widget.accessibleName()
            and not getattr(widget, "text", str)()
        ]
        assert nameless == []
