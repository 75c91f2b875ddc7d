""" "Try it": what is asked, what is shown, and what is given up."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.settings.little_world import GOOD, Program
from trayapp.core.words import Blame, Finding, Outcome
from trayapp.ui.settings.dialog import SettingsDialog
from trayapp.ui.settings.form import ServiceForm
from trayapp.ui.settings.form_pane import FormPane
from trayapp.ui.settings.phase_bar import PhaseBar
from trayapp.ui.settings.try_out import TryOut, sentence_of


@pytest.fixture
def try_out(settings: SettingsDialog) -> TryOut:
    return settings.findChild(TryOut)


def press(settings: SettingsDialog) -> None:
    [button] = [each for each in settings.findChildren(QPushButton) if each.text() == "&Try it"]
    button.click()


def shown(try_out: TryOut) -> str:
    return " ".join(label.text() for label in try_out.findChildren(QLabel) if label.isVisible())


def test_it_asks_as_the_form_stands_not_as_the_file_does(settings: SettingsDialog, program: Program) -> None:
    url = settings.findChild(ServiceForm).field("http.url").editor.field
    assert isinstance(url, QLineEdit)
    url.setText("https://twitter.com/login")
    url.textEdited.emit(url.text())

    press(settings)

    [(service, _)] = program.tried
    assert service.probe.target == "https://twitter.com/login"


def test_the_answer_is_a_sentence_with_phases_and_address(
    settings: SettingsDialog, program: Program, try_out: TryOut, qtbot: QtBot
) -> None:
    press(settings)
    assert "Asking…" in shown(try_out)
    assert try_out.running

    program.answer(GOOD)

    qtbot.waitUntil(lambda: not try_out.running)
    assert "Answers in 45 ms" in shown(try_out)
    assert "from 192.0.2.7" in shown(try_out)
    assert try_out.findChild(PhaseBar).accessibleName() == (
        "Phases: DNS 1 ms · connect 4.1 ms · TLS 12 ms · first byte 27 ms · body 0.2 ms"
    )


def test_a_form_that_is_wrong_is_not_tried(settings: SettingsDialog, program: Program) -> None:
    url = settings.findChild(ServiceForm).field("http.url").editor.field
    assert isinstance(url, QLineEdit)
    url.clear()
    url.textEdited.emit("")

    press(settings)

    assert program.tried == []
    assert settings.findChild(ServiceForm).field("http.url").faulty


def test_closing_gives_the_check_up(settings: SettingsDialog, program: Program) -> None:
    press(settings)

    settings.close()

    [(_, future)] = program.tried
    assert future.cancelled()


def test_choosing_another_service_gives_the_check_up(
    settings: SettingsDialog, program: Program, try_out: TryOut
) -> None:
    press(settings)

    settings.edit("github")

    [(_, future)] = program.tried
    assert future.cancelled()
    assert not try_out.isVisible()


def test_only_the_last_answer_is_shown(
    settings: SettingsDialog, program: Program, try_out: TryOut, qtbot: QtBot
) -> None:
    press(settings)
    press(settings)
    assert program.tried[0][1].cancelled()

    program.answer(Finding(Outcome.CRITICAL, "refused", message="Connection refused"))

    qtbot.waitUntil(lambda: "Connection refused" in shown(try_out))


def test_an_answer_that_is_older_than_the_form_says_so(
    settings: SettingsDialog, program: Program, try_out: TryOut, qtbot: QtBot
) -> None:
    press(settings)
    program.answer(GOOD)
    qtbot.waitUntil(lambda: not try_out.running)

    settings.findChild(FormPane).edited.emit(settings.drafting.draft.services.now["twitter"])

    assert "before your last change" in shown(try_out)


@pytest.mark.parametrize(
    ("finding", "sentence"),
    [
        (Finding(Outcome.OK, latency_ms=45.2), "Answers in 45 ms"),
        (Finding(Outcome.CRITICAL, "http.status", message="HTTP 503", latency_ms=3.0), "HTTP 503"),
        (Finding(Outcome.UNKNOWN, "self.bug", Blame.SELF), "self.bug"),
        (Finding(Outcome.CRITICAL, "x", message="a\u202eb\nc"), "ab c"),
    ],
)
def test_a_finding_becomes_one_plain_sentence(finding: Finding, sentence: str) -> None:
    assert sentence_of(finding) == sentence


def test_the_future_that_ends_after_the_dialog_is_gone_reaches_nobody(
    open_settings: Callable[[], SettingsDialog], program: Program, qtbot: QtBot
) -> None:
    settings = open_settings()
    press(settings)
    [(_, future)] = program.tried
    settings.close()
    qtbot.wait(50)

    assert future.cancelled()
