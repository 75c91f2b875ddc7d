"""Fixtures of the screen: drawn offscreen, with paper for a past and for what is asked."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from tests.ui.world import NOW, PaperAsks, PaperPast, picture
from trayapp.core.words import Snapshot
from trayapp.ui.actions import ServiceActions
from trayapp.ui.bridge import Bridge
from trayapp.ui.corrections import Corrections
from trayapp.ui.icons import Icons
from trayapp.ui.palette import Appearance
from trayapp.ui.reports import Reports
from trayapp.ui.strips import Strips
from trayapp.ui.window.placement import Placement
from trayapp.ui.window.services import ServicesPage
from trayapp.ui.window.window import Window

os.environ["QT_QPA_PLATFORM"] = "offscreen"


class Stage:
    """A window and everything it needs, at a time that only the test moves."""

    def __init__(self, appearance: Appearance, folder: Path, shown: Snapshot, tray: bool = True) -> None:
        self.now = NOW
        self.tray = tray
        self.asks = PaperAsks()
        self.past = PaperPast(shown)
        self.revealed: list[str] = []
        self.edited: list[str] = []
        self.strips = Strips(self.past, self.clock)
        reports = Reports(self.past, self.clock)
        self.bridge = Bridge()
        corrections = Corrections(self.asks, self.past, self.bridge)
        actions = ServiceActions(self.asks, self.clock, self.revealed.append, self.edited.append, reports, corrections)
        self.page = ServicesPage(appearance, self.asks, actions, self.strips, self.clock)
        corrections.made.connect(self.page.read_again)
        self.corrections = corrections
        self.place = folder / "window.json"
        self.first_page = QLabel("first page")
        self.window = Window(
            appearance, Icons(appearance), self.asks, self.page, self.first_page, Placement(self.place), self.tray_here
        )
        self.window.show_snapshot(shown)

    def clock(self) -> int:
        return self.now

    def tray_here(self) -> bool:
        return self.tray


@pytest.fixture
def appearance(qapp: QApplication) -> Appearance:
    return Appearance(qapp)


@pytest.fixture
def stage(qtbot: QtBot, appearance: Appearance, tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    """Makes a Stage; its window is closed at the end."""
    made: list[Stage] = []

    def make(shown: Snapshot | None = None, *, tray: bool = True) -> Stage:
        made.append(Stage(appearance, tmp_path, shown or picture(), tray))
        return made[-1]

    yield make
    for stage in made:
        stage.window.hide()
        stage.window.deleteLater()
