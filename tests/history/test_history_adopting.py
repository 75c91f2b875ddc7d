"""A past that others saw is judged as ours is, and takes its place where nothing is known."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.history.elsewhere import DAY, HOUR, MINUTE, WEB, as_json, every_minute, imported, kept, said
from tests.history.past import NOON, WAIT, Faults, a_history, a_service, an_incident, ok, turn
from trayapp.core.timeline import tally
from trayapp.core.verdict import begin, fold
from trayapp.core.words import CheckResult, Incident, Segment, Service, Status
from trayapp.history.queries import Reader
from trayapp.history.reliving import Piece, Row, at_its_pace, finding, relive
from trayapp.history.spool import Spooled

BEFORE = NOON - 3 * DAY


def judged_one_by_one(service: Service, checks: list[Spooled]) -> tuple[list[Row], list[Incident]]:
    """Rows of the timeline and closed incidents as core.verdict alone has them, check by check."""
    belief = begin(service.id, checks[0][0])
    rows = [Row(belief.since, belief.status, belief.reason, belief.confirmed, None, belief.counted_since)]
    incidents = {}
    for at, code, reason, _ in checks:
        result = CheckResult(service.id, at, at, finding(code, f"reason {reason}"))
        belief, changes = fold(belief, service, result, len(incidents) + 1)
        for change in changes:
            status, flapping = change.to_status, change.flapping_since
            row = Row(change.since, status, change.reason, change.at, flapping, change.counted_since)
            rows = [*(before for before in rows if before.start < change.since), row]
            if change.incident is not None:
                incidents[change.incident.id] = change.incident
    return rows, [incident for incident in incidents.values() if incident.end is not None]


def relived(service: Service, checks: list[Spooled], stop: int = 1 << 60) -> Piece:
    piece = relive(service, iter(checks), lambda reason: f"reason {reason}", stop)
    assert piece is not None
    return piece


@st.composite
def pasts(draw: st.DrawFn) -> list[Spooled]:
    """Runs of the same outcome, from one check to fifty, with gaps between some."""
    at = 1_000_000
    checks: list[Spooled] = []
    for _ in range(draw(st.integers(1, 12))):
        code = draw(st.sampled_from([0, 0, 0, 1, 2, 2, 3]))
        for _ in range(draw(st.sampled_from([1, 1, 2, 3, 5, 22, 50]))):
            at += draw(st.sampled_from([60_000, 60_000, 60_000, 1, 10_000, 124_999, 125_000, 125_001, 900_000]))
            checks.append((at, code, draw(st.integers(1, 3)), None))
    return checks


@settings(max_examples=300)
@given(pasts(), st.integers(1, 4), st.integers(1, 4))
def test_a_past_told_in_runs_is_judged_as_check_by_check(checks: list[Spooled], fails: int, successes: int) -> None:
    service = at_its_pace(a_service(failure_threshold=fails, success_threshold=successes), 60_000)
    rows, closed = judged_one_by_one(service, checks)
    piece = relived(service, checks)
    assert list(piece.segments) == rows
    assert [incident for incident in piece.incidents if incident.closing != "unseen"] == closed
    assert (piece.since, piece.checks, piece.last) == (checks[0][0], len(checks), checks[-1][0])


@settings(max_examples=300)
@given(pasts())
def test_what_is_down_lies_in_one_incident_and_every_incident_has_an_end(checks: list[Spooled]) -> None:
    piece = relived(at_its_pace(WEB, 60_000), checks)
    ends = [row.start for row in piece.segments[1:]] + [piece.until]
    assert all(row.start < end for row, end in zip(piece.segments, ends, strict=True))
    down = [(row.start, end) for row, end in zip(piece.segments, ends, strict=True) if row.status == "DOWN"]
    for start, end in down:
        assert sum(one.start <= start and end <= (one.end or 0) for one in piece.incidents) == 1
    for one, next_ in pairwise(piece.incidents):
        assert one.end is not None
        assert one.end <= next_.start
    assert all(one.end is not None and one.start <= one.confirmed <= one.end for one in piece.incidents)


def test_an_outage_that_went_on_at_the_end_is_closed_as_one_whose_end_nobody_saw(path: Path) -> None:
    imported(path, as_json(every_minute(BEFORE, "OOOCCCC")))
    (incident,) = Reader(path).incidents(0, NOON)
    assert (incident.closing, incident.end_uncertain) == ("unseen", True)
    assert (incident.start, incident.end) == (BEFORE + 3 * MINUTE, BEFORE + 7 * MINUTE)
    assert incident.message == "said C"


def test_after_the_last_check_nobody_watched(path: Path) -> None:
    imported(path, as_json(every_minute(BEFORE, "OOO")))
    assert Reader(path).segments("web", BEFORE - 5, BEFORE + DAY, NOON) == [
        Segment(BEFORE - 5, BEFORE, Status.UNKNOWN, "not watched"),
        Segment(BEFORE, BEFORE + 3 * MINUTE, Status.UP),
        Segment(BEFORE + 3 * MINUTE, BEFORE + DAY, Status.UNKNOWN, "not watched"),
    ]


def test_a_history_of_five_minutes_is_not_stale_between_its_checks(path: Path) -> None:
    imported(path, as_json(every_minute(BEFORE, "O" * 20 + "   " + "O" * 5, apart=5 * MINUTE)))
    segments = Reader(path).segments("web", BEFORE, BEFORE + 28 * 5 * MINUTE, NOON)
    assert [(segment.status, segment.reason) for segment in segments] == [
        (Status.UP, ""),
        (Status.UNKNOWN, "stale"),
        (Status.UP, ""),
    ]
    assert segments[0].end == BEFORE + 20 * 5 * MINUTE


def test_what_watchbell_saw_itself_stays_to_the_last_byte(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    history.register([WEB], NOON - DAY)
    incident = an_incident(history.remembered([WEB]).result(WAIT).next_incident, "web", NOON - 9 * HOUR)
    history.commit([turn("web", NOON - 9 * HOUR, Status.DOWN, incident=incident)])
    for minute in range(100):
        history.record(ok("web", NOON - 10 * HOUR + minute * MINUTE))
    assert history.close(WAIT)
    own = kept(path, ("segments", "incidents"))
    checks = Reader(path).checks("web", 0, NOON)
    past = every_minute(NOON - 2 * DAY, "OCCCO" + "O" * 2 * 24 * 60)
    done = imported(path, as_json(past))
    after = kept(path, ("segments", "incidents"))
    assert set(own["segments"]) < set(after["segments"])
    assert set(own["incidents"]) < set(after["incidents"])
    assert (done.checks, done.checks + done.known + done.ahead) == (24 * 60, len(past))
    assert Reader(path).checks("web", NOON - DAY, NOON) == checks
    assert Reader(path).incidents(NOON - HOUR, NOON) == [incident]


def test_an_imported_past_joins_the_own_one_without_a_hole(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    history.register([WEB], NOON - DAY)
    assert history.close(WAIT)
    imported(path, as_json(every_minute(NOON - DAY - HOUR, "O" * 60)))
    spent = tally(Reader(path).segments("web", NOON - DAY - HOUR, NOON - DAY, NOON), NOON - DAY - HOUR, NOON - DAY)
    assert spent.up == HOUR


def test_incidents_of_a_past_take_no_id_that_somebody_has_seen(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    history.register([WEB], NOON - HOUR)
    seen = an_incident(41, "web", NOON - HOUR, end=NOON, closing="recovered")
    history.commit([turn("web", NOON - HOUR, Status.DOWN, incident=seen)])
    assert history.close(WAIT)
    imported(path, as_json(every_minute(BEFORE, "OCCCOO" * 3)))
    assert sorted(incident.id for incident in Reader(path).incidents(0, NOON)) == [41, 42, 43, 44]
    history = a_history(path, faults)
    assert history.remembered([WEB]).result(WAIT).next_incident == 45
    assert history.close(WAIT)


def test_a_program_that_starts_after_an_import_believes_nothing_of_it(path: Path, faults: Faults) -> None:
    imported(path, as_json(every_minute(NOON - HOUR, "O" * 20 + "C" * 40)))
    history = a_history(path, faults)
    assert history.register([WEB], NOON).result(WAIT).new == ()
    memory = history.remembered([WEB]).result(WAIT).services["web"]
    belief = memory.belief(WEB)
    assert history.close(WAIT)
    assert (memory.incident, memory.telling.told) == (None, None)
    assert (belief.status, belief.failures, belief.flapping, belief.raw) == (Status.UNKNOWN, 0, False, ())


def test_a_piece_that_is_adopted_twice_is_there_once(path: Path, faults: Faults) -> None:
    lines = as_json([said(BEFORE + n * MINUTE) for n in range(500)])
    imported(path, lines)
    before = kept(path)
    imported(path, lines)
    assert kept(path) == before
