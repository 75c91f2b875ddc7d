"""The icon finds every tray, whenever it comes and however often it restarts; without one there is a window."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.desktop.parts import Desk, Panel, Tint2, Trayer, WindowManager, XEmbedTray, until
from tests.desktop.watchbell import PATIENCE, QUICK, Icon, Watchbell, watching

pytestmark = pytest.mark.desktop

NOBODY = watching("nobody", "http://127.0.0.1:9/", 'interval = "1h"\nfailure_threshold = 100')
"""Never confirmed to be down: without a notification daemon the window would come to tell it."""


@pytest.fixture
def watchbell() -> Iterator[Watchbell]:
    """The program on a desk of its own, not started yet, with one service."""
    with Desk() as desk, WindowManager(desk), Watchbell(desk) as watchbell:
        watchbell.configure(QUICK + NOBODY)
        yield watchbell


def embedded(watchbell: Watchbell) -> list[int]:
    """Its icon's window in an XEmbed tray: visible, and small."""
    everything = watchbell.desk.windows("--class", "^Watchbell$")
    return [window for window in everything if window not in watchbell.windows()]


def listed(watchbell: Watchbell) -> bool:
    """Whether the window manager knows a window of it, a minimised one as well."""
    clients = watchbell.desk.run("xprop", "-root", "_NET_CLIENT_LIST").partition("#")[2]
    names = (
        watchbell.desk.run("xprop", "-id", client.strip(), "WM_CLASS")
        for client in clients.split(",")
        if client.strip()
    )
    return any("atchbell" in name for name in names)


def click(panel: Panel) -> None:
    """A left click on the icon, as the panel passes it on."""
    owner, _, path = until(panel.items, "the icon is registered", PATIENCE)[0].partition("/")
    panel.desk.bus.call(owner, f"/{path}", "org.kde.StatusNotifierItem", "Activate", "ii", 0, 0)


def close(watchbell: Watchbell) -> None:
    """Closes its window as the cross in the frame does. A key pressed while the window manager grabs is lost: again."""
    before = watchbell.windows()
    for _ in range(3):
        until(watchbell.is_active, "the window has the keyboard", PATIENCE)
        watchbell.desk.run("xdotool", "key", "alt+F4")
        pressed = time.monotonic()
        while time.monotonic() < pressed + 4:
            if watchbell.windows() != before:
                return
            time.sleep(0.05)


def test_the_icon_comes_back_whenever_the_panel_restarts(watchbell: Watchbell) -> None:
    with Panel(watchbell.desk) as panel:
        watchbell.run("--hidden")
        for _ in range(4):
            assert "Open Watchbell" in Icon(panel).labels()
            panel.restart()
        assert "nobody" in Icon(panel).tooltip
    assert watchbell.running


def test_a_panel_that_comes_after_the_program_gets_the_icon(watchbell: Watchbell) -> None:
    watchbell.run("--hidden")
    with Panel(watchbell.desk) as panel:
        assert "Quit" in Icon(panel).labels()
        assert watchbell.troubles == []


@pytest.mark.parametrize("kind", [Tint2, Trayer])
def test_an_older_tray_gets_the_icon_and_again_after_its_restart(watchbell: Watchbell, kind: type[XEmbedTray]) -> None:
    with kind(watchbell.desk) as tray:
        watchbell.run("--hidden")
        until(lambda: embedded(watchbell), "the icon is in the tray", PATIENCE)
        tray.restart()
        until(lambda: embedded(watchbell), "the icon is in the tray again", PATIENCE)


def test_an_older_tray_that_comes_late_gets_the_icon_too(watchbell: Watchbell) -> None:
    watchbell.run("--hidden")
    with Tint2(watchbell.desk):
        until(lambda: embedded(watchbell), "the icon is in the tray", PATIENCE)


def test_without_any_tray_a_hidden_program_is_still_found_as_a_minimised_window(watchbell: Watchbell) -> None:
    watchbell.run("--hidden")
    assert not watchbell.windows()
    until(lambda: listed(watchbell), "the window manager lists a window", PATIENCE)


def test_when_the_last_tray_goes_for_good_the_program_stays_in_sight(watchbell: Watchbell) -> None:
    with Panel(watchbell.desk) as panel:
        watchbell.run("--hidden")
        assert Icon(panel).labels()
    until(lambda: listed(watchbell), "the window manager lists a window", PATIENCE)
    assert watchbell.running


def test_a_click_on_the_icon_opens_the_window_and_its_cross_hides_it_behind_the_icon(watchbell: Watchbell) -> None:
    with Panel(watchbell.desk) as panel:
        watchbell.run("--hidden")
        for _ in range(2):
            click(panel)
            watchbell.window()
            close(watchbell)
            until(lambda: not watchbell.windows(), "the window is closed", PATIENCE)
        assert watchbell.running
        assert panel.items()


def test_without_a_tray_the_cross_asks_and_the_program_stays_or_ends(watchbell: Watchbell) -> None:
    watchbell.run("--window")
    watchbell.window()
    close(watchbell)
    until(lambda: len(watchbell.windows()) == 2, "it asks", PATIENCE)
    watchbell.desk.run("xdotool", "key", "Escape")
    until(lambda: len(watchbell.windows()) == 1, "the question is gone and the window is not", PATIENCE)
    close(watchbell)
    until(lambda: len(watchbell.windows()) == 2, "it asks again", PATIENCE)
    watchbell.desk.run("xdotool", "key", "alt+q")
    until(lambda: not watchbell.running, "it ended", PATIENCE)
