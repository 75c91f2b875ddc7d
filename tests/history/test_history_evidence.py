from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.history.past import NOON, WAIT, Faults, a_history, a_service, an_incident, refused, turn
from trayapp.core import evidence
from trayapp.core.evidence import Evidence, Vantage
from trayapp.core.words import CheckResult, Finding, Outcome, Status, StatusChange
from trayapp.history.queries import Reader

SERVICE = a_service("web", "localhost:80")


def seen(at: int, *run: CheckResult) -> Evidence:
    return evidence.of(SERVICE, at, 3, run or (refused("web", at),), None, Vantage("internet"), "1.2")


def opened(number: int = 7, at: int = NOON - 60_000, what: Evidence | None = None) -> StatusChange:
    incident = an_incident(number, "web", at)
    return turn("web", at + 20_000, Status.DOWN, since=at, incident=incident, evidence=what or seen(at))


def closed(number: int = 7, at: int = NOON - 10_000, what: Evidence | None = None) -> StatusChange:
    incident = an_incident(number, "web", NOON - 60_000, end=at, closing="recovered")
    return turn("web", at + 10_000, Status.UP, since=at, incident=incident, evidence=what or seen(at))


def test_evidence_is_kept_with_the_turn_that_it_is_of(tmp_path: Path, faults: Faults) -> None:
    history = a_history(tmp_path / "history.db", faults)
    history.register([SERVICE], NOON - 90_000).result(WAIT)
    first, last = seen(1), seen(2)
    history.commit([opened(what=first)], (), ()).result(WAIT)
    reader = Reader(tmp_path / "history.db")
    assert reader.evidence(7) == (first, None)
    history.commit([closed(what=last)], (), ()).result(WAIT)
    assert reader.evidence(7) == (first, last)
    assert reader.evidence(8) == (None, None)
    history.close(WAIT)


def test_a_commit_that_is_tried_again_keeps_it_once(tmp_path: Path, faults: Faults) -> None:
    history = a_history(tmp_path / "history.db", faults)
    for at in (1, 2):
        history.commit([opened(what=seen(at))], (), ()).result(WAIT)
    assert Reader(tmp_path / "history.db").evidence(7) == (seen(2), None)
    history.close(WAIT)


def test_a_turn_without_evidence_leaves_what_is_kept(tmp_path: Path, faults: Faults) -> None:
    history = a_history(tmp_path / "history.db", faults)
    history.commit([opened()], (), ()).result(WAIT)
    again = turn("web", NOON, Status.DOWN, since=NOON - 5_000, incident=an_incident(7, "web", NOON - 60_000))
    history.commit([again], (), ()).result(WAIT)
    assert Reader(tmp_path / "history.db").evidence(7) == (seen(NOON - 60_000), None)
    history.close(WAIT)


def test_evidence_goes_with_its_incident(tmp_path: Path, faults: Faults) -> None:
    history = a_history(tmp_path / "history.db", faults)
    history.commit([opened()], (), ()).result(WAIT)
    history.commit([closed()], (), ()).result(WAIT)
    history.close(WAIT)
    with closing(_open(tmp_path)) as connection:
        assert connection.execute("SELECT count(*) FROM evidence").fetchone() == (2,)
        connection.execute("DELETE FROM incidents")
        assert connection.execute("SELECT count(*) FROM evidence").fetchone() == (0,)


def test_what_a_target_said_is_in_the_evidence_and_in_no_result(tmp_path: Path, faults: Faults) -> None:
    history = a_history(tmp_path / "history.db", faults)
    finding = Finding(Outcome.CRITICAL, "http.status", message="HTTP 500", exhibit={"body": "unlikely-words"})
    result = CheckResult("web", NOON - 60_000, NOON - 59_000, finding)
    history.record(result)
    history.commit([opened(what=seen(NOON, result))], (), ()).result(WAIT)
    kept, _ = Reader(tmp_path / "history.db").evidence(7)
    assert kept is not None
    assert kept.exhibit == {"body": "unlikely-words"}
    history.close(WAIT)
    with closing(_open(tmp_path)) as connection:
        connection.execute("DELETE FROM evidence")
        assert "unlikely-words" not in "\n".join(connection.iterdump())


def test_evidence_that_somebody_spoilt_is_none(tmp_path: Path, faults: Faults) -> None:
    history = a_history(tmp_path / "history.db", faults)
    history.commit([opened()], (), ()).result(WAIT)
    history.commit([closed()], (), ()).result(WAIT)
    history.close(WAIT)
    with closing(_open(tmp_path)) as connection:
        connection.execute("UPDATE evidence SET body = '[1]' WHERE part = 'opening'")
        connection.commit()
    first, last = Reader(tmp_path / "history.db").evidence(7)
    assert first is None
    assert last == seen(NOON - 10_000)


def _open(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(folder / "history.db")


def test_a_file_of_an_older_schema_has_none(tmp_path: Path) -> None:
    script = (Path(__file__).parent / "history_v1.sql").read_text()
    with closing(_open(tmp_path)) as connection:
        connection.executescript(script)
    assert Reader(tmp_path / "history.db").evidence(1) == (None, None)
