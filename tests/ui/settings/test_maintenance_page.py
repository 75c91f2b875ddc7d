"""The page of maintenance as somebody uses it: plan, change, pick, remove, and read what it comes to."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QListView, QPushButton, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.settings.little_world import PLANNED, TEXT, Program
from trayapp.config.maintenance import Maintenance
from trayapp.core.keys import declared_keys
from trayapp.ui.settings.controls import ChoiceBox
from trayapp.ui.settings.dialog import SettingsDialog
from trayapp.ui.settings.line_model import Line, LineModel
from trayapp.ui.settings.maintenance_page import MaintenancePage
from trayapp.ui.settings.table_form import TableForm


def page(settings: SettingsDialog) -> MaintenancePage:
    settings.findChild(QTabBar).setCurrentIndex(1)
    return settings.pages.maintenance


def form(settings: SettingsDialog) -> TableForm:
    return page(settings).findChild(TableForm)


def button(widget: QWidget, text: str) -> QPushButton:
    [found] = [each for each in widget.findChildren(QPushButton) if each.text().replace("&", "") == text]
    return found


def line(settings: SettingsDialog, key: str) -> QLineEdit:
    editor = form(settings).field(key).editor.field
    assert isinstance(editor, QLineEdit)
    return editor


def write(settings: SettingsDialog, key: str, text: str) -> None:
    line(settings, key).selectAll()
    QTest.keyClicks(line(settings, key), text)


def choose(settings: SettingsDialog, every: str) -> None:
    box = form(settings).field("every").editor.field
    assert isinstance(box, ChoiceBox)
    box.setCurrentIndex(box.findData(every))


def tick(settings: SettingsDialog, key: str, title: str) -> None:
    model = form(settings).field(key).editor.findChild(QListView).model()
    [index] = [model.index(row, 0) for row in range(model.rowCount()) if model.index(row, 0).data() == title]
    ticked = Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole)) is Qt.CheckState.Checked
    after = Qt.CheckState.Unchecked if ticked else Qt.CheckState.Checked
    assert model.setData(index, after.value, Qt.ItemDataRole.CheckStateRole)


def lines(settings: SettingsDialog) -> list[Line]:
    model = page(settings).side.findChild(QListView).model()
    return [model.index(row, 0).data(LineModel.LINE) for row in range(model.rowCount())]


def words(settings: SettingsDialog) -> str:
    return " ".join(label.text() for label in settings.findChildren(QLabel) if label.isVisible())


def shown(settings: SettingsDialog) -> list[str]:
    return [name for name in declared_keys(Maintenance) if not form(settings).field(name).editor.isHidden()]


def saved(program: Program) -> dict[str, Any]:
    found = tomllib.loads(program.file)["maintenance"]
    assert isinstance(found, dict)
    return found


def test_a_maintenance_is_planned_with_the_keyboard(settings: SettingsDialog, program: Program) -> None:
    page(settings)
    QTest.keyClick(settings, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.focusWidget() is line(settings, "note")
    QTest.keyClicks(line(settings, "note"), "New disks")
    services = form(settings).field("services").editor.field
    services.setFocus()
    QTest.keyClick(services, Qt.Key.Key_Down)
    QTest.keyClick(services, Qt.Key.Key_Space)

    QTest.keyClick(settings, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)

    assert program.file == TEXT + (
        '\n[maintenance.maintenance]\nstart = "2025-11-06T22:00"\nduration = "2h"\n'
        'note = "New disks"\nservices = ["github"]\n'
    )
    assert "Once, Thu 6 Nov 22:00 – Fri 7 Nov 00:00; in 1 d 7 h" in words(settings)
    assert "For GitHub: nothing rings" in words(settings)


def test_a_changed_time_changes_one_line_and_no_comment(planned: SettingsDialog, program: Program) -> None:
    write(planned, "at", "03:15")

    assert planned.save() is True

    assert program.file == PLANNED.replace('at = "02:30"', 'at = "03:15"')


def test_it_says_when_it_is_next_and_what_a_change_of_the_clock_does(planned: SettingsDialog, qtbot: QtBot) -> None:
    page(planned)
    assert "Every Sunday 02:30–04:30 Europe/Berlin; next: 9 Nov" in words(planned)
    assert "On 29 Mar 2026 the clock skips 02:30: it begins at 03:00 and ends at 05:00." in words(planned)

    write(planned, "at", "03:15")

    qtbot.waitUntil(lambda: "Every Sunday 03:15–05:15 Europe/Berlin; next: 9 Nov" in words(planned))
    assert "the clock skips" not in words(planned)


def test_the_list_says_what_is_done_when_and_what_is_over(planned: SettingsDialog) -> None:
    assert [(line.name, line.under, line.enabled) for line in lines(planned)] == [
        ("Backup of the databases", "Every Sunday 02:30–04:30 Europe/Berlin; next: 9 Nov", True),
        ("patches", "Every month on the 1st, 15th and last day, 21:00–22:30 Europe/Berlin; next: 15 Nov", True),
        ("Move to the new rack", "Once, Wed 1 Oct 22:00 – Thu 2 Oct 04:00; it is over", False),
    ]
    assert not any(line.switch for line in lines(planned))


def test_whom_it_is_for_is_said_as_it_is_picked(planned: SettingsDialog, program: Program, qtbot: QtBot) -> None:
    page(planned)
    assert "For all 4 services: nothing rings" in words(planned)

    tick(planned, "groups", "Public web")
    tick(planned, "services", "Print server")

    qtbot.waitUntil(lambda: "For memcached cache-1: nothing rings" in words(planned))
    assert planned.save() is True
    assert saved(program)["backup"]["services"] == ["cache-1"]
    assert "groups" not in saved(program)["backup"]


def test_a_fault_is_shown_at_its_field_and_in_the_list(planned: SettingsDialog, qtbot: QtBot) -> None:
    write(planned, "zone", "Europe/Berlni")

    qtbot.waitUntil(lambda: form(planned).field("zone").faulty)
    assert "This cannot be used as it stands." in words(planned)
    assert 'did you mean "Europe/Berlin"?' in words(planned)
    assert lines(planned)[0].faulty


def test_saving_what_is_wrong_leads_there_from_another_page(planned: SettingsDialog, program: Program) -> None:
    write(planned, "duration", "soon")
    page(planned).side.choose("move")
    planned.findChild(QTabBar).setCurrentIndex(3)

    assert planned.save() is False

    assert program.file == PLANNED
    assert QApplication.focusWidget() is line(planned, "duration")


def test_another_rhythm_keeps_what_makes_sense_and_saves_right_at_once(
    settings: SettingsDialog, program: Program
) -> None:
    page(settings).add()
    choose(settings, "week")
    assert "Every Thursday 22:00–00:00; next: tomorrow" in words(settings)

    assert settings.save() is True

    assert saved(program) == {"maintenance": {"every": "week", "duration": "2h", "at": "22:00", "days": ["thu"]}}


def test_only_keys_that_make_sense_are_shown_unless_something_is_in_them(
    program: Program, open_settings: Callable[[], SettingsDialog]
) -> None:
    program.file = PLANNED.replace('end = "2025-10-02T04:00"', 'end = "2025-10-02T04:00"\nat = "02:30"')
    settings = open_settings()
    assert "days" in shown(settings)
    assert [chip.text() for chip in settings.findChildren(QPushButton) if chip.isVisible() and chip.isCheckable()][
        :8
    ] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

    page(settings).side.choose("move")

    assert "days" not in shown(settings)
    assert "at" in shown(settings)
    assert form(settings).field("at").faulty


def test_where_there_are_no_groups_none_are_offered(
    program: Program, open_settings: Callable[[], SettingsDialog]
) -> None:
    program.file = '[services.a.tcp]\nhost = "h"\nport = 1\n'
    settings = open_settings()
    page(settings).add()

    assert "services" in shown(settings)
    assert "groups" not in shown(settings)


def test_a_service_that_is_gone_is_a_warning_and_can_be_taken_out(
    program: Program, open_settings: Callable[[], SettingsDialog]
) -> None:
    program.file = PLANNED.replace('services = ["cache-1", "printer"]', 'services = ["cache-1", "printre"]')
    settings = open_settings()
    page(settings)
    assert 'there is no service "printre"; did you mean "printer"?' in words(settings)

    tick(settings, "services", "printre")

    assert settings.save() is True
    assert saved(program)["backup"]["services"] == ["cache-1"]
    assert "there is no service" not in words(settings)


def test_a_removed_maintenance_comes_back_with_undo_and_without_a_trace(
    planned: SettingsDialog, program: Program
) -> None:
    button(page(planned), "Remove").click()
    assert [line.id for line in lines(planned)] == ["patches", "move"]
    assert planned.unsaved

    button(page(planned), "Undo").click()

    assert [line.id for line in lines(planned)] == ["backup", "patches", "move"]
    assert not planned.unsaved


def test_a_removed_maintenance_takes_its_comments_along_and_nothing_else(
    planned: SettingsDialog, program: Program
) -> None:
    button(page(planned), "Remove").click()

    assert planned.save() is True

    assert "tapes" not in program.file
    assert list(saved(program)) == ["patches", "move"]
    assert "# when I sleep\n[quiet_hours]" in program.file


def test_a_duplicate_is_another_maintenance(planned: SettingsDialog, program: Program) -> None:
    button(page(planned), "Duplicate").click()

    assert planned.save() is True

    copy = saved(program)["backup-of-the-databases-copy"]
    assert copy == {**saved(program)["backup"], "note": "Backup of the databases (copy)"}


def test_removing_the_last_leaves_an_invitation_that_plans_one(settings: SettingsDialog) -> None:
    assert "No maintenance is planned" not in words(settings)
    page(settings)
    assert "No maintenance is planned" in words(settings)

    button(settings, "Plan a maintenance").click()

    assert [line.changed for line in lines(settings)] == [True]


def test_nothing_is_added_to_a_file_that_cannot_be_read(
    program: Program, open_settings: Callable[[], SettingsDialog]
) -> None:
    program.file = "[maintenance.backup\n"
    settings = open_settings()
    page(settings).add()

    assert "services.toml cannot be read" in words(settings)
    assert not settings.unsaved


def test_finding_is_in_the_list_that_is_in_front(planned: SettingsDialog) -> None:
    page(planned)

    QTest.keyClick(planned, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(QApplication.focusWidget(), "rack")

    assert [line.id for line in lines(planned)] == ["move"]


def test_tab_walks_through_the_form_from_top_to_bottom(planned: SettingsDialog) -> None:
    form(planned).field("note").reach()
    walked = []
    for _ in range(10):
        walked.append(QApplication.focusWidget().accessibleName() or QApplication.focusWidget().text())
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)

    labels = ["What is done", "Services", "Groups", "How often", "Mon", "At", "Start", "Duration", "End", "Time zone"]
    assert walked == labels


def test_a_service_that_is_renamed_in_the_draft_is_picked_by_its_new_name(planned: SettingsDialog) -> None:
    tables = planned.drafting.draft.services
    tables.put("cache-1", {**tables.now["cache-1"], "name": "The cache"})
    planned.drafting.judge()

    tick(planned, "services", "The cache")

    assert planned.drafting.draft.maintenance.now["backup"]["services"] == ["printer"]
