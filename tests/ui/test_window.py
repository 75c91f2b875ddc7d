from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QHelpEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QMessageBox,
    QToolTip,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Stage
from tests.ui.world import HOUR, NOW, PORTAL, down, many, picture, service, snapshot, up, without_internet
from trayapp.core.words import Notification
from trayapp.ui.bridge import Raising
from trayapp.ui.times import tomorrow

Stages = Callable[..., Stage]


def shown(qtbot: QtBot, stage: Stage) -> QListView:
    """Opens the window; its list."""
    stage.window.open()
    qtbot.waitUntil(stage.window.isVisible)
    rows = stage.window.findChild(QListView)
    assert isinstance(rows, QListView)
    qtbot.wait(20)
    return rows


def said(widget: QWidget) -> list[str]:
    return [label.text().replace("\u00a0", " ") for label in widget.findChildren(QLabel) if label.isVisible()]


def chosen(rows: QListView) -> str:
    return str(rows.currentIndex().data())


def button(stage: Stage, name: str) -> QAbstractButton:
    found = [b for b in stage.window.findChildren(QAbstractButton) if b.accessibleName() == name and b.isVisible()]
    assert len(found) == 1, name
    return found[0]


def clock_of(stage: Stage) -> QTimer:
    """What makes the page grow older."""
    timer = stage.page.findChild(QTimer, options=Qt.FindChildOption.FindDirectChildrenOnly)
    assert isinstance(timer, QTimer)
    return timer


def rest_on(rows: QListView, where: QPoint) -> None:
    """The mouse stays at a place for as long as a tooltip takes."""
    help_ = QHelpEvent(QEvent.Type.ToolTip, where, rows.viewport().mapToGlobal(where))
    QApplication.sendEvent(rows.viewport(), help_)


def open_menu(stage: Stage) -> QMenu:
    menus = [menu for menu in stage.window.findChildren(QMenu) if menu.isVisible()]
    assert len(menus) == 1
    return menus[0]


def choose(menu: QMenu, *path: str) -> None:
    """Triggers an entry by its words."""
    for at, words in enumerate(path):
        action = next(action for action in menu.actions() if action.text() == words)
        if at == len(path) - 1:
            action.trigger()
        else:
            submenu = action.menu()
            assert isinstance(submenu, QMenu)
            menu = submenu


def test_the_heading_is_a_sentence_and_grows_old_by_itself(qtbot: QtBot, stage: Stages) -> None:
    made = stage()
    shown(qtbot, made)
    assert said(made.window)[:2] == ["Twitter is down", said(made.window)[1]]
    assert said(made.window)[1].endswith("checked 4 s ago")
    made.now += 2_000
    qtbot.waitUntil(lambda: said(made.window)[1].endswith("checked 6 s ago"), timeout=5_000)


def test_no_clock_ticks_while_nobody_sees_the_window(qtbot: QtBot, stage: Stages) -> None:
    made = stage()
    shown(qtbot, made)
    assert clock_of(made).isActive()
    made.window.hide()
    assert not clock_of(made).isActive()
    made.window.show_snapshot(replace(picture(), version=2))
    assert not clock_of(made).isActive()


def test_the_clock_slows_down_when_the_last_check_was_a_minute_ago(qtbot: QtBot, stage: Stages) -> None:
    made = stage()
    made.now += 120_000
    shown(qtbot, made)
    assert clock_of(made).interval() == 10_000


def test_the_window_shows_the_newest_snapshot_when_it_opens(qtbot: QtBot, stage: Stages) -> None:
    made = stage()
    made.window.show_snapshot(replace(snapshot(up(service("a", "Alpha"))), version=2))
    shown(qtbot, made)
    assert said(made.window)[0] == "Alpha is up"


def test_letters_begin_a_filter_and_escape_ends_it_before_it_hides_the_window(qtbot: QtBot, stage: Stages) -> None:
    made = stage()
    rows = shown(qtbot, made)
    qtbot.keyClicks(rows, "git")
    field = next(f for f in made.window.findChildren(QLineEdit) if f.accessibleName() == "Filter services")
    qtbot.keyClicks(field, "hub")
    assert field.text() == "github"
    assert rows.model().rowCount() == 2
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert chosen(rows) == "GitHub"
    qtbot.keyClick(rows, Qt.Key.Key_Escape)
    assert field.isHidden()
    assert rows.model().rowCount() == 10
    assert made.window.isVisible()
    qtbot.keyClick(rows, Qt.Key.Key_Escape)
    assert made.window.isHidden()


def test_the_arrows_go_from_service_to_service_past_the_headings(qtbot: QtBot, stage: Stages) -> None:
    rows = shown(qtbot, stage())
    visited = [chosen(rows)]
    for _ in range(5):
        qtbot.keyClick(rows, Qt.Key.Key_Down)
        visited.append(chosen(rows))
    assert visited == [
        "Twitter", "Twitter · tweets arrive", "GitHub", "Mashable feed", "memcached cache-1", "PostgreSQL primary"
    ]  # fmt: skip


def test_the_keyboard_walks_the_cells_and_hears_what_each_was_like(qtbot: QtBot, stage: Stages) -> None:
    made = stage()
    rows = shown(qtbot, made)
    qtbot.waitUntil(lambda: made.strips.of("twitter") is not None)
    qtbot.keyClick(rows, Qt.Key.Key_Left)
    assert "HTTP 503: since" in QToolTip.text()
    qtbot.keyClick(rows, Qt.Key.Key_Left)
    assert "up all the time" in QToolTip.text()
    qtbot.keyClick(rows, Qt.Key.Key_Down)
    qtbot.keyClick(rows, Qt.Key.Key_Left)
    assert "degraded all the time" in QToolTip.text()
    QToolTip.hideText()


def test_enter_opens_the_menu_of_the_service_with_its_facts_and_acts(qtbot: QtBot, stage: Stages) -> None:
    made = stage()
    rows = shown(qtbot, made)
    qtbot.keyClick(rows, Qt.Key.Key_Return)
    menu = open_menu(made)
    words = [action.text() for action in menu.actions()]
    assert words[0] == "https://twitter.com/, every 1 min"
    assert words[1].endswith("HTTP 503, 31 ms")
    assert [word for word in words[2:] if word] == [
        "Check now", "Acknowledge", "Snooze", "Pause this service", "Open link", "Copy message", "Copy report",
        "Settings of this service…",
    ]  # fmt: skip
    choose(menu, "Check now")
    choose(menu, "Acknowledge")
    choose(menu, "Snooze", "For 30 minutes")
    choose(menu, "Snooze", "Until tomorrow morning")
    choose(menu, "Open link")
    choose(menu, "Settings of this service…")
    assert made.asks.asked == [
        ("check_now", ("twitter",)),
        ("acknowledge", 17),
        ("snooze", "twitter", NOW + HOUR // 2),
        ("snooze", "twitter", tomorrow(NOW)),
        ("open_link", "https://twitter.com/"),
    ]
    assert made.edited == ["twitter"]
    menu.close()


def test_the_message_can_be_copied(qtbot: QtBot, stage: Stages) -> None:
    made = stage()
    rows = shown(qtbot, made)
    qtbot.keyClick(rows, Qt.Key.Key_Return)
    choose(open_menu(made), "Copy message")
    assert QApplication.clipboard().text() == "Twitter\nHTTP 503 · down 4 min\nhttps://twitter.com/"
    open_menu(made).close()


def test_names_of_others_are_shown_in_menus_as_they_are(qtbot: QtBot, stage: Stages) -> None:
    made = stage(snapshot(up(service("a", "A", target="cut & run:1"))))
    rows = shown(qtbot, made)
    qtbot.keyClick(rows, Qt.Key.Key_Return)
    words = [action.text() for action in open_menu(made).actions()]
    assert words[0] == "cut && run:1, every 1 min"
    assert "Open link" not in words
    open_menu(made).close()


def test_another_range_reads_other_strips(qtbot: QtBot, stage: Stages) -> None:
    made = stage()
    shown(qtbot, made)
    qtbot.waitUntil(lambda: made.strips.of("twitter") is not None)
    button(made, "Show the last 7 days").click()
    qtbot.waitUntil(lambda: made.strips.of("twitter") is not None)
    strip = made.strips.of("twitter")
    assert strip is not None
    assert (strip.range.label, len(strip.cells)) == ("7 d", 28)


def test_pause_offers_an_hour_or_tomorrow_and_then_resume(qtbot: QtBot, stage: Stages) -> None:
    made = stage()
    shown(qtbot, made)
    button(made, "Pause").click()
    choose(open_menu(made), "Pause for 1 hour")
    choose(open_menu(made), "Pause until tomorrow morning")
    open_menu(made).close()
    made.window.show_snapshot(replace(picture(), version=2, paused_until=NOW + HOUR))
    button(made, "Resume").click()
    assert made.asks.asked == [("pause", NOW + HOUR), ("pause", tomorrow(NOW)), ("pause", None)]


def test_f5_checks_everything_now(qtbot: QtBot, stage: Stages) -> None:
    made = stage()
    rows = shown(qtbot, made)
    qtbot.keyClick(rows, QKeySequence(QKeySequence.StandardKey.Refresh)[0].key())
    assert made.asks.asked == [("check_now", None)]


def test_the_first_page_is_there_while_nothing_is_watched_and_not_a_moment_longer(qtbot: QtBot, stage: Stages) -> None:
    made = stage(snapshot())
    shown(qtbot, made)
    assert made.first_page.isVisible()
    made.window.show_snapshot(replace(picture(), version=2))
    assert made.first_page.isHidden()
    assert made.page.isVisible()


def test_the_demo_says_that_it_is_one_and_takes_a_first_service(qtbot: QtBot, stage: Stages) -> None:
    made = stage(replace(picture(), demo=True))
    shown(qtbot, made)
    assert "This is a demo: nothing here is real." in said(made.window)
    field = next(f for f in made.window.findChildren(QLineEdit) if f.accessibleName() == "Add your first service")
    qtbot.keyClicks(field, " example.org ")
    with qtbot.waitSignal(made.window.service_entered) as entered:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert entered.args == ["example.org"]


def test_a_problem_stays_dismissed_until_it_is_gone_and_comes_back(qtbot: QtBot, stage: Stages) -> None:
    unwell = replace(picture(), problems=("the disk is full",))
    sentence = "the disk is full"
    made = stage(unwell)
    shown(qtbot, made)
    assert sentence in said(made.window)
    button(made, "Dismiss").click()
    made.window.show_snapshot(replace(unwell, version=2))
    assert sentence not in said(made.window)
    made.window.show_snapshot(replace(picture(), version=3))
    made.window.show_snapshot(replace(unwell, version=4))
    qtbot.waitUntil(lambda: sentence in said(made.window))


def test_faults_of_the_file_are_counted_and_can_be_shown(qtbot: QtBot, stage: Stages) -> None:
    made = stage(replace(picture(), faults=("services.a: one", "services.b: two")))
    shown(qtbot, made)
    assert "services.toml has 2 faults." in said(made.window)
    with qtbot.waitSignal(made.window.faults_asked):
        button(made, "Show").click()


def test_a_message_of_the_last_resort_opens_the_window_and_its_recovery_replaces_it(
    qtbot: QtBot, stage: Stages
) -> None:
    made = stage()
    made.window.show_message(Notification(1, NOW, "down", ("a",), 17, "A is down", "HTTP 503 for 20 s"))
    assert made.window.isVisible()
    assert "A is down: HTTP 503 for 20 s" in said(made.window)
    made.window.show_message(Notification(2, NOW, "recovered", ("a",), 17, "A is back", "It was down for 4 min"))
    qtbot.waitUntil(lambda: "A is back: It was down for 4 min" in said(made.window))
    assert "A is down: HTTP 503 for 20 s" not in said(made.window)


def test_long_names_and_addresses_never_widen_the_window(qtbot: QtBot, stage: Stages) -> None:
    endless = down(service("a", "W" * 200, "G" * 200), "M" * 200)
    made = stage(replace(snapshot(endless), problems=("/" + "W" * 190,)))
    rows = shown(qtbot, made)
    made.window.resize(made.window.minimumSize())
    qtbot.wait(20)
    assert made.window.minimumSizeHint().width() <= made.window.minimumWidth() == made.window.width()
    assert rows.width() == made.window.width()


def test_a_window_that_opens_and_closes_under_a_stream_of_snapshots_stays_alive(qtbot: QtBot, stage: Stages) -> None:
    made = stage(many(60))
    for version in range(2, 400):
        made.window.setVisible(version % 2 == 0)
        made.window.show_snapshot(replace(many(60 - version % 3), version=version))
        made.page.choose(f"s{version % 60}")
        if version % 20 == 0:
            qtbot.wait(1)


@pytest.mark.parametrize("tray", [True, False])
def test_the_program_itself_can_always_close_the_window(qtbot: QtBot, stage: Stages, tray: bool) -> None:
    made = stage(tray=tray)
    shown(qtbot, made)
    assert made.window.close()
    assert made.window.isHidden()


class FromTheDesktop(QCloseEvent):
    """What the window manager sends; Qt lets nobody else make one."""

    def spontaneous(self) -> bool:
        return True


def close_by_hand(stage: Stage) -> None:
    """The cross of the window's frame."""
    event = FromTheDesktop()
    stage.window.closeEvent(event)
    if event.isAccepted():
        stage.window.hide()


def test_closing_without_a_tray_leaves_no_invisible_program(qtbot: QtBot, stage: Stages) -> None:
    made = stage(tray=False)
    shown(qtbot, made)
    close_by_hand(made)
    assert made.window.isVisible()
    box = made.window.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    next(b for b in box.buttons() if b.text() == "&Quit").click()
    assert made.asks.asked == [("quit",)]


def test_closing_with_a_tray_hides_and_remembers_the_place(qtbot: QtBot, stage: Stages) -> None:
    made = stage()
    shown(qtbot, made)
    made.window.setGeometry(QRect(40, 50, 500, 620))
    close_by_hand(made)
    assert made.window.isHidden()
    assert json.loads(made.place.read_text()) == {"x": 40, "y": 50, "width": 500, "height": 620}


def test_raising_shows_a_service_even_if_a_filter_hid_it(qtbot: QtBot, stage: Stages) -> None:
    made = stage(many(60))
    rows = shown(qtbot, made)
    qtbot.keyClicks(rows, "w")
    made.window.reveal(Raising(service="s59"))
    assert chosen(rows) == "DNS secondary"
    assert rows.viewport().rect().intersects(rows.visualRect(rows.currentIndex()))


def test_the_choice_outlives_changes_of_the_configuration(qtbot: QtBot, stage: Stages) -> None:
    made = stage()
    rows = shown(qtbot, made)
    made.page.choose("github")
    views = [view for view in picture().services if view.service.id != "twitter"]
    made.window.show_snapshot(replace(picture(), version=2, services=tuple(views)))
    assert chosen(rows) == "GitHub"


def test_an_incident_makes_its_strip_be_read_again(qtbot: QtBot, stage: Stages) -> None:
    made = stage()
    shown(qtbot, made)
    qtbot.waitUntil(lambda: made.strips.of("github") is not None)
    asked = len(made.past.asked)
    views = [down(view.service, "refused") if view.service.id == "github" else view for view in picture().services]
    made.window.show_snapshot(replace(picture(), version=2, services=tuple(views)))
    qtbot.waitUntil(lambda: len(made.past.asked) > asked)
    assert made.past.asked[asked:] == [("github",)]


def test_every_control_has_a_name(qtbot: QtBot, stage: Stages) -> None:
    made = stage(replace(picture(), demo=True, problems=("p",), faults=("f",)))
    rows = shown(qtbot, made)
    controls = [*made.window.findChildren(QAbstractButton), *made.window.findChildren(QLineEdit)]
    nameless = [c for c in controls if c.isVisibleTo(made.window) and not c.accessibleName()]
    assert [type(control).__name__ for control in nameless if control.focusPolicy() is not Qt.FocusPolicy.NoFocus] == []
    assert rows.accessibleName() == "Services"


def test_mirrored_the_shape_is_on_the_right_and_the_strip_on_the_left(qtbot: QtBot, stage: Stages) -> None:
    made = stage()
    rows = shown(qtbot, made)
    delegate, row = rows.itemDelegate(), QRect(0, 0, 440, 48)
    places = delegate.places(row, rows)
    assert places.shape.right() < places.name.left() <= places.name.right() < places.strip.left()
    made.window.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    mirrored = delegate.places(row, rows)
    assert mirrored.strip.right() < mirrored.name.left() < mirrored.shape.left()
    assert delegate.strip_place(row, rows).cell(0).left() > delegate.strip_place(row, rows).cell(47).left()


def test_the_mouse_is_told_of_the_cell_it_rests_on(qtbot: QtBot, stage: Stages) -> None:
    made = stage()
    rows = shown(qtbot, made)
    qtbot.waitUntil(lambda: made.strips.of("twitter") is not None)
    row = rows.visualRect(rows.currentIndex())
    place = rows.itemDelegate().strip_place(row, rows)
    rest_on(rows, place.cell(12).center())
    assert "not observed all the time" in QToolTip.text()
    number = rows.itemDelegate().places(row, rows).number
    rest_on(rows, number.center())
    assert "of the last 24 hours" in QToolTip.text()
    QToolTip.hideText()


def test_tab_goes_from_top_to_bottom_and_around(qtbot: QtBot, stage: Stages) -> None:
    made = stage(replace(without_internet("portal", PORTAL), demo=True, faults=("one",)))
    rows = shown(qtbot, made)
    made.window.resize(456, 700)
    made.window.show_snapshot(replace(without_internet("portal", PORTAL), version=2, demo=True, problems=("full",)))
    qtbot.wait(20)
    visited: list[QWidget] = [rows]
    while (following := next_in_focus(visited[-1])) is not rows:
        visited.append(following)
    heights = [widget.mapTo(made.window, widget.rect().center()).y() // 10 for widget in visited]
    assert len(set(visited)) == len(visited)
    turn = heights.index(min(heights))
    assert heights[turn:] + heights[:turn] == sorted(heights)


def next_in_focus(widget: QWidget) -> QWidget:
    """Where Tab leads from here."""
    following = widget.nextInFocusChain()
    while not (following.isVisible() and following.focusPolicy() & Qt.FocusPolicy.TabFocus and following.isEnabled()):
        following = following.nextInFocusChain()
    return following
