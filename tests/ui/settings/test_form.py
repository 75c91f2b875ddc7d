"""The form: drawn from declared keys, faults at their field, nothing lost that it does not know."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QListView
from pytestqt.qtbot import QtBot

from trayapp.core.keys import declared_keys
from trayapp.core.words import Service
from trayapp.probes import PROBES
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.form import ServiceForm

TABLE = {"name": "Twitter", "odd": 1, "http": {"url": "https://twitter.com/", "strange": [1]}}


@pytest.fixture
def form(qtbot: QtBot, appearance: Appearance) -> ServiceForm:
    form = ServiceForm(PROBES, appearance)
    qtbot.addWidget(form)
    form.show_service(TABLE, {})
    form.show()
    qtbot.waitExposed(form)
    return form


def line(form: ServiceForm, path: str) -> QLineEdit:
    editor = form.field(path).editor.field
    assert isinstance(editor, QLineEdit)
    return editor


@pytest.mark.parametrize("kind", PROBES)
def test_every_key_of_the_service_and_its_kind_has_a_field(form: ServiceForm, kind: str) -> None:
    form.change_kind(kind)

    for name in declared_keys(Service):
        form.field(name)
    for name in declared_keys(PROBES[kind]):
        form.field(f"{kind}.{name}")


def test_every_field_says_what_it_is_to_somebody_who_cannot_see(form: ServiceForm) -> None:
    for name, declared in declared_keys(Service).items():
        field = form.field(name).editor.field
        assert field.accessibleName() == declared.key.label
        assert field.accessibleDescription() == declared.key.help
        assert field.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_a_change_keeps_the_keys_that_nobody_knows(form: ServiceForm, qtbot: QtBot) -> None:
    with qtbot.waitSignal(form.changed) as changed:
        QTest.keyClicks(line(form, "group"), "W")

    assert changed.args == [{**TABLE, "group": "W"}]


def test_the_file_s_own_defaults_are_shown_in_grey(form: ServiceForm) -> None:
    form.show_service(TABLE, {"interval": "5m"})

    assert line(form, "interval").placeholderText() == "5m"


def test_a_fault_is_shown_at_its_field_and_goes_when_it_is_mended(form: ServiceForm) -> None:
    form.show_faults({"http.url": 'not a URL: "x"'})
    assert form.field("http.url").faulty
    assert line(form, "http.url").accessibleDescription() == 'not a URL: "x"'

    form.show_faults({})

    assert not form.field("http.url").faulty
    assert line(form, "http.url").accessibleDescription() == "The page to ask for."


def test_a_fault_among_the_rarer_keys_opens_them(form: ServiceForm) -> None:
    assert not line(form, "http.max_redirects").isVisible()

    form.show_faults({"http.max_redirects": "must be at most 20"})

    assert line(form, "http.max_redirects").isVisible()


def test_a_fault_inside_a_mapping_is_shown_at_the_mapping(form: ServiceForm) -> None:
    form.show_faults({"http.headers.Host": "not to be set by hand"})

    assert form.field("http.headers").faulty


def test_the_first_fault_from_the_top_gets_the_keyboard(form: ServiceForm) -> None:
    form.show_faults({"timeout": "x", "http.contains": "y"})

    form.reach_first_fault()

    assert QApplication.focusWidget() is line(form, "http.contains")


def test_another_kind_keeps_what_both_have_and_forgets_the_rest(form: ServiceForm, qtbot: QtBot) -> None:
    with qtbot.waitSignal(form.changed) as changed:
        form.change_kind("tcp")

    assert changed.args == [{"name": "Twitter", "odd": 1, "tcp": {}}]


def test_tab_walks_from_top_to_bottom_also_after_another_kind_was_chosen(form: ServiceForm) -> None:
    above = QLineEdit(form)
    above.show()
    form.follow(above)
    form.change_kind("tcp")
    above.setFocus()
    walked = []
    for _ in range(6):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        walked.append(QApplication.focusWidget().accessibleName())

    assert walked == ["Kind of check", "Host", "Port", "Name", "Group", "Interval"]


def test_tab_walks_through_the_lines_of_a_mapping_and_then_to_the_button_for_one_more(form: ServiceForm) -> None:
    above = QLineEdit(form)
    above.show()
    form.follow(above)
    form.show_service({"http": {"url": "https://x.example/", "headers": {"A": "1", "B": {"secret": "b"}}}}, {})
    form.open_more()
    form.field("http.method").reach()
    walked = []
    for _ in range(10):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        walked.append(QApplication.focusWidget().accessibleName())

    of_a_line = ["Where Headers comes from", "Remove this line"]
    assert walked[:4] == ["Name in Headers", "Value in Headers", *of_a_line]
    assert walked[4:8] == ["Name in Headers", "Change the secret b", *of_a_line]
    assert walked[8:] == ["Headers", "Content"]


def test_a_probe_s_table_that_is_no_table_can_be_mended(form: ServiceForm, qtbot: QtBot) -> None:
    form.show_service({"http": "https://twitter.com/"}, {})

    with qtbot.waitSignal(form.changed) as changed:
        QTest.keyClicks(line(form, "http.url"), "x")

    assert changed.args == [{"http": {"url": "x"}}]


def test_what_a_service_depends_on_is_picked_also_after_another_kind_was_chosen(
    form: ServiceForm, qtbot: QtBot
) -> None:
    form.offer({"router": "Office router"})
    form.change_kind("tcp")
    model = form.field("depends_on").editor.findChild(QListView).model()
    assert model.index(0, 0).data() == "Office router"

    with qtbot.waitSignal(form.changed) as changed:
        model.setData(model.index(0, 0), Qt.CheckState.Checked.value, Qt.ItemDataRole.CheckStateRole)

    assert changed.args[0]["depends_on"] == ["router"]
