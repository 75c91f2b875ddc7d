"""Editors: each shows a value of the file and gives it back; what nobody touched stays as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QToolButton
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
