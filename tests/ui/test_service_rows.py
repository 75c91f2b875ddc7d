from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from tests.ui.world import degraded, down, flapping, many, picture, service, snapshot, unseen, up
from trayapp.core.words import Snapshot
from trayapp.ui.window.model import GroupRow, Role, ServiceRows


def rows_of(shown: Snapshot) -> ServiceRows:
    rows = ServiceRows(lambda view: f"{view.service.title}, in a sentence")
    rows.show(shown)
    return rows


def texts(rows: ServiceRows) -> list[str]:
    return [str(rows.data(rows.index(at))) for at in range(rows.rowCount())]


def test_groups_stand_in_the_order_of_their_first_service(qapp: QApplication) -> None:
    rows = rows_of(picture())
    assert texts(rows)[0] == "Public web"
    assert texts(rows)[5] == "Office LAN"
    assert rows.rowCount() == 10


def test_services_without_a_group_come_first_and_have_no_heading(qapp: QApplication) -> None:
    rows = rows_of(snapshot(up(service("a", group="G")), up(service("b")), up(service("c", group="G"))))
    assert texts(rows) == ["b", "G", "a", "c"]


def test_a_check_changes_its_own_row_alone(qapp: QApplication) -> None:
    shown = picture()
    rows = rows_of(shown)
    tester = QAbstractItemModelTester(rows, QAbstractItemModelTester.FailureReportingMode.Fatal)
    changed: list[int] = []
    resets: list[bool] = []
    rows.dataChanged.connect(lambda first, last: changed.extend(range(first.row(), last.row() + 1)))
    rows.modelReset.connect(lambda: resets.append(True))
    views = list(shown.services)
    views[2] = up(views[2].service, 400)
    rows.show(replace(shown, version=2, services=tuple(views)))
    assert (changed, resets) == ([3], [])
    assert rows.view_at(rows.index(3)) is views[2]
    tester.deleteLater()


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("git", ["Public web", "GitHub"]),
        ("WEB twitter.com", ["Public web", "Twitter"]),
        ("lan 5432", ["Office LAN", "PostgreSQL primary"]),
        ("nothing like it", []),
        ("  ", None),
    ],
)
def test_a_filter_finds_every_word_in_name_group_or_address(
    qapp: QApplication, wanted: str, found: list[str] | None
) -> None:
    rows = rows_of(picture())
    everything = texts(rows)
    rows.filter(wanted)
    assert texts(rows) == (everything if found is None else found)


def test_the_filter_outlives_a_snapshot(qapp: QApplication) -> None:
    rows = rows_of(picture())
    rows.filter("github")
    rows.show(replace(picture(), version=2))
    assert texts(rows) == ["Public web", "GitHub"]


def test_headings_cannot_be_chosen_and_services_can(qapp: QApplication) -> None:
    rows = rows_of(picture())
    chosen = [bool(rows.flags(rows.index(at)) & Qt.ItemFlag.ItemIsSelectable) for at in range(rows.rowCount())]
    assert chosen == [not isinstance(rows.index(at).data(Role.ROW), GroupRow) for at in range(rows.rowCount())]


def test_a_screen_reader_hears_a_sentence(qapp: QApplication) -> None:
    rows = rows_of(picture())
    assert rows.index(1).data(Qt.ItemDataRole.AccessibleTextRole) == "Twitter, in a sentence"
    assert rows.index(0).data(Qt.ItemDataRole.AccessibleTextRole) == "Public web"


def test_every_service_has_its_place_among_thousands(qapp: QApplication) -> None:
    rows = rows_of(many(3000))
    assert [rows.view_at(rows.place_of(f"s{at}")).service.id for at in (0, 1500, 2999)] == ["s0", "s1500", "s2999"]
    assert not rows.place_of("unheard of").isValid()


def test_what_is_wrong_stands_above_what_is_well_and_all_else_stays_in_its_order(qapp: QApplication) -> None:
    a, b, c, d, e = map(service, "abcde")
    rows = rows_of(snapshot(up(a), unseen(b), flapping(up(c)), degraded(d, "slow"), down(e, "refused")))
    assert texts(rows) == ["e", "c", "d", "a", "b"]


def test_a_group_with_an_outage_stands_above_the_others(qapp: QApplication) -> None:
    well, ill = service("well", group="Well"), service("ill", group="Ill")
    assert texts(rows_of(snapshot(up(well), down(ill, "refused")))) == ["Ill", "ill", "Well", "well"]
    assert texts(rows_of(snapshot(up(well), unseen(ill)))) == ["Well", "well", "Ill", "ill"]


def test_an_outage_moves_its_row_and_nobody_loses_his_place(qapp: QApplication) -> None:
    shown = picture()
    rows = rows_of(shown)
    tester = QAbstractItemModelTester(rows, QAbstractItemModelTester.FailureReportingMode.Fatal)
    resets: list[bool] = []
    rows.modelReset.connect(lambda: resets.append(True))
    kept = [QPersistentModelIndex(rows.place_of(name)) for name in ("twitter", "github", "printer")]
    heading = QPersistentModelIndex(rows.index(5))
    views = list(shown.services)
    views[0], views[7] = up(views[0].service), down(views[7].service, "refused")
    rows.show(replace(shown, version=2, services=tuple(views)))
    assert texts(rows)[:3] == ["Office LAN", "Print server", "memcached cache-1"]
    assert [str(index.data()) for index in kept] == ["Twitter", "GitHub", "Print server"]
    assert heading.row() == 0
    assert resets == []
    tester.deleteLater()
