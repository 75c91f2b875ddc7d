from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from tests.ui.world import HOUR, NOW, PaperAsks, down, picture, service, snapshot, up
from trayapp.core.words import Notification, Snapshot
from trayapp.ui.actions import ServiceActions, is_page
from trayapp.ui.icons import Icons
from trayapp.ui.menu import NAMED, TrayMenu
from trayapp.ui.palette import Appearance
from trayapp.ui.times import clock, tomorrow
from trayapp.ui.tray import Tray


class Wishes(PaperAsks):
    """What is asked of the program, and of the screen."""

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        actions = ServiceActions(self, lambda: NOW, self.reveal, self.edit)
        self.icons = Icons(appearance)
        self.contents = TrayMenu(self, self.icons, actions, lambda: NOW, self.open_window, self.open_settings)
        self.menu = QMenu()

    def fill(self, shown: Snapshot) -> list[str]:
        self.contents.fill(self.menu, shown)
        return words(self.menu)

    def reveal(self, name: str) -> None:
        self.asked.append(("reveal", name))

    def edit(self, name: str) -> None:
        self.asked.append(("edit", name))

    def open_window(self) -> None:
        self.asked.append(("open",))

    def open_settings(self) -> None:
        self.asked.append(("settings",))


def words(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if action.text()]


def choose(menu: QMenu, *path: str) -> None:
    for at, wanted in enumerate(path):
        action = next(action for action in menu.actions() if action.text() == wanted)
        if at == len(path) - 1:
            action.trigger()
        else:
            submenu = action.menu()
            assert isinstance(submenu, QMenu)
            menu = submenu


def test_the_menu_is_complete(qtbot: QtBot, appearance: Appearance) -> None:
    wishes = Wishes(appearance)
    assert wishes.fill(picture()) == [
        "Twitter is down",
        "Open Watchbell",
        "Twitter: HTTP 503 · down 4 min",
        "Twitter · tweets arrive: 3 of 20 lost (≥ 5 %)",
        "Check now",
        "Pause",
        "Settings…",
        "Quit",
    ]


def test_every_entry_does_what_it_says(qtbot: QtBot, appearance: Appearance) -> None:
    wishes = Wishes(appearance)
    wishes.fill(picture())
    choose(wishes.menu, "Open Watchbell")
    twitter = "Twitter: HTTP 503 · down 4 min"
    choose(wishes.menu, twitter, "Open")
    choose(wishes.menu, twitter, "Acknowledge")
    choose(wishes.menu, twitter, "Snooze", "For 1 hour")
    choose(wishes.menu, twitter, "Open link")
    choose(wishes.menu, "Check now")
    choose(wishes.menu, "Pause", "For 1 hour")
    choose(wishes.menu, "Pause", "Until tomorrow")
    choose(wishes.menu, "Settings…")
    choose(wishes.menu, "Quit")
    assert wishes.asked == [
        ("open",),
        ("reveal", "twitter"),
        ("acknowledge", 17),
        ("snooze", "twitter", NOW + HOUR),
        ("open_link", "https://twitter.com/"),
        ("check_now", None),
        ("pause", NOW + HOUR),
        ("pause", tomorrow(NOW)),
        ("settings",),
        ("quit",),
    ]


def test_a_pause_can_be_ended(qtbot: QtBot, appearance: Appearance) -> None:
    wishes = Wishes(appearance)
    entries = wishes.fill(replace(picture(), paused_until=NOW + HOUR))
    resume = f"Resume (paused until {clock(NOW + HOUR, NOW)})"
    assert resume in entries
    choose(wishes.menu, resume)
    assert wishes.asked == [("pause", None)]


def test_a_snooze_can_be_ended_where_it_was_begun(qtbot: QtBot, appearance: Appearance) -> None:
    view = down(service("a", "A"), "refused")
    snoozed = replace(view, telling=replace(view.telling, snoozed_until=NOW + HOUR))
    wishes = Wishes(appearance)
    actions = ServiceActions(wishes, lambda: NOW, wishes.reveal, wishes.edit)
    menu = QMenu()
    actions.fill(menu, snoozed)
    choose(menu, f"End snooze ({clock(NOW + HOUR, NOW)})")
    assert wishes.asked == [("snooze", "a", None)]


def test_many_outages_are_named_up_to_a_number_and_counted_beyond(qtbot: QtBot, appearance: Appearance) -> None:
    wishes = Wishes(appearance)
    entries = wishes.fill(snapshot(*(down(service(f"s{at}"), "refused", incident=at) for at in range(30))))
    assert sum(entry.startswith("s") for entry in entries) == NAMED
    assert f"and {30 - NAMED} more…" in entries


def test_names_with_ampersands_and_control_characters_are_shown_as_text(qtbot: QtBot, appearance: Appearance) -> None:
    wishes = Wishes(appearance)
    entries = wishes.fill(snapshot(down(service("a", "R&D\u202e\n"), "a & b")))
    assert "R&&D: a && b · down 4 min" in entries


def test_filling_it_a_thousand_times_leaves_nothing_behind(qtbot: QtBot, appearance: Appearance) -> None:
    wishes = Wishes(appearance)
    wishes.fill(picture())
    qtbot.wait(10)
    before = len(wishes.menu.findChildren(QMenu))
    for _ in range(1000):
        wishes.fill(picture())
    qtbot.wait(50)
    assert len(wishes.menu.findChildren(QMenu)) == before


def test_only_web_pages_are_given_to_a_browser() -> None:
    assert is_page("https://status.example/")
    assert not any(map(is_page, ("file:///etc/passwd", "javascript:alert(1)", "", "smb://host/share")))


def test_the_icon_can_be_made_anew_any_number_of_times(qtbot: QtBot, appearance: Appearance) -> None:
    wishes = Wishes(appearance)
    tray = Tray(appearance, wishes.icons)
    tray.fill_with(wishes.contents)
    for version in range(50):
        tray.recreate()
        tray.show_snapshot(replace(picture(), version=version))
    tray.close()
    tray.show_snapshot(snapshot(up(service("a"))))
    qtbot.wait(20)


def test_without_a_tray_a_message_is_passed_on(qtbot: QtBot, appearance: Appearance) -> None:
    wishes = Wishes(appearance)
    tray = Tray(appearance, wishes.icons)
    tray.fill_with(wishes.contents)
    tray.recreate()
    assert not tray.show_message(Notification(1, NOW, "down", ("a",), 1, "A is down", ""))
    tray.close()
