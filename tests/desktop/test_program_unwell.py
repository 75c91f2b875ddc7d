"""Faults of ours, and garbage of ours: logged, shown once, swept away, and the watch goes on."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desktop.parts import Desk, Dunst, Panel, until
from tests.desktop.watchbell import PATIENCE, QUICK, Icon, Watchbell, watching
from tests.servers import HttpServer

pytestmark = pytest.mark.desktop

CARELESS = """
import gc, sys, threading, time
from pathlib import Path
from trayapp.cli.main import main

signs = Path(sys.argv[1])

def wait(name):
    while not (signs / name).exists():
        time.sleep(0.02)

def break_a_slot():
    raise ZeroDivisionError("in a slot")

def collect():
    gc.collect()
    (signs / "collected").touch()

def be_careless():
    from PySide6.QtCore import QCoreApplication, QTimer
    wait("collect")
    QTimer.singleShot(0, QCoreApplication.instance(), collect)
    wait("slot")
    QTimer.singleShot(0, QCoreApplication.instance(), break_a_slot)
    wait("thread")
    raise LookupError("in a thread")

first = signs / "first"
if not first.exists():  # a second one soon ends, and a thread that imports meanwhile would bring it down
    first.touch()
    threading.Thread(target=be_careless, name="careless", daemon=True).start()
sys.exit(main(sys.argv[2:]))
"""
"""Watchbell, with a thread that does what it should not, one thing after the other, at a sign."""


@pytest.fixture
def signs(tmp_path: Path) -> Path:
    """A folder in which the signs for the careless thread appear."""
    return tmp_path


@pytest.fixture
def careless(desk: Desk, panel: Panel, signs: Path, shop: HttpServer) -> Iterator[Watchbell]:
    """The program with its careless thread; it runs, and all is well yet."""
    command = (sys.executable, "-c", CARELESS, str(signs))
    with Watchbell(desk, signs.name, command=command) as watchbell:
        watchbell.configure(QUICK + watching("shop", shop.url))
        watchbell.run()
        watchbell.until_status("shop", "UP")
        yield watchbell
        assert watchbell.end()[0] == 0


def test_what_is_swept_away_as_garbage_is_garbage(
    careless: Watchbell, panel: Panel, dunst: Dunst, signs: Path, shop: HttpServer
) -> None:
    (signs / "collect").touch()
    until((signs / "collected").exists, "the garbage was collected", PATIENCE)
    panel.restart()
    until(panel.items, "the icon is back", PATIENCE)
    shop.status = 503
    until(dunst.displayed, "the outage is told", PATIENCE)
    dunst.click()
    until(careless.is_active, "the window is active", PATIENCE)
    careless.configure(QUICK + watching("shop", shop.url) + watching("cellar", shop.url))
    assert careless.until_status("cellar", "DOWN")
    assert careless.unforeseen() == []


def test_a_fault_in_a_slot_or_a_thread_is_logged_and_shown_and_the_watch_goes_on(
    careless: Watchbell, panel: Panel, signs: Path, shop: HttpServer
) -> None:
    (signs / "collect").touch()
    (signs / "slot").touch()
    (problem,) = until(lambda: careless.status()["problems"], "the fault is known", PATIENCE)
    assert "ZeroDivisionError" in problem
    until(lambda: "ZeroDivisionError" in Icon(panel).tooltip, "the icon says so", PATIENCE)

    (signs / "thread").touch()
    until(lambda: "the latest of 2" in careless.status()["problems"][0], "both are counted", PATIENCE)
    (problem,) = careless.status()["problems"]
    assert "LookupError in the careless thread" in problem

    kept = careless.places.log_file.read_text()
    assert "ZeroDivisionError: in a slot" in kept
    assert "LookupError: in a thread" in kept
    asked = len(shop.requests)
    until(lambda: len(shop.requests) > asked + 3, "the watch goes on", PATIENCE)
    assert careless.service("shop")["status"] == "UP"
    careless.say("run")
    until(careless.is_active, "the window is active", PATIENCE)
