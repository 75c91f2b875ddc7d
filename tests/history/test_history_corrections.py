"""What the user says an incident was lies over what was seen, and what was seen is as it was once that is undone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.history.past import NOON, WAIT, Faults, a_history, a_service, an_incident, turn
from trayapp.core.timeline import figures
from trayapp.core.words import Correction, Segment, Status
from trayapp.history import schema
from trayapp.history.corrections import COUNTS_AS, Overlay, lay_over
from trayapp.history.faults import HistoryUnavailable, Impossible
from trayapp.history.migrations import MIGRATIONS
from trayapp.history.queries import Reader
from trayapp.history.writer import History

MINUTE = 60_000
LATER = NOON + 60 * MINUTE
WINDOW = (NOON, LATER, LATER)


class Clock:
    """Stands where it was put."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


def an_outage(path: Path, faults: Faults, clock: Clock) -> History:
    """Web was down from the 10th to the 30th minute, out of sight in the middle; mail is down since the 40th."""
    history = a_history(path, faults, clock=clock)
    history.register([a_service("web", interval=86_400_000), a_service("mail", interval=86_400_000)], NOON)
    web = an_incident(1, "web", NOON + 10 * MINUTE)
    back = an_incident(1, "web", web.start, end=NOON + 30 * MINUTE, closing="recovered")
    mail = an_incident(2, "mail", NOON + 40 * MINUTE)
    history.commit(
        [
            turn("web", NOON + 1, Status.UP),
            turn("web", web.start, Status.DOWN, incident=web),
            turn("web", NOON + 15 * MINUTE, Status.UNKNOWN, "asleep", incident=web),
            turn("web", NOON + 20 * MINUTE, Status.DOWN, incident=web),
            turn("web", NOON + 30 * MINUTE, Status.UP, incident=back),
            turn("mail", NOON + 1, Status.DEGRADED),
            turn("mail", mail.start, Status.DOWN, incident=mail),
        ]
    ).result(WAIT)
    return history


def read(path: Path) -> dict[str, list[Segment]]:
    return Reader(path).timelines(["web", "mail"], *WINDOW)


def rows(path: Path) -> list[list[tuple[object, ...]]]:
    """What was seen, as it is stored."""
    with closing(sqlite3.connect(path)) as connection:
        return [
            connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in ("segments", "incidents")
        ]


def words(segments: list[Segment]) -> list[tuple[int, str, str]]:
    return [((s.end - s.start) // MINUTE, s.status.value, s.reason) for s in segments[1:]]


def test_a_false_alarm_was_up_wherever_it_was_down_and_nothing_else_is_another(path: Path, faults: Faults) -> None:
    history = an_outage(path, faults, Clock(LATER))
    seen = read(path)
    made = history.correct(1, "false alarm", "my own firewall").result(WAIT)
    assert made == Correction(1, 1, "false alarm", "my own firewall", LATER)
    corrected = read(path)
    assert corrected["mail"] == seen["mail"]
    assert words(corrected["web"]) == [
        (9, "UP", ""),
        (5, "UP", "corrected"),
        (5, "UNKNOWN", "asleep"),
        (10, "UP", "corrected"),
        (30, "UP", ""),
    ]
    told = figures(corrected["web"], Reader(path).incidents(*WINDOW[:2], "web"), *WINDOW[:2])
    assert (told.incidents, told.longest_outage, told.availability) == (0, 0, 1.0)
    assert told.coverage == figures(seen["web"], [], *WINDOW[:2]).coverage
    assert history.close(WAIT)


def test_maintenance_leaves_the_time_out_of_the_figures_and_an_open_incident_goes_on_so(
    path: Path, faults: Faults
) -> None:
    history = an_outage(path, faults, Clock(LATER))
    history.correct(2, "maintenance").result(WAIT)
    assert words(read(path)["mail"]) == [(39, "DEGRADED", ""), (20, "MAINTENANCE", "corrected")]
    assert Reader(path).segments("mail", NOON + 50 * MINUTE, LATER, LATER) == [
        Segment(NOON + 50 * MINUTE, LATER, Status.MAINTENANCE, "corrected")
    ]
    assert history.close(WAIT)


def test_undone_it_reads_bit_for_bit_as_before_and_stays_to_be_seen(path: Path, faults: Faults) -> None:
    clock = Clock(LATER)
    history = an_outage(path, faults, clock)
    seen, stored = read(path), rows(path)
    history.correct(1, "maintenance", "planned").result(WAIT)
    assert read(path) != seen
    assert rows(path) == stored
    clock.now += 1_000
    undone = history.undo_correction(1).result(WAIT)
    assert undone == Correction(1, 1, "maintenance", "planned", LATER, LATER + 1_000)
    assert (read(path), rows(path)) == (seen, stored)
    assert history.undo_correction(1).result(WAIT) is None
    assert Reader(path).corrections() == {1: [undone]}
    assert history.close(WAIT)


def test_the_same_verdict_again_is_the_same_correction_and_another_takes_its_place(path: Path, faults: Faults) -> None:
    clock = Clock(LATER)
    history = an_outage(path, faults, clock)
    first = history.correct(1, "false alarm", "a note").result(WAIT)
    clock.now += 1_000
    assert history.correct(1, "false alarm").result(WAIT) == first
    assert history.correct(1, "false alarm", "a better one").result(WAIT).note == "a better one"
    other = history.correct(1, "maintenance").result(WAIT)
    assert Reader(path).corrections([1, 2]) == {
        1: [Correction(1, 1, "false alarm", "a better one", LATER, LATER + 1_000), other]
    }
    assert Reader(path).corrections([2]) == {}
    assert {s.status for s in read(path)["web"] if s.reason == "corrected"} == {Status.MAINTENANCE}
    assert history.close(WAIT)


def test_where_the_clock_was_set_back_nothing_is_undone_before_it_was_made(path: Path, faults: Faults) -> None:
    clock = Clock(LATER)
    history = an_outage(path, faults, clock)
    history.correct(1, "false alarm").result(WAIT)
    clock.now -= 10 * MINUTE
    undone = history.undo_correction(1).result(WAIT)
    assert undone is not None
    assert undone.undone_at == LATER
    assert history.close(WAIT)


def test_an_incident_that_is_not_there_is_said_and_costs_nobody_anything(path: Path, faults: Faults) -> None:
    history = an_outage(path, faults, Clock(LATER))
    before = read(path)
    refused = [history.correct(17, "false alarm"), history.undo_correction(18)]
    good = history.correct(1, "false alarm")
    for future, number in zip(refused, (17, 18), strict=True):
        with pytest.raises(Impossible, match=rf"^There is no incident {number}\.$"):
            future.result(WAIT)
    assert good.result(WAIT).incident == 1
    history.undo_correction(1).result(WAIT)
    assert read(path) == before
    assert history.trouble is None
    assert history.close(WAIT)


def test_a_verdict_that_there_is_not_is_a_fault_of_ours(path: Path, expected_faults: Faults) -> None:
    history = an_outage(path, expected_faults, Clock(LATER))
    with pytest.raises(ValueError, match="there is no verdict 'all fine'"):
        history.correct(1, "all fine").result(WAIT)
    assert [str(fault) for fault in expected_faults] == ["there is no verdict 'all fine'"]
    assert Reader(path).corrections() == {}
    assert history.close(WAIT)


def test_a_correction_after_the_history_was_closed_is_not_promised(path: Path, faults: Faults) -> None:
    history = an_outage(path, faults, Clock(LATER))
    assert history.close(WAIT)
    with pytest.raises(HistoryUnavailable):
        history.correct(1, "false alarm").result(WAIT)


def test_an_incident_is_found_by_its_number_and_every_service_by_its_id(path: Path, faults: Faults) -> None:
    history = an_outage(path, faults, Clock(LATER))
    history.remove(["mail"], LATER).result(WAIT)
    assert history.close(WAIT)
    reader = Reader(path)
    assert reader.incident(1) == an_incident(1, "web", NOON + 10 * MINUTE, end=NOON + 30 * MINUTE, closing="recovered")
    assert reader.incident(3) is None
    assert reader.services() == ["mail", "web"]


def test_a_file_of_an_older_schema_that_nobody_has_opened_yet_has_no_corrections_and_no_markers(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        schema.migrate(connection, MIGRATIONS[:2])
    reader = Reader(path)
    assert (reader.corrections(), reader.markers(0, NOON), reader.services()) == ({}, [], [])
    assert reader.segments("web", *WINDOW) == [Segment(NOON, LATER, Status.UNKNOWN, "not watched")]


LENGTHS = st.lists(st.integers(1, 20), max_size=12)


@st.composite
def timelines(draw: st.DrawFn) -> list[Segment]:
    segments: list[Segment] = []
    start = draw(st.integers(0, 20))
    for length in draw(LENGTHS):
        drawn = draw(st.tuples(st.sampled_from(Status), st.sampled_from(["", "corrected", "asleep"])))
        if segments and drawn == (segments[-1].status, segments[-1].reason):
            segments[-1] = Segment(segments[-1].start, start + length, *drawn)
        else:
            segments.append(Segment(start, start + length, *drawn))
        start += length
    return segments


@st.composite
def corrections(draw: st.DrawFn) -> list[Overlay]:
    """Of incidents that do not overlap, the last perhaps open."""
    laid: list[Overlay] = []
    start = draw(st.integers(0, 40))
    for length in draw(st.lists(st.integers(0, 30), max_size=4)):
        laid.append(Overlay(start, start + length, draw(st.sampled_from(sorted(COUNTS_AS.values())))))
        start += length + draw(st.integers(0, 15))
    if laid and draw(st.booleans()):
        laid[-1] = Overlay(laid[-1].start, None, laid[-1].status)
    return laid


def at(segments: list[Segment], moment: int) -> tuple[Status, str] | None:
    return next(((s.status, s.reason) for s in segments if s.start <= moment < s.end), None)


@settings(max_examples=400, deadline=None)
@example([Segment(2, 4, Status.DOWN)], [Overlay(3, 3, Status.MAINTENANCE)])
@given(timelines(), corrections())
def test_nothing_but_down_time_inside_a_corrected_incident_is_another(
    segments: list[Segment], laid: list[Overlay]
) -> None:
    corrected = lay_over(segments, laid)
    assert lay_over(segments, []) == segments
    for moment in range(400):
        seen = at(segments, moment)
        over = [o for o in laid if o.start <= moment and (o.end is None or moment < o.end)]
        expected = (over[0].status, "corrected") if over and seen is not None and seen[0] is Status.DOWN else seen
        assert at(corrected, moment) == expected
    assert all(segment.start < segment.end for segment in corrected)
    for before, after in pairwise(corrected):
        assert before.end == after.start
        assert (before.status, before.reason) != (after.status, after.reason)
