"""The program's icon on real panels and trays: there, complete, and back whatever happens to them."""

from __future__ import annotations

import pytest
from jeepney import DBusErrorResponse

from tests.desktop.parts import Desk, Panel, Tint2, Trayer, until
from tests.desktop.watchbell import PATIENCE, Icon, Watchbell, watching
from tests.servers import HttpServer

pytestmark = pytest.mark.desktop


def has_icon(panel: Panel, tooltip: str) -> bool:
    """Whether the panel has one icon, and it says this."""
    try:
        return len(panel.items()) == 1 and Icon(panel).tooltip == tooltip
    except DBusErrorResponse:  # it was replaced by a new one in this moment
        return False


def calm(watchbell: Watchbell, panel: Panel) -> Icon:
    """Runs it; its icon once all is well and nothing in its menu is going to change by itself."""
    watchbell.run()
    until(lambda: has_icon(panel, "shop is up"), "the icon says that all is well", PATIENCE)
    return Icon(panel)


def test_the_icon_is_there_and_says_the_verdict(watchbell: Watchbell, panel: Panel, shop: HttpServer) -> None:
    watchbell.run()
    until(lambda: has_icon(panel, "shop is up"), "the icon says that all is well", PATIENCE)
    assert watchbell.windows() == []
    shop.status = 503
    until(lambda: has_icon(panel, "shop is down"), "the icon says what is wrong", PATIENCE)


def test_a_panel_that_starts_later_gets_the_icon(desk: Desk, watchbell: Watchbell) -> None:
    watchbell.run()
    watchbell.until_status("shop", "UP")
    with Panel(desk) as panel:
        until(lambda: has_icon(panel, "shop is up"), "the icon is there", PATIENCE)


def test_the_icon_is_back_each_time_the_panel_restarts(watchbell: Watchbell, panel: Panel) -> None:
    watchbell.run()
    for restart in range(5):
        panel.kill() if restart % 2 else panel.stop()
        panel.begin()
        until(lambda: has_icon(panel, "shop is up"), f"the icon is back after restart {restart}", PATIENCE)


@pytest.mark.parametrize("kind", [Tint2, Trayer])
def test_a_tray_of_the_older_way_embeds_the_icon_whenever_it_comes(
    desk: Desk, watchbell: Watchbell, kind: type[Tint2 | Trayer]
) -> None:
    with kind(desk) as tray:
        watchbell.run()
        until(watchbell.embedded, "the icon is embedded", PATIENCE)
        for restart in range(3):
            tray.kill() if restart % 2 else tray.stop()
            until(lambda: not watchbell.embedded(), "the icon went with its tray", PATIENCE)
            tray.begin()
            until(watchbell.embedded, f"the icon is back after restart {restart}", PATIENCE)


def test_the_icon_moves_from_one_kind_of_tray_to_the_other(desk: Desk, watchbell: Watchbell) -> None:
    with Tint2(desk):
        watchbell.run()
        until(watchbell.embedded, "the icon is embedded", PATIENCE)
    with Panel(desk) as panel:
        until(lambda: has_icon(panel, "shop is up"), "the panel has it", PATIENCE)


def test_without_any_tray_the_window_is_to_be_seen_and_closing_it_asks(desk: Desk, watchbell: Watchbell) -> None:
    watchbell.run()
    window = watchbell.window()
    watchbell.close_window()
    until(lambda: len(watchbell.windows()) == 2, "it asks how to go on", PATIENCE)
    desk.run("xdotool", "key", "Escape")
    until(lambda: watchbell.windows() == [window], "the window is still there", PATIENCE)


def test_the_menu_is_complete_without_a_click_on_the_icon(watchbell: Watchbell, panel: Panel, shop: HttpServer) -> None:
    icon = calm(watchbell, panel)
    assert icon.labels() == ["shop is up", "Open Watchbell", "Check now", "Pause", "Settings…", "Quit"]
    assert not icon.entries()[0].enabled
    shop.status = 503
    until(lambda: len(icon.labels()) == 7, "the menu names who needs somebody", PATIENCE)
    assert icon.labels()[0] == "shop is down"
    trouble = icon.entries()[3]
    assert trouble.label.startswith("shop: HTTP 503 · down ")
    assert [entry.label for entry in trouble.below] == ["Open", "Acknowledge", "Snooze", "Open link", "Copy report"]


def test_open_shows_the_window_with_the_keyboard_in_it(watchbell: Watchbell, panel: Panel) -> None:
    icon = calm(watchbell, panel)
    for _again in range(2):
        icon.choose("Open")
        until(watchbell.is_active, "the window is active", PATIENCE)
        watchbell.close_window()
        until(lambda: not watchbell.windows(), "the window is closed", PATIENCE)
    assert watchbell.running


def test_check_now_checks_now(watchbell: Watchbell, panel: Panel, shop: HttpServer) -> None:
    watchbell.configure('version = 1\n[defaults]\ninterval = "1h"\n' + watching("shop", shop.url))
    watchbell.run()
    watchbell.until_status("shop", "UP")
    assert len(shop.requests) == 1
    until(lambda: Icon(panel).entries()[3].enabled, "there is something to check", PATIENCE)
    Icon(panel).choose("Check now")
    until(lambda: len(shop.requests) == 2, "it was checked", PATIENCE)


def test_pause_pauses_and_resume_goes_on(watchbell: Watchbell, panel: Panel) -> None:
    icon = calm(watchbell, panel)
    icon.choose("Pause", "For 1 hour")
    until(lambda: has_icon(panel, "Watching is paused"), "the icon says so", PATIENCE)
    assert watchbell.service("shop")["status"] == "PAUSED"
    icon.choose("Resume (paused until ")
    until(lambda: has_icon(panel, "shop is up"), "it watches again", PATIENCE)


def test_acknowledge_in_the_menu_is_obeyed(watchbell: Watchbell, panel: Panel, shop: HttpServer) -> None:
    shop.status = 503
    watchbell.run()
    watchbell.until_status("shop", "DOWN")
    icon = Icon(panel)
    until(lambda: len(icon.labels()) == 7, "the menu names who needs somebody", PATIENCE)
    icon.choose("shop: ", "Acknowledge")
    until(lambda: watchbell.service("shop")["acknowledged"], "it is acknowledged", PATIENCE)
    until(lambda: icon.labels()[2] == "Acknowledged or snoozed", "nobody is needed any more", PATIENCE)


def test_quit_in_the_menu_ends_the_program(watchbell: Watchbell, panel: Panel) -> None:
    calm(watchbell, panel).choose("Quit")
    code, _seconds = watchbell.ended()
    assert code == 0
    until(lambda: panel.items() == [], "its icon is gone", PATIENCE)
