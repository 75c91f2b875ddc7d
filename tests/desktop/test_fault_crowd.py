"""Five hundred services fail in the same second before somebody's eyes: one popup, and a program that still obeys."""

from __future__ import annotations

import pytest

from tests.desktop.eavesdropper import Eavesdropper
from tests.desktop.parts import Desk, Dunst, Panel, until
from tests.desktop.watchbell import PATIENCE, Icon, Watchbell, watching
from tests.servers import HttpServer
from trayapp.desktop.control import ask

pytestmark = [pytest.mark.desktop, pytest.mark.timeout(180)]

CROWD = 500
SLOW = """\
[defaults]
interval = "1m"
recheck_interval = "1s"
timeout = "5s"
failure_threshold = 2
"""


def check_all(watchbell: Watchbell) -> None:
    ask(watchbell.places.socket, {"do": "check", "services": [f"s{n}" for n in range(CROWD)]}, PATIENCE)


def having(watchbell: Watchbell, status: str) -> int:
    return sum(service["status"] == status for service in watchbell.status()["services"])


def test_five_hundred_that_fail_at_once_are_two_popups_at_most(
    desk: Desk, watchbell: Watchbell, panel: Panel, dunst: Dunst, shop: HttpServer
) -> None:
    watchbell.configure(SLOW + "".join(watching(f"s{n}", f"{shop.url}{n}") for n in range(CROWD)))
    watchbell.run()
    check_all(watchbell)
    until(lambda: having(watchbell, "UP") == CROWD, "all are up", 2 * PATIENCE)
    with Eavesdropper(desk.bus, "Notify") as heard:
        shop.stop()
        check_all(watchbell)
        heard.calls(1, PATIENCE)
        with pytest.raises(TimeoutError):
            heard.calls(3, 10.0)
    until(lambda: having(watchbell, "DOWN") == CROWD, "all are down", 2 * PATIENCE)
    until(lambda: f"{CROWD} " in Icon(panel).tooltip, "the icon counts them", PATIENCE)
    displayed = dunst.displayed()
    dunst.close_all()
    assert displayed <= 2, [entry["summary"] for entry in dunst.history()]
    watchbell.say("run")
    until(watchbell.is_active, "the window is active", PATIENCE)
