"""The first page: one field, a sentence about what it understood, and the demo."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from trayapp.config.proposal import understood
from trayapp.ui.first_run import FirstRunPage
from trayapp.ui.palette import Appearance


@pytest.fixture
def page(qtbot: QtBot, appearance: Appearance) -> FirstRunPage:
    page = FirstRunPage(understood, appearance)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitExposed(page)
    return page


def line(page: FirstRunPage) -> QLineEdit:
    return page.findChild(QLineEdit)


def said(page: FirstRunPage) -> str:
    return " ".join(label.text() for label in page.findChildren(QLabel))


def test_it_says_what_it_understood_while_one_types(page: FirstRunPage) -> None:
    QTest.keyClicks(line(page), "example.org")

    assert "Web page: https://example.org/" in said(page)


def test_what_is_no_address_is_only_said_when_the_typing_pauses(page: FirstRunPage, qtbot: QtBot) -> None:
    QTest.keyClicks(line(page), "htp://example.org")
    assert "htp" not in said(page)

    qtbot.waitUntil(lambda: "htp" in said(page))


def test_enter_submits_once(page: FirstRunPage) -> None:
    submitted: list[str] = []
    page.submitted.connect(submitted.append)
    QTest.keyClicks(line(page), " example.org ")

    QTest.keyClick(line(page), Qt.Key.Key_Return)

    assert submitted == ["example.org"]


def test_what_it_does_not_understand_is_not_submitted(page: FirstRunPage, qtbot: QtBot) -> None:
    QTest.keyClicks(line(page), "htp://example.org")

    with qtbot.assertNotEmitted(page.submitted):
        QTest.keyClick(line(page), Qt.Key.Key_Return)

    assert "htp" in said(page)


def test_an_empty_field_cannot_be_added(page: FirstRunPage) -> None:
    [add] = [button for button in page.findChildren(QPushButton) if button.text() == "&Add"]

    assert not add.isEnabled()


def test_the_demo_is_one_press_away(page: FirstRunPage, qtbot: QtBot) -> None:
    [demo] = [button for button in page.findChildren(QPushButton) if "demo" in button.text()]

    with qtbot.waitSignal(page.demo_requested):
        demo.click()


def test_the_keyboard_begins_in_the_field(page: FirstRunPage) -> None:
    page.setFocus()

    assert line(page).hasFocus()
