"""Rows about this machine: looked for in another thread, shown when they come."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future

from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.settings.little_world import Seen
from trayapp.ui.bridge import Bridge
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.machine_rows import MachineRows, Row


class Machine:
    """Answers when the test says so."""

    def __init__(self) -> None:
        self.asked: list[Future[Sequence[Row]]] = []

    def look(self) -> Future[Sequence[Row]]:
        self.asked.append(Future())
        return self.asked[-1]


def words(card: MachineRows) -> list[str]:
    return [label.text() for label in card.findChildren(QLabel) if label.isVisible()]


def card_over(machine: Machine, qtbot: QtBot, appearance: Appearance) -> MachineRows:
    card = MachineRows("This machine", machine.look, Bridge(appearance), appearance)
    qtbot.addWidget(card)
    return card


def test_it_looks_when_it_is_first_seen_and_not_before(qtbot: QtBot, appearance: Appearance) -> None:
    machine = Machine()
    card = card_over(machine, qtbot, appearance)
    assert machine.asked == []

    card.show()
    card.hide()
    card.show()

    assert len(machine.asked) == 1
    assert "Looking…" in words(card)


def test_what_was_found_replaces_what_was_found_before(qtbot: QtBot, appearance: Appearance) -> None:
    machine = Machine()
    card = card_over(machine, qtbot, appearance)
    card.show()
    machine.asked[0].set_result([Seen("Keyring", False, "locked", "unlock it")])
    qtbot.waitUntil(lambda: "locked\nunlock it" in words(card))

    card.findChild(QPushButton).click()
    machine.asked[1].set_result([Seen("Keyring", True, "open")])

    qtbot.waitUntil(lambda: words(card) == ["This machine", "Keyring", "open"])


def test_a_look_that_fails_says_why(qtbot: QtBot, appearance: Appearance) -> None:
    machine = Machine()
    card = card_over(machine, qtbot, appearance)
    card.show()

    machine.asked[0].set_exception(OSError("no bus"))

    qtbot.waitUntil(lambda: "It could not be found out: no bus" in words(card))
