from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from tests.ui.world import (
    HOUR,
    MINUTE,
    NOW,
    PaperAsks,
    PaperPast,
    acknowledged,
    down,
    picture,
    service,
    snapshot,
    snoozed,
    up,
    without_internet,
)
from trayapp.core.words import FOR_EVER, Notification, ServiceView, Snapshot
from trayapp.ui.actions import ServiceActions, is_page
from trayapp.ui.bridge import Bridge
from trayapp.ui.corrections import Corrections
from trayapp.ui.entries import LivingMenu
from trayapp.ui.icons import Icons
from trayapp.ui.menu import NAMED, TrayMenu, gist
from trayapp.ui.palette import Appearance
from trayapp.ui.reports import Reports
from trayapp.ui.times import clock, tomorrow
from trayapp.ui.tray import Tray


class Wishes(PaperAsks):
    """What is asked of the program, and of the screen."""

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self.past: PaperPast = PaperPast(snapshot())
        self.bridge = Bridge()
        actions = self.actions()
        self.icons = Icons(appearance)
        self.contents = TrayMenu(self, self.icons, actions, lambda: NOW, self.open_window, self.open_settings)
        self.menu = QMenu()
        self.living = LivingMenu(self.menu)

    def actions(self) -> ServiceActions:
        corrections = Corrections(self, self.past, self.bridge)
        return ServiceActions(self, lambda: NOW, self.reveal, self.edit, Reports(self.past, lambda: NOW), corrections)

    def fill(self, shown: Snapshot) -> list[str]:
        self.living.show(self.contents.entries(shown))
        return words(self.menu)

    def menu_of(self, view: ServiceView) -> QMenu:
        """The menu of one service in the window."""
        menu = QMenu(self.menu)
        LivingMenu(menu).show(self.actions().everything(view))
        return menu

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
    choose(wishes.menu, twitter, "Snooze", "For 2 hours")
    choose(wishes.menu, twitter, "Open link")
    choose(wishes.menu, "Check now")
    choose(wishes.menu, "Pause", "For 1 hour")
    choose(wishes.menu, "Pause", "Until tomorrow morning")
    choose(wishes.menu, "Settings…")
    choose(wishes.menu, "Quit")
    assert wishes.asked == [
        ("open",),
        ("reveal", "twitter"),
        ("acknowledge", 17),
        ("snooze", "twitter", NOW + 2 * HOUR),
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
    wishes = Wishes(appearance)
    menu = wishes.menu_of(snoozed(down(service("a", "A"), "refused"), NOW + HOUR))
    choose(menu, f"End snooze (until {clock(NOW + HOUR, NOW)})")
    assert wishes.asked == [("snooze", "a", None)]


def test_to_be_told_once_when_it_is_back_ends_the_reminders_and_can_be_taken_back(
    qtbot: QtBot, appearance: Appearance
) -> None:
    view, wishes = down(service("a", "A"), "refused"), Wishes(appearance)
    choose(wishes.menu_of(view), "Snooze", "Until it is back (tell me once)")
    choose(wishes.menu_of(replace(acknowledged(view), when_back=True)), "Tell me once when it is back")
    assert wishes.asked == [("acknowledge", 17), ("tell_when_back", "a", True), ("tell_when_back", "a", False)]


def test_what_was_acknowledged_says_so_where_it_was_done(qtbot: QtBot, appearance: Appearance) -> None:
    entries = words(Wishes(appearance).menu_of(acknowledged(down(service("a", "A"), "refused"))))
    assert "Acknowledged, until it is back" in entries
    assert "Acknowledge" not in entries


def test_one_service_is_paused_for_an_hour_or_until_it_is_resumed(qtbot: QtBot, appearance: Appearance) -> None:
    view, wishes = up(service("a", "A")), Wishes(appearance)
    choose(wishes.menu_of(view), "Pause this service", "For 1 hour")
    choose(wishes.menu_of(view), "Pause this service", "Until I resume it")
    choose(wishes.menu_of(replace(view, paused_until=FOR_EVER)), "Resume this service (paused until you end it)")
    until = f"Resume this service (paused until {clock(NOW + HOUR, NOW)})"
    choose(wishes.menu_of(replace(view, paused_until=NOW + HOUR)), until)
    assert wishes.asked == [
        ("pause_service", "a", NOW + HOUR),
        ("pause_service", "a", FOR_EVER),
        ("pause_service", "a", None),
        ("pause_service", "a", None),
    ]


def test_several_outages_are_acknowledged_together_and_one_is_not_offered_that(
    qtbot: QtBot, appearance: Appearance
) -> None:
    wishes = Wishes(appearance)
    assert not any("Acknowledge all" in entry for entry in wishes.fill(picture()))
    known = acknowledged(down(service("known"), "refused", incident=9))
    wishes.fill(snapshot(*(down(service(f"s{at}"), "refused", incident=at) for at in range(3)), known))
    choose(wishes.menu, "Acknowledge all 3")
    assert wishes.asked == [("acknowledge", 0), ("acknowledge", 1), ("acknowledge", 2)]


def test_an_entry_keeps_its_action_whatever_it_says_meanwhile(qtbot: QtBot, appearance: Appearance) -> None:
    wishes = Wishes(appearance)
    wishes.fill(picture())
    before = {action.text(): action for action in wishes.menu.actions() if action.text()}
    later = replace(picture().services[0], when_back=True)
    entries = wishes.fill(replace(picture(), version=2, services=(later, *picture().services[1:3])))
    after = {action.text(): action for action in wishes.menu.actions() if action.text()}
    assert entries == list(before)
    assert all(after[text] is action for text, action in before.items())


def test_what_was_hushed_can_be_found_again_in_the_tray(qtbot: QtBot, appearance: Appearance) -> None:
    wishes = Wishes(appearance)
    entries = wishes.fill(snapshot(snoozed(down(service("a", "A"), "refused")), up(service("b"))))
    assert entries[:3] == ["A is down", "Open Watchbell", "Acknowledged or snoozed"]
    until = clock(NOW + 2 * HOUR, NOW)
    path = f"A: snoozed until {until} · refused · down 4 min", f"End snooze (until {until})"
    choose(wishes.menu, "Acknowledged or snoozed", *path)
    assert wishes.asked == [("snooze", "a", None)]


def test_what_comes_and_goes_takes_its_place_among_what_stays(qtbot: QtBot, appearance: Appearance) -> None:
    wishes = Wishes(appearance)
    whole = wishes.fill(picture())
    stays = {action.text(): action for action in wishes.menu.actions()}
    assert len(wishes.fill(snapshot(up(service("a", "A"))))) == len(whole) - 2
    assert wishes.fill(picture()) == whole
    assert next(action for action in wishes.menu.actions() if action.text() == "Quit") is stays["Quit"]


def test_while_offline_the_menu_says_so_and_names_no_service_that_is_merely_out_of_sight(
    qtbot: QtBot, appearance: Appearance
) -> None:
    entries = Wishes(appearance).fill(without_internet())
    assert entries == ["You are offline", "Open Watchbell", "Check now", "Pause", "Settings…", "Quit"]


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


def test_how_long_an_outage_lasts_is_told_anew_each_minute_and_nothing_while_all_is_well() -> None:
    later = replace(picture(), version=2, at=NOW + MINUTE)
    assert gist(later) != gist(picture()) == gist(replace(picture(), version=3))
    well = snapshot(up(service("a")))
    assert gist(well) == gist(replace(well, at=NOW + HOUR))


def test_without_a_tray_a_message_is_passed_on(qtbot: QtBot, appearance: Appearance) -> None:
    wishes = Wishes(appearance)
    tray = Tray(appearance, wishes.icons)
    tray.fill_with(wishes.contents)
    tray.recreate()
    assert not tray.show_message(Notification(1, NOW, "down", ("a",), 1, "A is down", ""))
    tray.close()
