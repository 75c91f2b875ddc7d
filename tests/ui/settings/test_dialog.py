"""The settings dialog as somebody uses it: change, save, undo, close, and a file that changed meanwhile."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.ui.settings.little_world import TEXT, Program
from tests.ui.world import picture
from trayapp.config.proposal import understood
from trayapp.core.words import Status
from trayapp.probes import PROBES
from trayapp.ui.settings.add_dialog import AddDialog
from trayapp.ui.settings.conflict import ConflictDialog
from trayapp.ui.settings.dialog import SettingsDialog
from trayapp.ui.settings.form import ServiceForm
from trayapp.ui.settings.line_model import Line, LineModel


def button(widget: QWidget, text: str) -> QPushButton:
    [found] = [each for each in widget.findChildren(QPushButton) if each.text().replace("&", "") == text]
    return found


def field(settings: SettingsDialog, path: str) -> QLineEdit:
    editor = settings.findChild(ServiceForm).field(path).editor.field
    assert isinstance(editor, QLineEdit)
    return editor


def write(line: QLineEdit, text: str) -> None:
    line.selectAll()
    QTest.keyClicks(line, text)


def lines(settings: SettingsDialog) -> list[Line]:
    model = settings.pages.services.side.findChild(QListView).model()
    return [model.index(row, 0).data(LineModel.LINE) for row in range(model.rowCount())]


def words(settings: SettingsDialog) -> str:
    return " ".join(label.text() for label in settings.findChildren(QLabel) if label.isVisible())


def services(program: Program) -> dict[str, Any]:
    found = tomllib.loads(program.file)["services"]
    assert isinstance(found, dict)
    return found


def gone(dialog: SettingsDialog) -> Callable[[], bool]:
    return lambda: dialog not in QApplication.topLevelWidgets() or not dialog.isVisible()


def test_a_change_is_saved_with_the_keyboard_alone(settings: SettingsDialog, program: Program) -> None:
    write(field(settings, "name"), "X")

    QTest.keyClick(settings, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)

    assert program.file == TEXT.replace('name = "Twitter"', 'name = "X"')
    assert not settings.unsaved
    assert "Saved, and in force." in words(settings)


def test_nothing_changed_is_nothing_to_save(settings: SettingsDialog) -> None:
    assert not button(settings, "Save").isEnabled()


def test_enter_in_a_field_saves_nothing(settings: SettingsDialog, program: Program) -> None:
    write(field(settings, "name"), "X")

    QTest.keyClick(field(settings, "name"), Qt.Key.Key_Return)

    assert program.file == TEXT


def test_a_fault_is_shown_at_its_field_when_the_typing_pauses(settings: SettingsDialog, qtbot: QtBot) -> None:
    write(field(settings, "http.url"), "htp://twitter.com/")

    qtbot.waitUntil(lambda: settings.findChild(ServiceForm).field("http.url").faulty)
    assert lines(settings)[0].faulty
    assert "Twitter needs a look before it can be saved." in words(settings)


def test_saving_what_is_wrong_leads_to_the_first_fault_instead(settings: SettingsDialog, program: Program) -> None:
    write(field(settings, "http.url"), "htp://twitter.com/")
    settings.edit("github")

    assert settings.save() is False

    assert program.file == TEXT
    assert QApplication.focusWidget() is field(settings, "http.url")


def test_a_service_that_was_wrong_before_does_not_keep_others_from_being_saved(
    program: Program, open_settings: Callable[[], SettingsDialog]
) -> None:
    program.file = TEXT.replace("port = 631", "port = 70000")
    settings = open_settings()
    write(field(settings, "name"), "X")

    assert settings.save() is True

    assert services(program)["twitter"]["name"] == "X"


def test_a_removed_service_comes_back_with_undo(settings: SettingsDialog, program: Program) -> None:
    settings.edit("github")
    button(settings.pages.services, "Remove").click()
    assert [line.id for line in lines(settings)] == ["twitter", "cache-1", "printer"]
    assert 'Removed "GitHub".' in words(settings)

    button(settings.pages.services, "Undo").click()

    assert [line.id for line in lines(settings)] == ["twitter", "github", "cache-1", "printer"]
    assert not settings.unsaved


def test_removing_the_last_service_leaves_an_invitation(
    program: Program, open_settings: Callable[[], SettingsDialog]
) -> None:
    program.file = '[services.a.tcp]\nhost = "h"\nport = 1\n'
    settings = open_settings()

    button(settings.pages.services, "Remove").click()

    assert "Nothing is watched yet" in words(settings)
    assert settings.save() is True
    assert "services.a" not in program.file


def test_an_address_becomes_a_service(settings: SettingsDialog, program: Program) -> None:
    QTest.keyClick(settings, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    asked = settings.findChild(AddDialog)
    QTest.keyClicks(asked.findChild(QLineEdit), "tcp://db-1.lan:5432")
    QTest.keyClick(asked.findChild(QLineEdit), Qt.Key.Key_Return)

    assert len(lines(settings)) == 5
    assert QApplication.focusWidget() is field(settings, "tcp.host")
    assert settings.save() is True
    *_, new = services(program).values()
    assert new["tcp"] == {"host": "db-1.lan", "port": 5432}


def test_a_password_in_a_new_address_goes_to_the_keyring(settings: SettingsDialog, program: Program) -> None:
    settings.pages.services.watch("https://me:hunter2@example.org/")

    assert settings.save() is True

    [(name, value, origin, _)] = program.secrets
    assert "hunter2" not in program.file
    assert services(program)["example-org"]["http"]["headers"]["Authorization"] == {"secret": name}
    assert value.startswith("Basic ")
    assert origin == "https://example.org"


def test_a_duplicate_has_an_id_and_a_name_of_its_own(settings: SettingsDialog) -> None:
    settings.edit("cache-1")

    button(settings.pages.services, "Duplicate").click()

    assert lines(settings)[-1].id == "memcached-cache-1-copy"
    assert lines(settings)[-1].name == "memcached cache-1 (copy)"


def test_a_service_is_switched_off_in_the_list(settings: SettingsDialog, program: Program) -> None:
    view = settings.pages.services.side.findChild(QListView)
    view.setFocus()

    QTest.keyClick(view, Qt.Key.Key_Space)
    assert settings.save() is True

    assert services(program)["twitter"]["enabled"] is False


def test_a_click_on_the_switch_and_nowhere_else_switches(settings: SettingsDialog) -> None:
    view = settings.pages.services.side.findChild(QListView)
    row = view.visualRect(view.model().index(1, 0))

    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=row.center())
    assert lines(settings)[1].enabled
    where = row.center()
    where.setX(row.right() - 20)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=where)

    assert not lines(settings)[1].enabled


def test_finding_narrows_the_list_by_name_and_address(settings: SettingsDialog) -> None:
    QTest.keyClick(settings, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(QApplication.focusWidget(), "LAN:11")

    assert [line.id for line in lines(settings)] == ["cache-1"]
    assert field(settings, "tcp.host").text() == "cache-1.lan"


def test_a_change_lands_at_its_service_also_when_the_list_hides_it(settings: SettingsDialog, program: Program) -> None:
    QTest.keyClick(settings, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(QApplication.focusWidget(), "nothing is called this")
    assert lines(settings) == []

    write(field(settings, "note"), "N")
    [(_, changed)] = settings.drafting.draft.changed
    assert settings.save() is True

    assert services(program)[changed]["note"] == "N"


def test_statuses_come_from_snapshots(settings: SettingsDialog) -> None:
    settings.show_snapshot(picture())

    assert [line.status for line in lines(settings)][:2] == [Status.DOWN, Status.UP]


def test_closing_with_unsaved_changes_asks_and_cancel_keeps_them(settings: SettingsDialog) -> None:
    write(field(settings, "name"), "X")

    settings.close()
    box = settings.findChild(QMessageBox)
    button(box, "Cancel").click()

    assert settings.isVisible()
    assert field(settings, "name").text() == "X"


def test_closing_may_save(settings: SettingsDialog, program: Program, qtbot: QtBot) -> None:
    write(field(settings, "name"), "X")
    settings.close()

    button(settings.findChild(QMessageBox), "Save").click()

    assert services(program)["twitter"]["name"] == "X"
    qtbot.waitUntil(gone(settings))


def test_closing_may_discard(settings: SettingsDialog, program: Program, qtbot: QtBot) -> None:
    write(field(settings, "name"), "X")
    QTest.keyClick(settings, Qt.Key.Key_Escape)

    button(settings.findChild(QMessageBox), "Discard").click()

    assert program.file == TEXT
    qtbot.waitUntil(gone(settings))


def test_without_changes_escape_closes_at_once(settings: SettingsDialog, qtbot: QtBot) -> None:
    QTest.keyClick(settings, Qt.Key.Key_Escape)

    qtbot.waitUntil(gone(settings))


def test_a_file_that_changed_meanwhile_is_shown_beside_mine_and_nothing_is_written(
    settings: SettingsDialog, program: Program
) -> None:
    write(field(settings, "name"), "X")
    program.file = theirs = TEXT.replace("GitHub", "Hub")

    assert settings.save() is False

    conflict = settings.findChild(ConflictDialog)
    mine, other = (pane.toPlainText() for pane in conflict.findChildren(QPlainTextEdit))
    assert mine == TEXT.replace('name = "Twitter"', 'name = "X"')
    assert other == program.file == theirs
    button(conflict, "Cancel").click()
    assert field(settings, "name").text() == "X"
    assert settings.unsaved


def test_mine_may_be_chosen_over_theirs(settings: SettingsDialog, program: Program) -> None:
    write(field(settings, "name"), "X")
    program.file = TEXT.replace("GitHub", "Hub")
    settings.save()

    button(settings.findChild(ConflictDialog), "Use mine").click()

    assert program.file == TEXT.replace('name = "Twitter"', 'name = "X"')
    assert not settings.unsaved


def test_theirs_may_be_chosen_over_mine(settings: SettingsDialog, program: Program) -> None:
    write(field(settings, "name"), "X")
    program.file = theirs = TEXT.replace("GitHub", "Hub")
    settings.save()

    button(settings.findChild(ConflictDialog), "Use theirs").click()

    assert program.file == theirs
    assert field(settings, "name").text() == "Twitter"
    assert lines(settings)[1].name == "Hub"
    assert not settings.unsaved


def test_what_the_program_refuses_is_said_and_stays_in_the_form(settings: SettingsDialog, program: Program) -> None:
    write(field(settings, "name"), "X")
    program.faults = ("the disk is full",)

    assert settings.save() is False

    assert "the disk is full" in words(settings)
    assert settings.unsaved


def test_a_file_that_is_no_toml_is_named_and_cannot_be_changed_from_here(
    program: Program, open_settings: Callable[[], SettingsDialog]
) -> None:
    program.file = '[services.twitter]\nname = "Twitter\n'
    settings = open_settings()

    assert "services.toml cannot be read" in words(settings)
    assert "line 2" in words(settings)
    assert not button(settings.pages.services, "Add…").isEnabled()


def test_the_keyboard_reaches_every_page(settings: SettingsDialog) -> None:
    tabs = settings.findChild(QTabBar)
    tabs.setFocus()
    for sentence in (
        "No maintenance is planned",
        "What this desktop offers",
        "Is it me or them?",
        "What is remembered",
        "What this machine gives Watchbell",
    ):
        QTest.keyClick(tabs, Qt.Key.Key_Right)
        assert sentence in words(settings)


def test_tab_walks_from_the_list_to_the_form_and_to_the_buttons_below(settings: SettingsDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(settings.isActiveWindow)
    settings.findChild(QTabBar).setFocus()
    walked = []
    for _ in range(10):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        walked.append(QApplication.focusWidget().accessibleName() or QApplication.focusWidget().text())

    assert walked[:6] == ["Find a service", "Services", "&Add…", "&Duplicate", "&Remove", "&Try it"]
    assert walked[6:] == ["Kind of check", "Address", "Expected status", "Contains"]


def test_the_page_of_notifications_leads_to_the_service_whose_choice_it_is(settings: SettingsDialog) -> None:
    settings.findChild(QTabBar).setCurrentIndex(2)
    [told] = [label for label in settings.findChildren(QLabel) if "cache-1" in label.text() and "href" in label.text()]

    told.linkActivated.emit("cache-1")

    assert settings.findChild(QTabBar).currentIndex() == 0
    assert field(settings, "tcp.host").text() == "cache-1.lan"


def test_every_control_has_a_name(settings: SettingsDialog) -> None:
    nameless = [
        widget
        for widget in settings.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isVisible()
        and not widget.accessibleName()
        and not getattr(widget, "text", str)()
    ]

    assert nameless == []


def test_a_circle_of_dependencies_is_named_at_the_field(settings: SettingsDialog) -> None:
    tables = settings.drafting.draft.services
    tables.put("github", {**tables.now["github"], "depends_on": ["twitter"]})
    tables.put("twitter", {**tables.now["twitter"], "depends_on": ["github"]})

    assert settings.save() is False

    assert "goes in a circle: twitter → github → twitter; take one of these out" in words(settings)
    assert QApplication.focusWidget() is settings.findChild(ServiceForm).field("depends_on").editor.field


def test_everything_that_can_be_asked_is_offered_with_an_example_whose_host_is_typed_over(qtbot: QtBot) -> None:
    dialog = AddDialog(understood, {kind.title: kind.example for kind in PROBES.values()})
    qtbot.addWidget(dialog)
    menu = dialog.findChild(QMenu)
    assert [action.text() for action in menu.actions()] == sorted((k.title for k in PROBES.values()), key=str.lower)
    (mail,) = (action for action in menu.actions() if action.text() == PROBES["imap"].title)
    mail.trigger()
    line = dialog.findChild(QLineEdit)
    assert (line.text(), line.selectedText()) == ("imaps://mail.example.org", "mail.example.org")
    qtbot.keyClicks(line, "post.test")
    assert dialog.address.text == "imaps://post.test"
