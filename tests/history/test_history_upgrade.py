"""A history of every released schema is taken over: the same totals, incidents and promises, and a copy is kept."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.history.injection import BROKEN, ENVIRONMENT, KILL, NO_ROOM, calls, happened, needs_strace, sample, traced
from tests.history.past import NOON, WAIT, Faults, a_history, a_service, an_incident, ok
from trayapp.core import verdict
from trayapp.core.news import Said, Told
from trayapp.core.timeline import tally
from trayapp.core.words import Status, Telling
from trayapp.history import schema
from trayapp.history.memory import Memory
from trayapp.history.queries import Reader

MINUTE = 60_000
END = NOON + 30 * MINUTE
SERVICES = [
    a_service("web", "web.example:80"),
    a_service("mail", "mail.example:80"),
    a_service("cache", "cache2.example:80"),
]
EVERYBODY = [*(service.id for service in SERVICES), "old"]


@pytest.fixture
def of_version_1(path: Path) -> Path:
    """What the first release wrote in half an hour: outages, a pause, a change of target, a removal."""
    return of_version(1, path)


@pytest.fixture
def of_version_2(path: Path) -> Path:
    """What the release before this one wrote: the same, and what it knew more of, flapping and what is owed."""
    return of_version(2, path)


@pytest.fixture(params=[1, 2], ids=["version 1", "version 2"])
def older(request: pytest.FixtureRequest, path: Path) -> Path:
    """What each release wrote."""
    return of_version(request.param, path)


def of_version(number: int, path: Path) -> Path:
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(Path(__file__).with_name(f"history_v{number}.sql").read_text())
    return path


def copy_of(path: Path) -> Path:
    """The copy that an upgrade keeps."""
    (copy,) = (path.with_name(f"history.db.v{n}") for n in (1, 2) if path.with_name(f"history.db.v{n}").exists())
    return copy


def upgraded(path: Path, faults: Faults) -> None:
    history = a_history(path, faults)
    assert history.close(WAIT)
    assert history.trouble is None
    assert faults == []
    with closing(sqlite3.connect(path)) as connection:
        assert schema.version(connection) == schema.CURRENT
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def totals(path: Path) -> object:
    reader = Reader(path)
    return reader.timelines(EVERYBODY, NOON, END, END), reader.incidents(0, END), reader.latest(END)


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [f"version {schema.version(connection)}", *connection.iterdump()]


def test_every_total_is_the_same_to_the_millisecond(of_version_1: Path, faults: Faults) -> None:
    before = totals(of_version_1)
    upgraded(of_version_1, faults)
    assert totals(of_version_1) == before
    web = tally(Reader(of_version_1).segments("web", NOON, END, END), NOON, END)
    assert (web.up, web.down, web.unknown) == (14 * MINUTE + 59_000, 6 * MINUTE + 30_000, 8 * MINUTE + 31_000)


def test_every_total_of_the_release_before_is_the_same_to_the_millisecond(of_version_2: Path, faults: Faults) -> None:
    before = totals(of_version_2)
    upgraded(of_version_2, faults)
    assert totals(of_version_2) == before
    web = tally(Reader(of_version_2).segments("web", NOON, END, END), NOON, END)
    assert (web.up, web.down, web.unknown) == (20 * MINUTE - 1_000, 10 * MINUTE, 1_000)


def test_what_the_release_before_believed_told_and_owed_goes_on(of_version_2: Path, faults: Faults) -> None:
    history = a_history(of_version_2, faults)
    assert history.register(SERVICES, END).result(WAIT).changed == ()
    remembered = history.remembered(SERVICES).result(WAIT)
    assert history.close(WAIT)
    web, mail, cache = (remembered.services[service.id] for service in SERVICES)
    assert (web.status, web.telling) == (Status.DOWN, Telling("web", told=3, acknowledged=3))
    assert (mail.status, mail.counted_since, cache.reason) == (Status.PAUSED, NOON + 20 * MINUTE, "slow")
    assert (remembered.next_incident, remembered.telling.next_id) == (4, 4)
    assert (remembered.paused_until, remembered.paused) == (NOON + 40 * MINUTE, {"mail": NOON + 60 * MINUTE})
    told = remembered.telling
    assert [(owed.incident.id, owed.said, owed.held) for owed in told.owed] == [(3, Said.DOWN, True)]
    assert [(each.what, each.about) for each in told.standing] == [("flapping", "mail")]
    assert [notification.id for notification, _ in told.undelivered] == [3]


def test_incidents_of_older_releases_are_sealed_as_they_were(older: Path, faults: Faults) -> None:
    history = a_history(older, faults)
    history.commit().result(WAIT)
    assert Reader(older).doubtful() == set()
    with closing(sqlite3.connect(older)) as connection:
        assert connection.execute("SELECT count(*) FROM seals").fetchone() == (3,)
    assert history.close(WAIT)


def test_what_was_believed_told_and_promised_goes_on(of_version_1: Path, faults: Faults) -> None:
    history = a_history(of_version_1, faults)
    assert history.register(SERVICES, END).result(WAIT).changed == ()
    remembered = history.remembered(SERVICES).result(WAIT)
    assert history.close(WAIT)
    web, mail, cache = (remembered.services[service.id] for service in SERVICES)
    assert (web.status, web.since, web.telling.told) == (Status.DOWN, NOON + 25 * MINUTE, 2)
    assert web.incident == an_incident(2, "web", NOON + 25 * MINUTE)
    assert mail.telling == Telling("mail", snoozed_until=NOON + 9999 * MINUTE)
    assert cache.reason == "slow"
    assert (remembered.next_incident, remembered.telling.next_id) == (4, 5)
    assert (remembered.paused_until, remembered.paused) == (NOON + 40 * MINUTE, {})
    assert [(notification.id, attempted) for notification, attempted in remembered.telling.undelivered] == [
        (3, True),
        (4, False),
    ]
    told = remembered.telling
    assert [(each.thread, each.incident.id, each.said, each.notification) for each in told.mentioned] == [
        (3, 3, Said.DOWN, 4),
        (1, 1, Said.DOWN, 1),
        (1, 1, Said.BACK, 2),
        (2, 2, Said.DOWN, 3),
    ]
    assert told.threads[1] == Told(1, NOON + 10 * MINUTE + 20_002, NOON + 15 * MINUTE + 10_013, None, 0)


def test_flapping_is_counted_from_where_it_would_have_been(of_version_1: Path, faults: Faults) -> None:
    history = a_history(of_version_1, faults)
    memories = history.remembered(SERVICES).result(WAIT).services
    assert history.close(WAIT)
    assert {id_: memory.counted_since for id_, memory in memories.items()} == {
        "web": NOON,
        "mail": NOON + 6 * MINUTE,
        "cache": NOON + 7 * MINUTE,
    }
    raw = {service.id: believed(memories[service.id]).raw for service in SERVICES}
    assert raw == {"web": (False, *[True] * 3, *[False] * 2, *[True] * 4), "mail": (False,), "cache": (False,)}


def believed(memory: Memory) -> verdict.Belief:
    service = next(service for service in SERVICES if service.id == memory.service)
    return memory.belief(service)


def test_the_history_as_it_was_is_kept_beside_the_new_one_for_its_owner_alone(older: Path, faults: Faults) -> None:
    before = dump(older)
    upgraded(older, faults)
    copy = copy_of(older)
    assert dump(copy) == before
    assert copy.stat().st_mode & 0o777 == 0o600
    assert sorted(entry.name for entry in copy.parent.iterdir()) == ["history.db", copy.name]


def test_what_the_first_release_left_in_its_write_ahead_log_is_taken_over_too(
    of_version_1: Path, faults: Faults
) -> None:
    with closing(sqlite3.connect(of_version_1, isolation_level=None)) as killed:
        killed.execute("PRAGMA journal_mode = WAL")
        killed.execute(f"INSERT INTO results VALUES (2, {END}, 13, 12345, 1)")
        left = {name: of_version_1.with_name(name).read_bytes() for name in ("history.db", "history.db-wal")}
    for name, content in left.items():
        of_version_1.with_name(name).write_bytes(content)
    upgraded(of_version_1, faults)
    assert Reader(of_version_1).last_results("mail", 1) == [ok("mail", END)]
    assert Reader(of_version_1.with_name("history.db.v1")).last_results("mail", 1) == [ok("mail", END)]


CALLS = ["pwrite64", "fdatasync", "fsync", "ftruncate", "rename", "unlink", "openat"]
FAULTS = [KILL, BROKEN, NO_ROOM]


def upgrade(path: Path, call: str, fault: str = "") -> Path:
    """Upgrade in another process, its calls of one kind traced; returns the trace."""
    trace = path.with_name("trace")
    names = ["history.db", "history.db-wal", "history.db-journal"]
    names += [f"history.db.v{n}.new{suffix}" for n in (1, 2) for suffix in ("", "-journal")]
    files = [path.with_name(name) for name in names] if call == "openat" else ()
    process = subprocess.run(
        [*traced(trace, call, fault, files), sys.executable, "-m", "tests.history.upgrading", path],
        env=ENVIRONMENT,
        check=False,
        timeout=60,
    )
    assert process.returncode in (0, -signal.SIGKILL)
    return trace


@needs_strace
@pytest.mark.timeout(300)
def test_an_upgrade_cut_short_at_any_point_leaves_the_old_or_the_new(
    older: Path, tmp_path: Path, faults: Faults
) -> None:
    assert upgraded_in_the_end(older, tmp_path, 12) >= 12


def upgraded_in_the_end(older: Path, tmp_path: Path, some: int) -> int:
    """Cut the upgrade short at so many of its calls, each time that of a copy; returns how many they were."""
    old, before = dump(older), totals(older)
    (first,) = {int(line.split()[1]) for line in old[:1]}

    def a_copy(name: str) -> Path:
        copy = tmp_path / name / "history.db"
        copy.parent.mkdir()
        return shutil.copy(older, copy)

    counts = {call: calls(upgrade(a_copy(call), call), call) for call in CALLS}
    points = [(call, n, fault) for fault in FAULTS for call in CALLS for n in range(1, counts[call] + 1)]
    tried = [points[at - 1] for at in sample(len(points), some)]
    for call, n, fault in tried:
        path = a_copy(f"{call}-{n}-{fault}")
        assert happened(upgrade(path, call, f"{fault}:when={n}"))
        assert not list(path.parent.glob("*corrupt*"))
        with closing(sqlite3.connect(path)) as connection:
            version = schema.version(connection)
        assert dump(path) == old if version == first else first < version <= schema.CURRENT
        assert totals(path) == before
        upgraded(path, Faults())
        assert totals(path) == before
        assert dump(copy_of(path)) == old
    return len(tried)
