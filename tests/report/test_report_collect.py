"""A report of a real history: what was seen, corrected, marked and measured there stands in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.history.past import NOON, WAIT, Faults, a_history, a_service, an_incident, ok, turn
from trayapp.core.timeline import figures
from trayapp.core.words import Status
from trayapp.history.faults import HistoryUnavailable
from trayapp.history.queries import Reader
from trayapp.history.writer import History
from trayapp.report.collect import collect
from trayapp.report.html import html
from trayapp.report.markdown import markdown
from trayapp.report.objects import json
from trayapp.report.sheet import csv
from trayapp.report.values import Report, Subject

HOUR = 3_600_000
DAY = 24 * HOUR
LATER = NOON + 3 * DAY
WEB, MAIL = Subject("web", "Web"), Subject("mail", "Mail", objective=99.9)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.db"


@pytest.fixture
def history(path: Path) -> Iterator[History]:
    faults = Faults()
    history = a_history(path, faults, clock=lambda: LATER)
    history.register([a_service("web"), a_service("mail")], NOON)
    history.commit(
        [
            turn("web", NOON, Status.UP),
            turn("web", NOON + DAY, Status.DOWN, incident=an_incident(1, "web", NOON + DAY)),
            turn(
                "web",
                NOON + DAY + HOUR,
                Status.UP,
                incident=an_incident(1, "web", NOON + DAY, end=NOON + DAY + HOUR, closing="recovered"),
            ),
            turn("web", NOON + 2 * DAY, Status.UNKNOWN, "asleep"),
            turn("mail", NOON, Status.UP),
        ]
    )
    for n in range(20):
        history.record(ok("web", NOON + n * 60_000, 10.0 + n))
    history.commit().result(WAIT)
    yield history
    history.close(WAIT)
    assert faults == []


def collected(path: Path, *subjects: Subject, since: int = NOON, until: int = LATER) -> Report:
    return collect(Reader(path), subjects or (WEB, MAIL), since, until, LATER, UTC)


def test_its_figures_are_those_of_core(history: History, path: Path) -> None:
    reader = Reader(path)
    for chapter in collected(path).chapters:
        id_ = chapter.subject.id
        segments, incidents = reader.segments(id_, NOON, LATER, LATER), reader.incidents(NOON, LATER, id_)
        assert chapter.figures == figures(segments, incidents, NOON, LATER)
    web = collected(path).chapters[0]
    assert web.figures.longest_outage == HOUR
    assert web.blind["asleep"] == DAY
    assert (web.took.count, collected(path).chapters[1].took.count) == (20, 0)


def test_a_correction_takes_the_outage_out_of_the_figures_and_leaves_it_to_be_seen(
    history: History, path: Path
) -> None:
    before = collected(path)
    history.correct(1, "false alarm", "my own firewall").result(WAIT)
    chapter = collected(path).chapters[0]
    assert (chapter.figures.incidents, chapter.tally.down) == (0, 0)
    assert "afterwards found to be a false alarm" in html(collected(path))
    assert "my own firewall" not in html(collected(path))
    history.undo_correction(1).result(WAIT)
    assert collected(path) == before


def test_a_marker_stands_with_the_services_that_it_names(history: History, path: Path) -> None:
    history.mark("new memcached deployed", ["web"], NOON + HOUR).result(WAIT)
    history.mark("left Joyent", [], NOON + 2 * HOUR).result(WAIT)
    web, mail = collected(path).chapters
    assert [marker.text for marker in web.markers] == ["new memcached deployed", "left Joyent"]
    assert [marker.text for marker in mail.markers] == ["left Joyent"]
    assert [marker.text for marker in collected(path, MAIL).markers] == ["left Joyent"]


def test_a_service_that_history_does_not_know_was_not_watched(history: History, path: Path) -> None:
    chapter = collected(path, Subject("new", "New")).chapters[0]
    assert chapter.tally.unknown == LATER - NOON
    assert chapter.took.p50 is None
    assert "not observed" in html(collected(path, Subject("new", "New")))


def test_an_outage_that_goes_on_is_down_at_the_end(history: History, path: Path) -> None:
    since = LATER - HOUR
    history.commit([turn("mail", since, Status.DOWN, incident=an_incident(2, "mail", since))])
    history.record(ok("mail", LATER - 1_000))
    history.commit().result(WAIT)
    chapter = collected(path, MAIL).chapters[0]
    assert chapter.down_at_the_end
    assert chapter.incidents[0].open
    page = html(collected(path, MAIL))
    assert "down at the end" in page
    assert "not over at the end of this report" in page


def test_an_outage_whose_record_was_damaged_is_told_with_that(history: History, path: Path) -> None:
    whole = [write(collected(path)) for write in (html, markdown, csv, json)]
    assert not any("its record was damaged" in text or '"record_damaged":true' in text for text in whole)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE seals SET checksum = checksum + 1")
    (told,) = collected(path).chapters[0].incidents
    assert told.damaged
    assert all("its record was damaged" in write(collected(path)) for write in (html, markdown))
    assert "incident 1: its record was damaged" in csv(collected(path))
    assert '"record_damaged":true' in json(collected(path))


def test_nothing_later_than_now_is_told(history: History, path: Path) -> None:
    assert collected(path, until=LATER + DAY).until == LATER
    with pytest.raises(ValueError, match="in the past"):
        collected(path, since=LATER)


def test_without_a_history_there_is_no_report(tmp_path: Path) -> None:
    with pytest.raises(HistoryUnavailable):
        collected(tmp_path / "none.db")


def test_days_of_utc_asked_for_together_are_what_each_service_says(history: History, path: Path) -> None:
    """90 days go another way to history, which must lead to the same."""
    since = LATER - 90 * DAY
    many = [WEB, MAIL, *(Subject(f"s{n}", "") for n in range(60))]
    together = collected(path, *many, since=since).chapters[0]
    alone = collected(path, WEB, since=since).chapters[0]
    assert together.took_by_day == alone.took_by_day
    assert sum(took.count for took in together.took_by_day) == 20


def test_the_days_are_those_of_the_zone_that_was_asked_for(history: History, path: Path) -> None:
    zone = ZoneInfo("Asia/Kathmandu")
    report = collect(Reader(path), [WEB], NOON, LATER, LATER, zone)
    assert all((cell.start + 20_700_000) % DAY == 0 for cell in report.chapters[0].days[1:])
    assert sum(cell.tally.down for cell in report.chapters[0].days) == HOUR
