"""Fixtures of the settings: a dialog over the little world's program."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

import pytest
import shiboken6
from pytestqt.qtbot import QtBot

from tests.ui.settings.little_world import PLANNED, Program, desktop_rows, history_rows, machine_rows
from tests.ui.world import NOW
from trayapp.probes import PROBES
from trayapp.ui.bridge import Bridge
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.dialog import SettingsDialog


@pytest.fixture
def program() -> Program:
    return Program()


@pytest.fixture
def open_settings(qtbot: QtBot, appearance: Appearance, program: Program) -> Iterator[Callable[[], SettingsDialog]]:
    """Opens the dialog on whatever the program's file holds; it is gone at the end."""
    bridge = Bridge()
    opened: list[SettingsDialog] = []

    def open_it() -> SettingsDialog:
        dialog = SettingsDialog(
            program,
            bridge,
            appearance,
            PROBES,
            desktop_rows,
            history_rows,
            machine_rows,
            lambda: NOW,
            ZoneInfo("Europe/Berlin"),
        )
        opened.append(dialog)
        dialog.show()
        qtbot.waitExposed(dialog)
        return dialog

    yield open_it
    for dialog in opened:
        if shiboken6.isValid(dialog):
            dialog.hide()
            dialog.deleteLater()


@pytest.fixture
def settings(open_settings: Callable[[], SettingsDialog]) -> SettingsDialog:
    return open_settings()


@pytest.fixture
def planned(program: Program, open_settings: Callable[[], SettingsDialog]) -> SettingsDialog:
    """Settings of a file with maintenance and quiet hours in it."""
    program.file = PLANNED
    return open_settings()
