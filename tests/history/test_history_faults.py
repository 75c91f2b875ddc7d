"""A disk that is full, locked or gone while running: told, waited out, and nothing that was left is lost."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.history.past import NOON, WAIT, Faults, a_history, a_service, an_incident, ok, refused, turn
from trayapp.core.words import Status, Telling
from trayapp.history.faults import HistoryUnavailable
from trayapp.history.memory import Remembered
from trayapp.history.queries import Reader
from trayapp.history.waiting import MOST_REQUESTS, MOST_RESULTS, Batch, Request, Waiting

as_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounting a small disk takes root")


def eventually(true: Callable[[], object]) -> bool:
    end = time.monotonic() + WAIT
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    return bool(true())


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", disk], check=True)
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


def fill(disk: Path) -> Path:
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space"):
        while True:
            file.write(b"x" * 4096)
    return filler


@as_root
def test_on_a_full_disk_everything_waits_in_memory_and_is_written_once_there_is_room(
    small_disk: Path, faults: Faults
) -> None:
    path = small_disk / "history.db"
    history = a_history(path, faults)
    history.register([a_service()], NOON).result(WAIT)
    filler = fill(small_disk)
    for n in range(2000):
        history.record(ok("web", NOON + n))
    failed = history.commit([turn("web", NOON, Status.DOWN, incident=an_incident(1, "web", NOON))])
    assert isinstance(failed.exception(WAIT), sqlite3.OperationalError)
    assert history.trouble == (
        "The disk that holds history.db is full: history is kept in memory until it can be written again."
    )
    history.record(ok("web", NOON + 2000))
    filler.unlink()
    assert eventually(lambda: history.trouble is None)
    history.commit([turn("web", NOON + 5000, Status.UP)]).result(WAIT)
    assert len(Reader(path).last_results("web", 9999)) == 2001
    assert [incident.id for incident in Reader(path).incidents(0, NOON * 2)] == [1]
    assert history.close(WAIT)


@as_root
def test_a_disk_that_is_full_at_the_start_does_not_keep_the_program_from_starting(
    small_disk: Path, faults: Faults
) -> None:
    filler = fill(small_disk)
    path = small_disk / "history.db"
    history = a_history(path, faults)
    assert not history.open(0)
    assert history.trouble is not None
    register = history.register([a_service()], NOON)
    assert register.exception(WAIT) is not None
    assert history.remembered([a_service()]).exception(WAIT) is not None
    first = Remembered.nothing(NOON).next_incident
    history.record(ok("web", NOON + 1))
    history.commit([turn("web", NOON + 1, Status.DOWN, incident=an_incident(first, "web", NOON + 1))])
    filler.unlink()
    assert eventually(lambda: history.trouble is None)
    assert history.close(WAIT)
    assert Reader(path).last_results("web", 9) == [ok("web", NOON + 1)]
    assert [incident.id for incident in Reader(path).incidents(0, NOON * 2)] == [first]


def test_a_lock_of_another_program_delays_writing_and_nobody_else(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    history.register([a_service()], NOON).result(WAIT)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        history.record(ok("web", NOON))
        commit = history.commit([turn("web", NOON, Status.UP)])
        started = time.monotonic()
        for n in range(1, 1000):
            history.record(ok("web", NOON + n))
        assert time.monotonic() - started < 1
        assert isinstance(commit.exception(WAIT), sqlite3.OperationalError)
        assert history.trouble is not None
        assert "keeps history.db locked" in history.trouble
        other.execute("ROLLBACK")
    assert eventually(lambda: history.trouble is None)
    assert history.close(WAIT)
    assert len(Reader(path).last_results("web", 9999)) == 1000


def test_closing_while_locked_out_ends_in_time_and_admits_that_something_is_left(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    history.register([a_service()], NOON).result(WAIT)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        history.record(ok("web", NOON))
        started = time.monotonic()
        assert not history.close(0.5)
        assert time.monotonic() - started < 5
        other.execute("ROLLBACK")


def test_a_history_that_was_deleted_while_in_use_is_begun_anew_and_said_to_be(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    history.register([a_service()], NOON)
    history.commit([turn("web", NOON, Status.UP)]).result(WAIT)
    path.unlink()
    history.record(ok("web", NOON + 1))
    history.commit([turn("web", NOON + 2, Status.DOWN)]).result(WAIT)
    assert history.trouble == "history.db was taken away while in use: what it held before is not remembered."
    assert Reader(path).last_results("web", 9) == [ok("web", NOON + 1)]
    assert history.close(WAIT)


def test_a_place_that_can_not_exist_is_trouble_and_no_fault_of_ours(tmp_path: Path, faults: Faults) -> None:
    (tmp_path / "file").write_text("in the way")
    history = a_history(tmp_path / "file" / "history.db", faults)
    assert not history.open(WAIT)
    assert history.trouble is not None
    assert "can not be opened for writing" in history.trouble
    assert isinstance(history.commit().exception(WAIT), OSError)
    assert not history.close(0.5)


def test_memory_for_what_can_not_be_written_is_bounded_and_keeps_the_newest() -> None:
    waiting = Waiting(company=0)
    for n in range(MOST_RESULTS + 5):
        waiting.add_result(ok("web", n))
    batch = waiting.take()
    assert batch is not None
    for n in range(3):
        waiting.add_result(ok("web", MOST_RESULTS + 5 + n))
    waiting.put_back(batch, 0)
    waiting.close(WAIT)
    kept: list[Batch] = []
    while (batch := waiting.take()) is not None:
        kept.append(batch)
    moments = [result.at for batch in kept for result in batch.results]
    assert moments == list(range(8, MOST_RESULTS + 8))


def test_of_too_many_requests_the_oldest_is_told_that_it_will_not_be_written() -> None:
    waiting = Waiting(company=0)
    requests = [Request(lambda ledger: None, lasting=True) for _ in range(MOST_REQUESTS + 2)]
    for request in requests:
        waiting.add_request(request)
    batch = waiting.take()
    assert batch is not None
    assert batch.requests == tuple(requests[2:])
    for forgotten in requests[:2]:
        assert isinstance(forgotten.future.exception(0), HistoryUnavailable)
    assert not any(request.future.done() for request in batch.requests)


def test_ten_thousand_services_that_fail_in_the_same_second_have_ten_thousand_incidents(
    path: Path, faults: Faults
) -> None:
    services = [a_service(f"s{n}") for n in range(10_000)]
    history = a_history(path, faults)
    history.register(services, NOON).result(WAIT)
    for n, service in enumerate(services):
        history.record(refused(service.id, NOON))
        incident = an_incident(n + 1, service.id, NOON)
        done = history.commit(
            [turn(service.id, NOON, Status.DOWN, incident=incident)], [Telling(service.id, told=n + 1)]
        )
    done.result(WAIT)
    remembered = history.remembered(services).result(WAIT)
    assert history.close(WAIT)
    assert [memory.telling.told for memory in remembered.services.values()] == list(range(1, 10_001))
    assert len(Reader(path).incidents(0, NOON * 2)) == 10_000
