"""What the program does when the desktop around it breaks: somebody is told in another way, and the watch goes on."""

from __future__ import annotations

import time

import pytest

from tests.desktop.eavesdropper import Eavesdropper
from tests.desktop.parts import Desk, Dunst, Panel, Trayer, WindowManager, until
from tests.desktop.watchbell import PATIENCE, QUICK, Watchbell, watching
from tests.servers import HttpServer

pytestmark = pytest.mark.desktop

FALLBACK = 12.0
"""Seconds until it is told in another way: the daemon is given two, confirming the outage takes about one."""

PROMPT = 5.0
"""Seconds for a second start to raise the window and end, most of which Python needs to begin."""


def goes_on(watchbell: Watchbell, shop: HttpServer) -> bool:
    """Whether the service is asked again from now on."""
    asked = len(shop.requests)
    until(lambda: len(shop.requests) > asked + 3, "the watch goes on", PATIENCE)
    return watchbell.running


def raised_promptly(watchbell: Watchbell) -> bool:
    """Whether a second start is answered at once, which a screen that waits for somebody could not do."""
    begun = time.monotonic()
    watchbell.say("run")
    until(watchbell.is_active, "the window is active", PATIENCE)
    return time.monotonic() - begun < PROMPT


def test_without_a_notification_daemon_the_window_tells(watchbell: Watchbell, panel: Panel, shop: HttpServer) -> None:
    watchbell.run()
    watchbell.until_status("shop", "UP")
    assert watchbell.windows() == []
    shop.status = 503
    until(watchbell.windows, "the window comes and tells", FALLBACK)
    assert not watchbell.is_active()  # somebody may be typing elsewhere
    assert goes_on(watchbell, shop)


def test_without_a_notification_daemon_a_tray_of_the_older_way_tells(
    desk: Desk, watchbell: Watchbell, trayer: Trayer, shop: HttpServer
) -> None:
    watchbell.run()
    watchbell.until_status("shop", "UP")
    until(lambda: len(watchbell.embedded()) == 1, "the icon is embedded", PATIENCE)
    shop.status = 503
    until(lambda: len(watchbell.embedded()) == 2, "a balloon beside the icon tells", FALLBACK)
    assert goes_on(watchbell, shop)


def test_a_stopped_notification_daemon_holds_up_nobody(
    watchbell: Watchbell, panel: Panel, dunst: Dunst, shop: HttpServer
) -> None:
    watchbell.run()
    watchbell.until_status("shop", "UP")
    dunst.pause()
    shop.status = 503
    until(watchbell.windows, "the window comes and tells", FALLBACK)
    assert raised_promptly(watchbell)
    assert goes_on(watchbell, shop)
    dunst.resume()
    until(lambda: dunst.displayed() == 0, "what was told already is not told again", PATIENCE)
    shop.status = 200
    until(lambda: dunst.displayed() == 1, "the daemon is used again", PATIENCE)


def test_a_notification_daemon_that_restarted_tells_the_recovery(
    desk: Desk, watchbell: Watchbell, panel: Panel, dunst: Dunst, shop: HttpServer
) -> None:
    watchbell.run()
    watchbell.until_status("shop", "UP")
    shop.status = 503
    until(dunst.displayed, "the outage is told", PATIENCE)
    dunst.kill()
    dunst.begin()
    with Eavesdropper(desk.bus, "Notify") as heard:
        shop.status = 200
        ((_, replaces, _, title, *_),) = heard.calls(1, PATIENCE)
    assert (replaces, title) == (0, "shop is back")
    until(lambda: dunst.displayed() == 1, "it is on screen", PATIENCE)
    assert watchbell.windows() == []


def test_when_the_session_bus_dies_the_watch_goes_on_in_the_window(own_desk: Desk) -> None:
    with HttpServer() as shop, WindowManager(own_desk), Panel(own_desk) as panel, Watchbell(own_desk) as watchbell:
        watchbell.configure(QUICK + watching("shop", shop.url))
        watchbell.run()
        until(panel.items, "the icon is there", PATIENCE)
        own_desk.bus.kill()
        assert goes_on(watchbell, shop)
        shop.status = 503
        until(watchbell.windows, "the window comes and tells", FALLBACK)
        assert watchbell.until_status("shop", "DOWN")
        assert raised_promptly(watchbell)
        assert watchbell.end()[0] == 0


def test_when_the_session_bus_comes_back_notifications_come_through_it_again(own_desk: Desk) -> None:
    with HttpServer() as shop, WindowManager(own_desk), Watchbell(own_desk) as watchbell:
        watchbell.configure(QUICK + watching("shop", shop.url))
        watchbell.run()
        watchbell.until_status("shop", "UP")
        own_desk.bus.kill()
        own_desk.bus.begin()
        with Dunst(own_desk) as dunst:
            shop.status = 503
            until(dunst.displayed, "the outage is told", PATIENCE)


def test_without_a_session_bus_the_window_is_what_there_is(own_desk: Desk) -> None:
    own_desk.env["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nonexistent"
    with HttpServer(status=503) as shop, WindowManager(own_desk), Watchbell(own_desk) as watchbell:
        watchbell.configure(QUICK + watching("shop", shop.url))
        watchbell.run()
        watchbell.until_status("shop", "DOWN")
        assert watchbell.window()
        assert raised_promptly(watchbell)
        assert watchbell.end()[0] == 0
