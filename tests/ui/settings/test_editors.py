"""Editors: each shows a value of the file and gives it back; what nobody touched stays as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QListView, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from trayapp.core.keys import Duration, Key, Text, declared_keys
from trayapp.core.words import NOTHING, Service
from trayapp.probes import PROBES
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.controls import ChoiceBox, Switch
from trayapp.ui.settings.editor import UNSET, Editor
from trayapp.ui.settings.editors import editor_for
from trayapp.ui.settings.field import default_in_file
from trayapp.ui.settings.text_editor import TextEditor


@dataclass(frozen=True)
class Everything:
    """A kind with one key of every type."""

    line: Annotated[str, Key("Line", "")] = ""
    text: Annotated[Text, Key("Text", "")] = ""
    switch: Annotated[bool, Key("Switch", "")] = True
    whole: Annotated[int, Key("Whole", "", least=1, most=10)] = 3
    number: Annotated[float | None, Key("Number", "")] = None
    time: Annotated[Duration, Key("Time", "")] = Duration(60_000)
    choice: Annotated[str, Key("Choice", "", pattern="all|down|none")] = "all"
    words: Annotated[tuple[str, ...], Key("Words", "")] = ("200-299",)
    days: Annotated[tuple[str, ...], Key("Days", "", pattern="mon|tue|1|2|3")] = ()
    lines: Annotated[tuple[str, ...], Key("Lines", "", placeholder="z")] = ("a", "b, c")
    at: Annotated[str, Key("At", "", pattern="[0-9]{2}:[0-9]{2}", placeholder="22:00")] = ""
    headers: Annotated[Mapping[str, Text], Key("Headers", "")] = field(default_factory=lambda: NOTHING)


DECLARED = declared_keys(Everything)


@pytest.fixture
def editor_of(qtbot: QtBot, appearance: Appearance) -> Any:
    def make(name: str, value: Any = UNSET) -> Editor:
        editor = editor_for(DECLARED[name], appearance)
        qtbot.addWidget(editor)
        editor.show_value(value, default_in_file(DECLARED[name]))
        return editor

    return make


@pytest.fixture
def pick_of(qtbot: QtBot, appearance: Appearance) -> Any:
    def make(value: Any = UNSET, offered: Mapping[str, str] = NOTHING) -> Editor:
        editor = editor_for(DECLARED["days"], appearance, picked=True)
        qtbot.addWidget(editor)
        editor.offer(offered)
        editor.show_value(value)
        editor.show()
        return editor

    return make


def line_of(editor: Editor) -> QLineEdit:
    assert isinstance(editor.field, QLineEdit)
    return editor.field


@pytest.mark.parametrize("cls", [Service, *PROBES.values()])
def test_every_declared_key_has_an_editor(cls: type, qtbot: QtBot, appearance: Appearance) -> None:
    for declared in declared_keys(cls).values():
        qtbot.addWidget(editor_for(declared, appearance))


@pytest.mark.parametrize("name", DECLARED)
@pytest.mark.parametrize("value", [UNSET, "soon", 7, True, [1, {"a": 2}], {"secret": 5, "env": "X"}])
def test_what_nobody_touched_is_given_back_however_wrong_it_is(editor_of: Any, name: str, value: Any) -> None:
    assert editor_of(name, value).value() == value


def test_an_absent_key_shows_its_default_in_grey(editor_of: Any) -> None:
    assert line_of(editor_of("time")).placeholderText() == "60s"
    assert line_of(editor_of("whole")).placeholderText() == "3"
    assert line_of(editor_of("words")).placeholderText() == "200-299"


def test_an_emptied_line_takes_the_key_out_of_the_file(editor_of: Any) -> None:
    editor = editor_of("time", "5m")
    line_of(editor).selectAll()
    QTest.keyClick(line_of(editor), Qt.Key.Key_Delete)

    assert editor.value() is UNSET


@pytest.mark.parametrize(("typed", "value"), [("99.5", 99.5), ("most", "most"), ("1,5", "1,5")])
def test_what_is_no_number_stays_text_so_that_it_can_be_complained_about(
    editor_of: Any, typed: str, value: Any
) -> None:
    editor = editor_of("number")
    QTest.keyClicks(line_of(editor), typed)

    assert editor.value() == value


def test_words_are_divided_by_commas_and_quotation_marks_keep_one_together(editor_of: Any) -> None:
    editor = editor_of("words", ["a", "b, c"])
    assert line_of(editor).text() == 'a, "b, c"'

    QTest.keyClicks(line_of(editor), "x")
    line_of(editor).setText('a, "b, c", d')

    assert editor.value() == ["a", "b, c", "d"]


def test_a_choice_that_is_none_is_shown_as_it_stands(editor_of: Any) -> None:
    editor = editor_of("choice", "some")
    assert isinstance(editor.field, ChoiceBox)

    assert editor.field.currentText() == "some"


def test_a_switch_back_at_its_default_leaves_the_file_alone(editor_of: Any) -> None:
    editor = editor_of("switch")
    assert isinstance(editor.field, Switch)
    editor.field.click()
    assert editor.value() is False

    editor.field.click()

    assert editor.value() is UNSET


def test_a_secret_is_named_and_never_shown(editor_of: Any) -> None:
    editor = editor_of("text", {"secret": "token"})

    assert line_of(editor).text() == ""
    assert editor.value() == {"secret": "token"}
    assert editor.findChild(QPushButton).isVisibleTo(editor)


def test_choosing_the_keyring_asks_for_a_secret_and_giving_up_changes_nothing(editor_of: Any, qtbot: QtBot) -> None:
    editor = editor_of("text", {"env": "TOKEN"})
    box = editor.findChild(QComboBox)
    with qtbot.waitSignal(editor.secret_wanted):
        box.setCurrentIndex(1)
        box.activated.emit(1)

    editor.give_up_secret()

    assert box.currentData() == "env"
    assert editor.value() == {"env": "TOKEN"}


def test_a_kept_secret_takes_the_written_text_out_of_the_file(editor_of: Any) -> None:
    editor = editor_of("text", "hunter2")
    assert isinstance(editor, TextEditor)
    assert editor.written == "hunter2"

    editor.keep_secret("token")

    assert editor.value() == {"secret": "token"}
    assert editor.written == ""


def test_a_variable_is_named_in_the_file(editor_of: Any) -> None:
    editor = editor_of("text")
    box = editor.findChild(QComboBox)
    box.setCurrentIndex(2)
    box.activated.emit(2)
    QTest.keyClicks(line_of(editor), "TOKEN")

    assert editor.value() == {"env": "TOKEN"}


def test_headers_are_lines_that_can_be_added_changed_and_dropped(editor_of: Any) -> None:
    editor = editor_of("headers", {"Accept": "text/html", "Authorization": {"secret": "token"}})
    editor.findChild(QPushButton, options=Qt.FindChildOption.FindDirectChildrenOnly).click()
    names = [line for line in editor.findChildren(QLineEdit) if line.accessibleName().startswith("Name")]
    values = [line for line in editor.findChildren(QLineEdit) if line.accessibleName().startswith("Value")]
    QTest.keyClicks(names[-1], "X-Test")
    QTest.keyClicks(values[-1], "1")
    assert editor.value() == {"Accept": "text/html", "Authorization": {"secret": "token"}, "X-Test": "1"}

    editor.findChildren(QToolButton)[0].click()

    assert editor.value() == {"Authorization": {"secret": "token"}, "X-Test": "1"}


def pressed(editor: Editor) -> list[str]:
    return [chip.text() for chip in editor.findChildren(QPushButton) if chip.isChecked()]


def chips(editor: Editor) -> list[str]:
    return [chip.text() for chip in editor.findChildren(QPushButton) if chip.isVisibleTo(editor)]


def test_a_word_is_pressed_or_not_and_none_takes_the_key_out_of_the_file(editor_of: Any) -> None:
    editor = editor_of("days", ["tue"])
    assert pressed(editor) == ["Tue"]
    mon, tue, *_ = editor.findChildren(QPushButton)

    mon.click()
    assert editor.value() == ["mon", "tue"]

    mon.click()
    tue.click()
    assert editor.value() is UNSET


def test_only_offered_words_have_chips_but_what_the_file_has_can_be_taken_out(editor_of: Any) -> None:
    editor = editor_of("days", ["tue", "odd"])
    editor.offer({"1": "1", "2": "2"})
    assert chips(editor) == ["Tue", "1", "2", "Odd"]

    for chip in editor.findChildren(QPushButton):
        if chip.isChecked():
            chip.click()

    assert editor.value() is UNSET


def test_tab_stops_once_at_chips_and_the_arrow_keys_walk_among_them(editor_of: Any, qtbot: QtBot) -> None:
    editor = editor_of("days")
    with qtbot.waitActive(editor):
        editor.show()
    stops = [chip.text() for chip in editor.controls if chip.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert stops == ["Mon"]

    editor.field.setFocus()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)

    assert editor.value() == ["tue"]
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Left)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Left)
    assert QApplication.focusWidget() is editor.controls[0]


def test_lines_are_changed_added_and_taken_out(editor_of: Any) -> None:
    editor = editor_of("lines", ["one", "two"])
    more, usual = editor.findChildren(QPushButton)
    more.click()
    QTest.keyClicks(editor.findChildren(QLineEdit)[-1], "three")
    assert editor.value() == ["one", "two", "three"]

    editor.findChildren(QToolButton)[0].click()

    assert editor.value() == ["two", "three"]
    assert usual.isEnabled()


def test_without_a_key_there_are_the_usual_lines_and_they_can_be_restored(editor_of: Any) -> None:
    editor = editor_of("lines")
    usual = editor.findChildren(QPushButton)[1]
    assert [line.text() for line in editor.findChildren(QLineEdit)] == ["a", "b, c"]
    assert not usual.isEnabled()
    for _ in "ab":
        editor.findChildren(QToolButton)[0].click()
    assert editor.value() == []

    usual.click()

    assert editor.value() is UNSET
    assert [line.text() for line in editor.findChildren(QLineEdit)] == ["a", "b, c"]


def test_the_line_that_is_wrong_is_marked_and_gets_the_keyboard(editor_of: Any, qtbot: QtBot) -> None:
    editor = editor_of("lines", ["one", "", "two"])
    with qtbot.waitActive(editor):
        editor.show()

    editor.show_faulty([1], True)
    editor.reach()

    assert QApplication.focusWidget().text() == "two"


def test_what_exists_is_ticked_with_the_space_bar_or_a_click(pick_of: Any) -> None:
    editor = pick_of(["b"], {"a": "Anna", "b": "Berta"})
    view = editor.findChild(QListView)
    view.setCurrentIndex(view.model().index(0, 0))

    QTest.keyClick(view, Qt.Key.Key_Space)
    assert editor.value() == ["a", "b"]
    row = view.visualRect(view.model().index(1, 0))
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=row.center())

    assert editor.value() == ["a"]


def test_a_name_that_nothing_has_any_more_can_be_unticked(pick_of: Any) -> None:
    editor = pick_of(["gone"], {"a": "Anna"})
    assert editor.value() == ["gone"]
    model = editor.findChild(QListView).model()
    assert [model.index(row, 0).data() for row in range(model.rowCount())] == ["Anna", "gone"]

    model.setData(model.index(1, 0), Qt.CheckState.Unchecked.value, Qt.ItemDataRole.CheckStateRole)

    assert editor.value() is UNSET


def test_other_offers_keep_the_ticks(pick_of: Any) -> None:
    editor = pick_of(["a"], {"a": "Anna"})

    editor.offer({"a": "Anna Maria", "b": "Berta"})

    assert editor.value() == ["a"]
    assert editor.findChild(QListView).model().rowCount() == 2


def test_a_choice_may_be_called_otherwise_than_it_is_written(editor_of: Any) -> None:
    editor = editor_of("choice", "down")
    editor.offer({"down": "only down"})
    editor.show_value("down")
    box = editor.findChild(QComboBox)
    assert box.currentText() == "only down"

    box.setCurrentIndex(2)

    assert editor.value() == "none"


def test_one_of_few_offers_is_a_button(editor_of: Any) -> None:
    editor = editor_of("time")
    editor.offer({"0s": "Never"})

    editor.findChild(QPushButton).click()

    assert editor.value() == "0s"


def test_many_offers_are_found_by_any_part_of_them(editor_of: Any, qtbot: QtBot) -> None:
    editor = editor_of("line")
    editor.offer({name: name for name in ("Europe/Berlin", "Europe/Rome", "Asia/Tokyo", "Africa/Cairo", "UTC")})
    with qtbot.waitActive(editor):
        editor.show()
    line = line_of(editor)
    line.setFocus()
    QTest.keyClicks(line, "berl")
    qtbot.waitUntil(lambda: line.completer().popup().isVisible())

    QTest.keyClick(line.completer().popup(), Qt.Key.Key_Down)
    with qtbot.waitSignal(editor.changed):
        QTest.keyClick(line.completer().popup(), Qt.Key.Key_Return)

    assert editor.value() == "Europe/Berlin"
