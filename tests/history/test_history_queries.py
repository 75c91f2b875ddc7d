"""What is read of the past: many timelines at once, while somebody writes, and with nobody running."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from tests.history.past import NOON, WAIT, Faults, a_history, a_service, an_incident, ok, refused, turn
from trayapp.core.words import Segment, Status, Telling
from trayapp.history.faults import HistoryUnavailable
from trayapp.history.queries import Latest, Reader

MINUTE = 60_000


def test_many_timelines_in_one_query_are_those_of_each_alone(path: Path, faults: Faults) -> None:
    keys = [f"s{n}" for n in range(60)]
    history = a_history(path, faults)
    history.register([a_service(key) for key in keys], NOON)
    for n, key in enumerate(keys):
        history.commit([turn(key, NOON + MINUTE * m, (Status.UP, Status.DOWN)[m % 2]) for m in range(1, n)])
    assert history.close(WAIT)
    reader = Reader(path)
    window = (NOON + 10 * MINUTE + 7, NOON + 30 * MINUTE, NOON + 40 * MINUTE)
    together = reader.timelines([*keys, "stranger"], *window)
    assert list(together) == [*keys, "stranger"]
    assert together == {key: reader.segments(key, *window) for key in [*keys, "stranger"]}
    assert together["stranger"] == [Segment(window[0], window[1], Status.UNKNOWN, "not watched")]
    assert len(together["s59"]) == 20


def test_incidents_are_those_that_overlap_the_window(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    history.register([a_service("web"), a_service("mail")], NOON)
    past = an_incident(1, "web", NOON, end=NOON + 30_000, closing="recovered")
    still = an_incident(2, "mail", NOON + 50_000)
    for incident in (past, still):
        history.commit([turn(incident.service, incident.start, Status.DOWN, incident=incident)])
    assert history.close(WAIT)
    reader = Reader(path)
    assert reader.incidents(NOON, NOON + 90_000) == [still, past]
    assert reader.incidents(NOON + 30_000, NOON + 90_000) == [still]
    assert reader.incidents(NOON, NOON + 50_000) == [past]
    assert reader.incidents(NOON, NOON + 90_000, service="web") == [past]
    assert reader.incidents(NOON + 10**9, NOON + 10**10) == [still]


def test_with_nobody_running_the_latest_is_told_with_since_when_it_is_only_a_memory(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    history.register([a_service("web"), a_service("mail")], NOON)
    incident = an_incident(1, "web", NOON)
    history.record(refused("web", NOON + 20_000))
    history.commit([turn("web", NOON + 20_002, Status.DOWN, since=NOON, incident=incident)], [Telling("web", told=1)])
    assert history.close(WAIT)
    mail, web = Reader(path).latest(NOON + 10 * MINUTE)
    assert web == Latest(
        service="web",
        status=Status.DOWN,
        reason="",
        since=NOON,
        lost_sight=NOON + 80_000,
        telling=Telling("web", told=1),
        last=refused("web", NOON + 20_000),
        incident=incident,
    )
    assert (mail.status, mail.reason, mail.last, mail.lost_sight) == (Status.UNKNOWN, "new", None, None)
    assert Reader(path).latest(NOON + 30_000)[1].lost_sight is None


def test_a_check_that_takes_longer_than_its_interval_is_not_called_late_while_it_runs(
    path: Path, faults: Faults
) -> None:
    history = a_history(path, faults)
    history.register([a_service(interval=1_000, timeout=10_000)], NOON)
    slow = ok("web", NOON)
    history.record(type(slow)("web", NOON, NOON + 10_000, slow.finding))
    history.commit([turn("web", NOON, Status.UP)])
    assert history.close(WAIT)
    assert Reader(path).latest(NOON + 25_000)[0].lost_sight is None
    assert Reader(path).latest(NOON + 25_001)[0].lost_sight == NOON + 10_000


def test_two_readers_see_whole_transactions_while_somebody_writes(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    pair = [a_service("left"), a_service("right")]
    history.register(pair, NOON).result(WAIT)
    done = threading.Event()
    torn: list[object] = []
    looks = [0, 0]

    def read(which: int) -> None:
        reader = Reader(path)
        while not done.is_set():
            left, right = reader.timelines(["left", "right"], NOON, NOON * 2, NOON * 2).values()
            looks[which] += 1
            if left != right:
                torn.append((left, right))

    readers = [threading.Thread(target=read, args=(which,)) for which in (0, 1)]
    for thread in readers:
        thread.start()
    for n in range(200):
        status = (Status.UP, Status.DOWN)[n % 2]
        history.commit([turn(service.id, NOON + n + 1, status) for service in pair]).result(WAIT)
    done.set()
    for thread in readers:
        thread.join(WAIT)
    assert not torn
    assert min(looks) > 0
    assert history.trouble is None
    assert history.close(WAIT)


def test_a_reader_cannot_write(path: Path, faults: Faults) -> None:
    assert a_history(path, faults).close(WAIT)
    from trayapp.history.opening import connect_readonly

    with closing(connect_readonly(path)) as connection, pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("DELETE FROM services")


def test_where_there_is_no_history_a_reader_says_so(path: Path) -> None:
    with pytest.raises(HistoryUnavailable, match="no history yet"):
        Reader(path).latest(NOON)
    path.parent.mkdir()
    path.write_text("dear diary\n" * 500)
    with pytest.raises(HistoryUnavailable, match=r"history\.db can not be read now"):
        Reader(path).latest(NOON)
