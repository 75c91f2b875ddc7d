"""One program per home, however it is started, and an end in order, whatever is going on."""

from __future__ import annotations

import signal
import time
from contextlib import ExitStack
from functools import partial

import pytest

from tests.desktop.parts import Desk, Panel, until
from tests.desktop.watchbell import PATIENCE, QUICK, Watchbell, watching
from tests.servers import HttpServer, silent_port

pytestmark = pytest.mark.desktop

AT_ONCE = 20

QUITTING = 4.0
"""Seconds: two are promised, and this machine may have others to serve."""


def test_a_second_start_raises_the_window_of_the_first(watchbell: Watchbell, panel: Panel) -> None:
    watchbell.run()
    assert watchbell.windows() == []
    for arguments in (("run",), ()):
        watchbell.say(*arguments)
        until(watchbell.is_active, "the window is active", PATIENCE)
        until(partial(closed, watchbell), "the window is closed", PATIENCE)


def closed(watchbell: Watchbell) -> bool:
    """Whether it closes; keys that are typed while a window comes up may be lost."""
    watchbell.close_window()
    try:
        return until(lambda: not watchbell.windows(), "the window is closed", 3)
    except AssertionError:
        return False


def test_of_twenty_started_at_once_one_runs_and_the_others_raise_it(watchbell: Watchbell, panel: Panel) -> None:
    with ExitStack() as stack:
        started = [stack.enter_context(watchbell.begin("run")) for _ in range(AT_ONCE)]
        try:
            until(lambda: sum(each.poll() is not None for each in started) == AT_ONCE - 1, "one is left", 2 * PATIENCE)
            until(lambda: len(panel.items()) == 1, "one icon is there", PATIENCE)
            assert watchbell.until_status("shop", "UP")
            assert watchbell.window()
            assert len(watchbell.windows()) == 1
        finally:
            for each in started:
                each.terminate()
        assert [each.communicate(timeout=PATIENCE) for each in started] == [("", "")] * AT_ONCE
        assert [each.returncode for each in started] == [0] * AT_ONCE


def test_after_a_crash_the_next_start_runs_at_once(watchbell: Watchbell, panel: Panel) -> None:
    for _crash in range(3):
        watchbell.run()
        until(lambda: len(panel.items()) == 1, "the icon is there", PATIENCE)
        watchbell.kill()
        until(lambda: panel.items() == [], "the icon went with it", PATIENCE)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(watchbell: Watchbell, number: int) -> None:
    watchbell.run("--window")
    watchbell.until_status("shop", "UP")
    code, seconds = watchbell.end(number)
    assert (code, seconds < QUITTING) == (0, True)
    assert not watchbell.places.socket.exists()


def test_a_signal_ends_it_also_where_there_is_no_tray_to_close_the_window_to(watchbell: Watchbell) -> None:
    watchbell.run("--window")
    watchbell.window()
    assert watchbell.end()[0] == 0


def test_ctrl_q_ends_it(desk: Desk, watchbell: Watchbell) -> None:
    watchbell.run("--window")
    until(watchbell.is_active, "the window is active", PATIENCE)
    desk.run("xdotool", "key", "ctrl+q")
    assert watchbell.ended()[0] == 0


def test_a_signal_in_the_middle_of_the_start_is_not_lost(watchbell: Watchbell) -> None:
    for wait in (0.2, 0.4, 0.6, 0.8, 1.0):
        with watchbell.begin("run") as starting:
            time.sleep(wait)  # somewhere between the first line of Python and the first turn of Qt's loop
            starting.send_signal(signal.SIGTERM)
            assert starting.wait(PATIENCE) in (0, -signal.SIGTERM)
            assert starting.stderr is not None
            assert starting.stderr.read() == ""


def test_twenty_checks_that_hang_do_not_hold_up_the_end(watchbell: Watchbell) -> None:
    with silent_port() as port:
        hanging = (watching(f"silent-{number}", f"http://127.0.0.1:{port}/") for number in range(20))
        watchbell.configure(QUICK.replace('"5s"', '"60s"') + "".join(hanging))
        watchbell.run()
        time.sleep(2.0)  # all of them are dialling by then
        code, seconds = watchbell.end()
    assert (code, seconds < QUITTING) == (0, True)


def test_what_was_seen_last_is_remembered_when_it_ends(watchbell: Watchbell, shop: HttpServer) -> None:
    shop.status = 503
    watchbell.run()
    incident = watchbell.until_status("shop", "DOWN")["incident"]
    assert watchbell.end()[0] == 0
    watchbell.run()
    assert watchbell.until_status("shop", "DOWN")["incident"] == incident
