"""The panel ends again and again, in order or not: the icon is back each time, and no check is missed meanwhile."""

from __future__ import annotations

import time

import pytest

from tests.desktop.parts import Panel, until
from tests.desktop.watchbell import PATIENCE, Icon, Watchbell
from tests.servers import HttpServer

pytestmark = [pytest.mark.desktop, pytest.mark.timeout(180)]

RESTARTS = 20
LATE = 5.0
"""Seconds between two checks that are half a second apart, on a machine that starts a panel meanwhile."""


def test_after_each_of_twenty_restarts_the_icon_is_back_and_no_check_was_missed(
    watchbell: Watchbell, panel: Panel, shop: HttpServer
) -> None:
    watchbell.run()
    watchbell.until_status("shop", "UP")
    for restart in range(RESTARTS):
        asked, began = len(shop.requests), time.monotonic()
        panel.kill() if restart % 2 else panel.stop()
        panel.begin()
        until(lambda: Icon(panel).tooltip == "shop is up", f"the icon is back after restart {restart}", PATIENCE)
        took = time.monotonic() - began
        assert len(shop.requests) - asked >= int(took / LATE)
    assert len(panel.items()) == 1
    assert watchbell.service("shop")["status"] == "UP"
