"""Secrets on their way from the form to the keyring: never in the file, never shown again."""

from __future__ import annotations

import tomllib

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.settings.little_world import TEXT, Program
from trayapp.ui.settings.dialog import SettingsDialog
from trayapp.ui.settings.form import ServiceForm
from trayapp.ui.settings.offer_bar import OfferBar
from trayapp.ui.settings.secret_dialog import SecretDialog
from trayapp.ui.settings.text_editor import TextEditor


def button(widget: object, text: str) -> QPushButton:
    [found] = [each for each in widget.findChildren(QPushButton) if each.text().replace("&", "") == text]  # type: ignore[attr-defined]
    return found


def authorization(settings: SettingsDialog) -> TextEditor:
    [editor] = [
        each
        for each in settings.findChild(ServiceForm).field("http.headers").editor.findChildren(TextEditor)
        if each.called == "Authorization"
    ]
    return editor


def change(settings: SettingsDialog) -> SecretDialog:
    authorization(settings).secret_wanted.emit(authorization(settings))
    return settings.findChild(SecretDialog)


def value_of(dialog: SecretDialog) -> QLineEdit:
    _, value = dialog.findChildren(QLineEdit)
    return value


def test_a_changed_secret_goes_to_the_keyring_for_the_origin_of_the_address(
    settings: SettingsDialog, program: Program, qtbot: QtBot
) -> None:
    dialog = change(settings)
    QTest.keyClicks(value_of(dialog), "hunter2")
    button(dialog, "Keep in the keyring").click()

    [(name, value, origin, future)] = program.secrets
    assert (name, value, origin) == ("twitter-token", "hunter2", "https://twitter.com")
    with qtbot.waitSignal(dialog.kept):
        future.set_result(None)
    assert authorization(settings).value() == {"secret": "twitter-token"}
    assert settings.drafting.draft.text() == TEXT


def test_a_secret_is_typed_unseen(settings: SettingsDialog) -> None:
    assert value_of(change(settings)).echoMode() is QLineEdit.EchoMode.Password


def test_a_keyring_that_refuses_is_quoted_and_may_be_asked_again(
    settings: SettingsDialog, program: Program, qtbot: QtBot
) -> None:
    dialog = change(settings)
    QTest.keyClicks(value_of(dialog), "hunter2")
    button(dialog, "Keep in the keyring").click()
    assert not button(dialog, "Keep in the keyring").isEnabled()

    program.secrets[0][3].set_exception(RuntimeError("the keyring is locked"))

    qtbot.waitUntil(lambda: any(label.text() == "the keyring is locked" for label in dialog.findChildren(QLabel)))
    assert button(dialog, "Keep in the keyring").isEnabled()
    dialog.reject()
    assert authorization(settings).value() == {"secret": "twitter-token"}


def test_a_password_typed_into_an_address_is_offered_to_the_keyring_and_moves_there(
    settings: SettingsDialog, program: Program, qtbot: QtBot
) -> None:
    form = settings.findChild(ServiceForm)
    url = form.field("http.url").editor.field
    assert isinstance(url, QLineEdit)
    url.selectAll()
    QTest.keyClicks(url, "https://me:hunter2@twitter.com/")
    qtbot.waitUntil(lambda: form.field("http.url").faulty)
    assert settings.save() is False

    button(settings, "Keep it in the keyring").click()
    [(name, _, origin, future)] = program.secrets
    future.set_result(None)

    qtbot.waitUntil(lambda: url.text() == "https://twitter.com/")
    assert (name, origin) == ("twitter-password", "https://twitter.com")
    assert settings.save() is True
    assert "hunter2" not in program.file
    headers = tomllib.loads(program.file)["services"]["twitter"]["http"]["headers"]
    assert headers == {"Authorization": {"secret": "twitter-password"}, "Accept": "text/html"}


def test_a_keyring_that_does_not_take_the_password_leaves_it_in_the_form_and_out_of_the_file(
    settings: SettingsDialog, program: Program, qtbot: QtBot
) -> None:
    url = settings.findChild(ServiceForm).field("http.url").editor.field
    assert isinstance(url, QLineEdit)
    url.selectAll()
    QTest.keyClicks(url, "https://me:hunter2@twitter.com/")
    settings.drafting.judge()
    button(settings, "Keep it in the keyring").click()

    program.secrets[0][3].set_exception(RuntimeError("locked"))

    bars = settings.findChildren(OfferBar)
    qtbot.waitUntil(lambda: any("The keyring did not take it: locked" in bar.accessibleName() for bar in bars))
    assert url.text() == "https://me:hunter2@twitter.com/"
    assert program.file == TEXT
