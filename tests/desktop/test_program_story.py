"""An outage as a person lives through it: told in a sentence, acknowledged, over, and still there after a crash."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.desktop.eavesdropper import Eavesdropper
from tests.desktop.parts import Desk, Dunst, Panel, until
from tests.desktop.watchbell import PATIENCE, QUICK, Icon, Watchbell, parsed, watching
from tests.servers import HttpServer

pytestmark = pytest.mark.desktop


def words(call: tuple[Any, ...]) -> tuple[str, str]:
    """Title and body of a call of Notify."""
    return call[3], call[4]


def is_down(said: tuple[str, str], trouble: str) -> bool:
    """Whether this tells that the shop is down because of that, and for some seconds by now."""
    return said[0] == "shop is down" and re.fullmatch(rf"{trouble}( for \d+ s)?", said[1]) is not None


def told(dunst: Dunst) -> list[tuple[str, str]]:
    """Title and body of everything that was shown until now, the oldest first; nothing is on screen afterwards."""
    dunst.close_all()
    return [(entry["summary"], entry["body"]) for entry in reversed(dunst.history())]


def test_an_outage_is_told_acknowledged_and_replaced_by_its_recovery(
    desk: Desk, watchbell: Watchbell, panel: Panel, dunst: Dunst, shop: HttpServer
) -> None:
    watchbell.run()
    watchbell.until_status("shop", "UP")
    with Eavesdropper(desk.bus, "Notify") as heard:
        shop.status = 503
        until(dunst.displayed, "the outage is told", PATIENCE)
        until(lambda: Icon(panel).tooltip == "shop is down", "the icon says so too", PATIENCE)

        dunst.choose("Acknowledge")
        until(lambda: watchbell.service("shop")["acknowledged"], "it is acknowledged", PATIENCE)
        (said,) = parsed(watchbell.say("status", "--json", code=2))
        assert (said["status"], said["acknowledged"]) == ("DOWN", True)
        icon = Icon(panel)
        until(lambda: icon.labels()[2] == "Acknowledged or snoozed", "the menu asks nobody any more", PATIENCE)

        shop.status = 200
        down, back = heard.calls(2, PATIENCE)
    assert is_down(words(down), "HTTP 503")
    assert words(back)[0] == "shop is back"
    assert re.fullmatch(r"It was down for \d+ m?s \(HTTP 503\)", words(back)[1])
    assert dunst.displayed() == 1
    assert told(dunst) == [words(back)]


def test_a_pulled_plug_is_told_and_so_is_the_end_of_it(
    desk: Desk, watchbell: Watchbell, dunst: Dunst, shop: HttpServer
) -> None:
    watchbell.run()
    watchbell.until_status("shop", "UP")
    with Eavesdropper(desk.bus, "Notify") as heard:
        shop.stop()
        assert is_down(words(heard.calls(1, PATIENCE)[0]), "connection refused")
        shop.start()
        assert words(heard.calls(2, PATIENCE)[1])[0] == "shop is back"
    assert dunst.displayed() == 1


def test_a_click_on_the_notification_shows_the_window(watchbell: Watchbell, dunst: Dunst, shop: HttpServer) -> None:
    shop.status = 503
    watchbell.run()
    until(dunst.displayed, "the outage is told", PATIENCE)
    assert watchbell.windows() == []
    dunst.click()
    until(watchbell.is_active, "the window is active", PATIENCE)


def test_a_crash_in_the_middle_neither_forgets_the_incident_nor_tells_it_twice(
    watchbell: Watchbell, panel: Panel, dunst: Dunst, shop: HttpServer
) -> None:
    watchbell.run()
    watchbell.until_status("shop", "UP")
    shop.status = 503
    until(dunst.displayed, "the outage is told", PATIENCE)
    before = watchbell.service("shop")
    watchbell.kill()
    until(lambda: panel.items() == [], "the icon went with it", PATIENCE)

    asked = len(shop.requests)
    watchbell.run()
    until(lambda: len(shop.requests) > asked + 5, "it is watched again", PATIENCE)
    after = watchbell.service("shop")
    assert (after["status"], after["incident"]) == ("DOWN", before["incident"])
    until(lambda: Icon(panel).tooltip == "shop is down", "the icon says so too", PATIENCE)
    (outage,) = told(dunst)
    assert is_down(outage, "HTTP 503")

    shop.status = 200
    until(dunst.displayed, "the recovery is told", PATIENCE)
    assert [title for title, _body in told(dunst)] == ["shop is down", "shop is back"]


def test_a_faulty_file_is_told_and_what_is_right_goes_on(watchbell: Watchbell, panel: Panel, shop: HttpServer) -> None:
    watchbell.run()
    watchbell.until_status("shop", "UP")
    right = QUICK + watching("shop", shop.url)
    watchbell.configure(right + watching("cellar", "htp://nowhere"))
    until(lambda: watchbell.status()["faults"], "the fault is noticed", PATIENCE)
    assert "services.cellar.http.url" in watchbell.status()["faults"][0]
    until(lambda: "services.cellar.http.url" in Icon(panel).tooltip, "the icon says so", PATIENCE)

    watchbell.configure(right + "[services.")
    until(lambda: "cellar" not in watchbell.status()["faults"][0], "the other fault is noticed", PATIENCE)
    asked = len(shop.requests)
    until(lambda: len(shop.requests) > asked + 2, "what was right is still watched", PATIENCE)
    assert watchbell.service("shop")["status"] == "UP"

    watchbell.configure(right)
    until(lambda: watchbell.status()["faults"] == [], "all is well again", PATIENCE)
    until(lambda: Icon(panel).tooltip == "shop is up", "the icon says so too", PATIENCE)
