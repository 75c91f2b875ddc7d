"""The report of an outage, from the menus to the clipboard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QListView, QMenu, QToolTip
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Stage
from tests.ui.test_tray_menu import Wishes, choose, words
from tests.ui.world import DAY, HOUR, MINUTE, NOW, PaperPast, down, picture, service, snapshot, up
from trayapp.core.evidence import Evidence, Seen
from trayapp.core.words import Incident, Outcome, ServiceView
from trayapp.history.faults import HistoryUnavailable
from trayapp.ui.palette import Appearance
from trayapp.ui.reports import COPIED, Reports

Stages = Callable[..., Stage]

TWITTER = service("twitter", "Twitter", target="https://twitter.com/")


def seen(at: int) -> Evidence:
    check = Seen(at, at + 31, Outcome.CRITICAL, "http.status", "HTTP 503", 31.0)
    return Evidence(at, "Twitter", "http", "https://twitter.com/", 60_000, 10_000, 10_000, 1, (check,))


class Past(PaperPast):
    """Remembers these incidents of Twitter, the newest first."""

    def __init__(self, *incidents: Incident, lost: bool = False) -> None:
        super().__init__(snapshot())
        self._incidents = incidents
        self._lost = lost

    def incidents(self, since: int, until: int, service: str | None = None) -> tuple[Incident, ...]:
        if self._lost:
            raise HistoryUnavailable("There is no history yet.")
        assert service == "twitter"
        return tuple(one for one in self._incidents if one.end is None or one.end > since)

    def evidence(self, incident: int) -> tuple[Evidence | None, Evidence | None]:
        if self._lost:
            raise HistoryUnavailable("There is no history yet.")
        return super().evidence(incident)


def over(number: int, ago: int) -> Incident:
    end = NOW - ago
    return Incident(
        number, "twitter", end - 5 * MINUTE, end - 4 * MINUTE, "refused", "connection refused", end, "recovered"
    )


def reports(*incidents: Incident, lost: bool = False) -> Reports:
    return Reports(Past(*incidents, lost=lost), lambda: NOW)


def menu_of(appearance: Appearance, view: ServiceView, past: PaperPast) -> QMenu:
    wishes = Wishes(appearance)
    wishes.past = past
    return wishes.menu_of(view)


def test_the_report_of_an_outage_that_is_on_is_copied_with_the_keyboard(qtbot: QtBot, stage: Stages) -> None:
    made = stage(snapshot(down(TWITTER, "HTTP 503", minutes=4, incident=17)))
    made.past.kept[17] = (seen(NOW - 4 * MINUTE), None)
    made.window.open()
    qtbot.waitUntil(made.window.isVisible)
    rows = made.window.findChild(QListView)
    assert isinstance(rows, QListView)
    qtbot.keyClick(rows, Qt.Key.Key_Return)
    (menu,) = [menu for menu in made.window.findChildren(QMenu) if menu.isVisible()]
    while (active := menu.activeAction()) is None or active.text() != "Copy report":
        qtbot.keyClick(menu, Qt.Key.Key_Down)
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    text = QApplication.clipboard().text()
    assert text.startswith("Twitter is down\nhttps://twitter.com/ (http)\n\nFrom       ")
    assert "Lasted     4 min 0 s so far" in text
    assert "failed: HTTP 503, after 31 ms" in text
    assert QToolTip.text() == COPIED
    QToolTip.hideText()


def test_the_tray_has_it_too(qtbot: QtBot, appearance: Appearance) -> None:
    wishes = Wishes(appearance)
    wishes.fill(picture())
    choose(wishes.menu, "Twitter: HTTP 503 · down 4 min", "Copy report")
    assert QApplication.clipboard().text().startswith("Twitter is down\n")
    degraded = next(action for action in wishes.menu.actions() if action.text().startswith("Twitter · tweets"))
    submenu = degraded.menu()
    assert isinstance(submenu, QMenu)
    assert "Copy report" not in words(submenu)
    QToolTip.hideText()


def test_of_a_service_that_is_up_the_last_outage_of_a_day_can_be_reported(qtbot: QtBot, appearance: Appearance) -> None:
    past = Past(over(12, 3 * HOUR), over(11, 9 * HOUR))
    past.kept[12] = (seen(NOW - 3 * HOUR), None)
    menu = menu_of(appearance, up(TWITTER), past)
    choose(menu, "Copy report of the last outage")
    text = QApplication.clipboard().text()
    assert text.startswith("Outage of Twitter\n")
    assert "Lasted     5 min 0 s\n" in text
    QToolTip.hideText()


def test_there_is_nothing_to_report_of_one_that_was_well_all_day(qtbot: QtBot, appearance: Appearance) -> None:
    menu = menu_of(appearance, up(TWITTER), Past(over(12, DAY + HOUR)))
    assert [entry for entry in words(menu) if "report" in entry] == []


def test_the_report_needs_no_history(qtbot: QtBot) -> None:
    view = down(TWITTER, "HTTP 503", incident=17)
    lost = reports(lost=True)
    assert lost.recent(view) == view.belief.incident
    assert lost.recent(up(TWITTER)) is None
    assert view.belief.incident is not None
    text = lost.text(view, view.belief.incident)
    assert text.startswith("Twitter is down\n")
    assert "Cause      HTTP 503 (http.status)" in text


def test_the_newest_outage_is_meant(qtbot: QtBot) -> None:
    assert reports(over(12, HOUR), over(11, 2 * HOUR)).recent(up(TWITTER)) == over(12, HOUR)
    open_again = replace(down(TWITTER, "HTTP 503", incident=17))
    assert reports(over(12, HOUR)).recent(open_again) == open_again.belief.incident
