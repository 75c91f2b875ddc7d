"""The parts do what the other tests in this folder trust them to do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.desktop.parts import Desk, Dunst, Keyring, Panel, Tint2, Trayer, WindowManager, Xfce4Notifyd, until

pytestmark = pytest.mark.desktop


def test_a_panel_hosts_status_notifiers_and_comes_back_after_a_restart(desk: Desk, panel: Panel) -> None:
    assert panel.items() == []
    panel.restart()
    assert panel.items() == []


def test_an_xembed_tray_owns_the_tray_selection(desk: Desk, tint2: Tint2) -> None:
    assert tint2.running
    tint2.restart()


def test_another_xembed_tray_owns_the_tray_selection(desk: Desk, trayer: Trayer) -> None:
    assert trayer.running


def test_dunst_shows_what_another_program_sends_and_keeps_it_in_its_history(desk: Desk, dunst: Dunst) -> None:
    desk.run("dunstify", "--appname=somebody", "Hello", "World")
    assert dunst.displayed() == 1
    dunst.close_all()
    (entry,) = dunst.history()
    assert (entry["appname"], entry["summary"], entry["body"]) == ("somebody", "Hello", "World")


def test_xfce4_notifyd_shows_a_window(desk: Desk, xfce4_notifyd: Xfce4Notifyd) -> None:
    assert "actions" in xfce4_notifyd.capabilities()
    desk.run("dunstify", "Hello", "World")
    until(xfce4_notifyd.windows, "a notification is on screen")


def test_a_secret_is_written_and_read_back_until_the_keyring_is_locked(desk: Desk, keyring: Keyring) -> None:
    program = "import keyring; keyring.set_password('a', 'b', 'c'); print(keyring.get_password('a', 'b'))"
    assert desk.run(sys.executable, "-c", program).strip() == "c"
    keyring.lock()


def test_a_screenshot_is_a_picture_of_the_screen(desk: Desk, tmp_path: Path) -> None:
    picture = desk.screenshot(tmp_path / "screen.png")
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_nothing_is_left_behind() -> None:
    desk = Desk()
    with desk, WindowManager(desk), Panel(desk), Dunst(desk), Keyring(desk) as keyring:
        keyring.pause()
        assert len(desk.inhabitants()) >= 6
    assert desk.inhabitants() == []
    assert not desk.folder.exists()
