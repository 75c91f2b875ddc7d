"""What is left with the history is there again after a restart, in one piece and once."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.history.past import (
    NOON,
    WAIT,
    Faults,
    a_history,
    a_notification,
    a_service,
    an_incident,
    offline,
    ok,
    refused,
    turn,
)
from trayapp.core.news import NO_NOTES
from trayapp.core.verdict import reading
from trayapp.core.words import FOR_EVER, Blame, CheckResult, Finding, Outcome, Status, Telling
from trayapp.history import registry
from trayapp.history.extent import MOST_LOG
from trayapp.history.faults import HistoryUnavailable
from trayapp.history.memory import Remembered
from trayapp.history.queries import Reader
from trayapp.history.sessions import Presence
from trayapp.history.store import Store
from trayapp.history.waiting import Batch, Request


def restarted(path: Path, faults: Faults, *services: str) -> Remembered:
    history = a_history(path, faults)
    remembered = history.remembered([a_service(key) for key in services or ("web",)]).result(WAIT)
    assert history.close(WAIT)
    return remembered


def test_a_restart_finds_status_incident_telling_and_results(path: Path, faults: Faults) -> None:
    incident = an_incident(1, "web", NOON + 60_000)
    history = a_history(path, faults)
    history.register([a_service()], NOON).result(WAIT)
    results = [ok("web", NOON), *(refused("web", NOON + 60_000 + 10_000 * n) for n in range(6))]
    for result in results[:4]:
        history.record(result)
    down = turn("web", NOON + 80_002, Status.DOWN, since=NOON + 60_000, incident=incident)
    history.commit([turn("web", NOON, Status.UP), down], [Telling("web", told=1)], [a_notification(1, incident=1)])
    for result in results[4:]:
        history.record(result)
    assert history.close(WAIT)

    remembered = restarted(path, faults)
    memory = remembered.services["web"]
    assert (memory.status, memory.since, memory.confirmed) == (Status.DOWN, NOON + 60_000, NOON + 80_002)
    assert memory.incident == incident
    assert memory.telling == Telling("web", told=1)
    assert memory.results == tuple(results)
    assert [notification for notification, _ in remembered.telling.undelivered] == [a_notification(1, incident=1)]
    assert (remembered.next_incident, remembered.telling.next_id) == (2, 2)


def test_a_restart_finds_the_newest_results_and_the_decisive_ones_before_them(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    history.register([a_service(failure_threshold=5)], NOON)
    old = [ok("web", NOON - 2), ok("web", NOON - 1)]
    decisive = [(ok, refused)[n % 2]("web", NOON + n) for n in range(21)]
    not_its_fault = CheckResult(
        "web", NOON + 50, NOON + 50, Finding(Outcome.CRITICAL, "self.bug", Blame.SELF, "a fault of ours")
    )
    unseen = [not_its_fault, *(offline("web", NOON + 100 + n) for n in range(9))]
    for result in (*old, *decisive, *unseen):
        history.record(result)
    history.commit([turn("web", NOON, Status.UP, flapping_since=NOON + 7, counted_since=NOON - 9)])
    memory = history.remembered([a_service(failure_threshold=5)]).result(WAIT).services["web"]
    assert memory.results == (*decisive, *unseen[-6:])
    assert (memory.flapping_since, memory.counted_since) == (NOON + 7, NOON - 9)
    assert all((reading(result.finding) is Outcome.UNKNOWN) is (result in unseen) for result in memory.results)

    for result in (late := [ok("web", NOON + 200), ok("web", NOON + 201)]):
        history.record(result)
    assert history.close(WAIT)
    assert restarted(path, faults).services["web"].results == (*decisive[2:], *unseen[-2:], *late)


def test_a_result_comes_back_as_it_was_but_for_phases_and_details(path: Path, faults: Faults) -> None:
    kept = Finding(Outcome.WARNING, "slow", message="täglich ☂", latency_ms=901.25, answered=True)
    history = a_history(path, faults)
    history.register([a_service()], NOON)
    history.record(CheckResult("web", NOON, NOON + 902, replace(kept, phases_ms={"dns": 1.0}, address="::1")))
    assert history.close(WAIT)
    assert Reader(path).last_results("web", 5) == [CheckResult("web", NOON, NOON + 902, kept)]


def test_a_retroactive_change_replaces_what_was_written_about_that_time(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    history.register([a_service()], NOON)
    history.commit([turn("web", NOON + 10, Status.UP), turn("web", NOON + 20, Status.DEGRADED)])
    history.commit([turn("web", NOON + 40, Status.DOWN, since=NOON + 15)]).result(WAIT)
    segments = Reader(path).segments("web", NOON, NOON + 100, NOON + 50)
    assert [(s.start, s.status) for s in segments] == [
        (NOON, Status.UNKNOWN),
        (NOON + 10, Status.UP),
        (NOON + 15, Status.DOWN),
    ]
    assert history.close(WAIT)


def test_an_incident_that_was_never_closed_gives_way_to_the_next_one(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    history.register([a_service()], NOON)
    history.commit([turn("web", NOON, Status.DOWN, incident=an_incident(1, "web", NOON))])
    later = an_incident(7, "web", NOON + 90_000)
    history.commit([turn("web", NOON + 90_000, Status.DOWN, incident=later)]).result(WAIT)
    newest, oldest = Reader(path).incidents(NOON, NOON + 100_000)
    assert newest == later
    assert (oldest.end, oldest.closing, oldest.end_uncertain) == (NOON + 90_000, "recovered", True)
    assert history.close(WAIT)


def test_an_undelivered_notification_says_after_a_restart_whether_it_was_attempted(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    history.commit(notifications=[a_notification(n) for n in (1, 2, 3)])
    history.attempted(1)
    history.attempted(2)
    history.delivered(2).result(WAIT)
    assert history.close(WAIT)
    undelivered = restarted(path, faults).telling.undelivered
    assert [(notification.id, attempted) for notification, attempted in undelivered] == [(1, True), (3, False)]


def test_ids_are_not_used_again_when_their_rows_are_gone(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    history.register([a_service()], NOON)
    incident = an_incident(41, "web", NOON)
    history.commit([turn("web", NOON, Status.DOWN, incident=incident)], notifications=[a_notification(99)])
    assert history.close(WAIT)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM incidents")
        connection.execute("DELETE FROM notifications")
    remembered = restarted(path, faults)
    assert (remembered.next_incident, remembered.telling.next_id) == (42, 100)


def test_a_pause_of_the_engine_outlives_a_restart_and_ends(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    history.set_paused(NOON + 3_600_000)
    assert history.close(WAIT)
    assert restarted(path, faults).paused_until == NOON + 3_600_000
    history = a_history(path, faults)
    history.set_paused(None)
    assert history.close(WAIT)
    assert restarted(path, faults).paused_until is None


def test_a_pause_of_one_service_outlives_a_restart_and_ends(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    history.register([a_service("web"), a_service("mail")], NOON)
    history.set_paused(NOON + 1, "web")
    history.set_paused(NOON + 2, "web")
    history.set_paused(FOR_EVER, "mail")
    assert history.close(WAIT)
    remembered = restarted(path, faults)
    assert (remembered.paused, remembered.paused_until) == ({"web": NOON + 2, "mail": FOR_EVER}, None)
    history = a_history(path, faults)
    history.set_paused(None, "mail")
    assert history.close(WAIT)
    assert restarted(path, faults).paused == {"web": NOON + 2}


def test_results_wait_for_company_and_a_commit_takes_them_along(path: Path, faults: Faults) -> None:
    history = a_history(path, faults, company=3600)
    history.register([a_service()], NOON).result(WAIT)
    for n in range(50):
        history.record(ok("web", NOON + n))
    assert Reader(path).last_results("web", 100) == []
    history.commit([turn("web", NOON, Status.UP)]).result(WAIT)
    assert len(Reader(path).last_results("web", 100)) == 50
    assert history.close(WAIT)


def test_a_lone_result_is_written_without_a_commit(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    history.register([a_service()], NOON).result(WAIT)
    history.record(ok("web", NOON))
    written = threading.Event()
    for _ in range(400):
        if Reader(path).last_results("web", 1):
            break
        written.wait(0.05)
    assert Reader(path).last_results("web", 1) == [ok("web", NOON)]
    assert history.close(WAIT)


def test_closing_while_busy_writes_everything_left_before(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    history.register([a_service(f"s{n}") for n in range(20)], NOON)
    results = [ok(f"s{n % 20}", NOON + n) for n in range(30_000)]
    for result in results:
        history.record(result)
    commits = [history.commit([turn(f"s{n % 20}", NOON + n, Status.UP)]) for n in range(100)]
    assert history.close(WAIT)
    assert all(commit.done() and commit.exception() is None for commit in commits)
    assert sum(len(Reader(path).last_results(f"s{n}", 30_000)) for n in range(20)) == 30_000


def test_what_comes_after_closing_is_refused(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    assert history.close(WAIT)
    with pytest.raises(HistoryUnavailable, match="closed"):
        history.commit([turn("web", NOON, Status.UP)]).result(WAIT)


def test_a_fault_of_ours_fails_its_own_request_and_no_other(path: Path, expected_faults: Faults) -> None:
    history = a_history(path, expected_faults, company=3600)
    history.register([a_service()], NOON).result(WAIT)
    history.record(CheckResult("web", NOON, NOON, Finding(Outcome.OK, message="\ud800")))
    history.record(ok("web", NOON + 1))
    wrong = history.commit([turn("web", NOON, Status.UP), turn("web", 1 << 70, Status.UP)])
    right = history.commit([turn("web", NOON + 5, Status.DEGRADED)])
    right.result(WAIT)
    assert isinstance(wrong.exception(WAIT), OverflowError)
    assert [type(fault) for fault in expected_faults] == [UnicodeEncodeError, OverflowError]
    assert Reader(path).last_results("web", 9) == [ok("web", NOON + 1)]
    segments = Reader(path).segments("web", NOON, NOON + 10, NOON + 10)
    assert [s.status for s in segments] == [Status.UNKNOWN, Status.DEGRADED]
    assert history.trouble is None
    assert history.close(WAIT)


def test_the_file_and_its_companions_are_for_the_owner_alone(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    history.commit([turn("web", NOON, Status.UP)]).result(WAIT)
    modes = {entry.name: entry.stat().st_mode & 0o777 for entry in path.parent.iterdir()}
    assert modes == {"history.db": 0o600, "history.db-wal": 0o600, "history.db-shm": 0o600}
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert history.close(WAIT)
    assert [entry.name for entry in path.parent.iterdir()] == ["history.db"]


def test_every_write_begins_with_the_lock_that_it_needs(path: Path, faults: Faults) -> None:
    # A transaction that reads first and then writes is refused at once when another one wrote in between.
    statements: list[str] = []
    now = [NOON]
    store = Store(path, lambda: now[0], faults, Presence(NOON, "1"))
    store.open().connection.set_trace_callback(statements.append)
    incident = an_incident(1, "web", NOON + 1)
    requests = [
        lambda ledger: registry.register(ledger, [a_service("web"), a_service("mail")], NOON),
        lambda ledger: ledger.commit(
            [turn("web", NOON + 9, Status.DOWN, incident=incident)],
            [Telling("web", told=1)],
            [a_notification(1, incident=1)],
            NO_NOTES,
            NOON,
        ),
        lambda ledger: ledger.attempted(1, NOON),
        lambda ledger: ledger.set_paused(FOR_EVER, "mail", NOON),
        lambda ledger: registry.remove(ledger, ["mail"], NOON + 20),
    ]
    for request in requests:
        store.write(Batch(tuple(ok("web", NOON + n * 60_000) for n in range(300)), (Request(request, lasting=True),)))
    for hours in (12, 24 * 40):
        now[0] = NOON + hours * 3_600_000
        for _ in range(3):
            store.tidy(0)
    store.end()
    begun = [statement for statement in statements if statement.startswith("BEGIN")]
    assert set(begun) == {"BEGIN IMMEDIATE"}
    inside = False
    written = 0
    for statement in statements:
        if statement.startswith(("BEGIN", "COMMIT")):
            inside = statement.startswith("BEGIN")
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            assert inside, statement
            written += 1
    assert written > 1000


@pytest.mark.timeout(60)
def test_a_reader_that_never_ends_is_told_of_and_what_it_kept_is_given_back_when_it_does(
    path: Path, faults: Faults
) -> None:
    history = a_history(path, faults)
    history.register([a_service()], NOON).result(WAIT)
    log = path.with_name("history.db-wal")

    def fill(first: int, last: int) -> None:
        for number in range(first, last):
            history.commit(notifications=[a_notification(number, body="x" * 400_000)]).result(WAIT)

    fill(1, 60)
    assert history.trouble is None
    assert log.stat().st_size <= MOST_LOG
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        seen = reader.execute("SELECT count(*) FROM notifications").fetchone()
        fill(60, 120)
        assert log.stat().st_size > MOST_LOG
        assert "Another program has been reading history.db" in str(history.trouble)
        assert reader.execute("SELECT count(*) FROM notifications").fetchone() == seen == (59,)
    fill(120, 123)
    assert log.stat().st_size <= 4_194_304
    assert history.trouble is None
    assert history.close(WAIT)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM notifications").fetchone() == (122,)
