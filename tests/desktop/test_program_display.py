"""`watchbell run` where no window can be opened: one line says so, and the terminal watches instead."""

from __future__ import annotations

import signal

import pytest

from tests.desktop.parts import Desk
from tests.desktop.watchbell import Watchbell
from trayapp.desktop.display import has_display

pytestmark = pytest.mark.desktop

NOBODY = ":4711"

ELSEWHERE = [
    pytest.param({}, id="no display"),
    pytest.param({"DISPLAY": NOBODY}, id="an X display that is not there"),
    pytest.param({"WAYLAND_DISPLAY": "wayland-4711"}, id="a Wayland display that is not there"),
]


@pytest.mark.parametrize("display", ELSEWHERE)
def test_the_terminal_watches_where_there_is_no_display(watchbell: Watchbell, display: dict[str, str]) -> None:
    del watchbell.env["DISPLAY"]
    watchbell.env |= display
    watchbell.foreseen.append("")  # whatever it says is what it was asked for
    watchbell.run()
    watchbell.until_status("shop", "UP")
    assert watchbell.end(signal.SIGINT)[0] == 0
    assert watchbell.output.startswith("watchbell: there is no display, so this is `watchbell watch`; Ctrl+C ends it\n")


def test_a_display_is_there_when_it_lets_us_in(desk: Desk) -> None:
    assert has_display(desk.env)
    assert not has_display(desk.env | {"DISPLAY": NOBODY})
    assert not has_display({})
    assert has_display({"QT_QPA_PLATFORM": "offscreen"})
