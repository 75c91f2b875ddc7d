"""The faults of a home: whatever lies where the history should be, and wherever that is, Watchbell watches."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.command import Home, service
from tests.faults.old_history import live_long
from tests.faults.storage import played_as_root, read_only
from tests.faults.table import Property, row
from tests.history.injection import ENVIRONMENT, ROOT, traced
from tests.history.past import WAIT, Faults, a_history
from tests.history.test_history_upgrade import dump, of_version, totals, upgraded, upgraded_in_the_end
from tests.servers import HttpServer
from trayapp.history import schema
from trayapp.history.mounts import file_system, is_elsewhere, may_be_shared
from trayapp.history.queries import Reader

MAPPED = () if os.geteuid() == 0 else ("--map-root-user",)
"""Whoever is no root needs a user namespace to make others in; root may not make one in a chroot."""

APART = ("--mount", "--propagation", "unchanged", "--pid", "--fork", "--uts", "--ipc")
"""As in a container. In a chroot the root need not be a mount point, whose propagation could be changed."""


@pytest.mark.parametrize("existing", [False, True], ids=["a new history", "one with a write-ahead log"])
def test_without_shared_memory_there_is_a_history_all_the_same(
    existing: bool, tmp_path: Path, record_property: Property
) -> None:
    """As on 9p and some FUSE file systems: mmap of shared memory fails with ENODEV."""
    what = "one with a write-ahead log" if existing else "a new history"
    with row("H10", f"a file system without shared memory, {what}", record_property) as seen:
        path = tmp_path / "history.db"
        scenario = [sys.executable, "-m", "tests.history.scenario", str(path)]
        if existing:
            with closing(sqlite3.connect(path)):
                assert a_history(path, Faults()).close(WAIT)
        seen.begin()
        command = traced(tmp_path / "trace", "mmap", "error=ENODEV", [path.with_name("history.db-shm")])
        done = subprocess.run([*command, *scenario], env=ENVIRONMENT, cwd=ROOT, capture_output=True, check=True)
        assert "(INJECTED)" in (tmp_path / "trace").read_text()
        assert done.stdout.split()[-2:] == [b"recovered", b"closed"]
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        seen.seen("written, journal_mode=DELETE", "SQLITE_IOERR_SHMMAP")


MOUNTS = """\
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 21 0:40 / /home rw,relatime - nfs4 server:/home rw,vers=4.2
31 30 0:41 / /home/me/with\\040a\\040space rw - fuse.sshfs me@host: rw
32 30 8:2 / /home/me rw - btrfs /dev/sda2 rw
33 30 0:42 / /home/me rw - 9p hostshare rw
34 21 8:3 / /media/stick rw - vfat /dev/sdb1 rw
"""


def test_file_systems_of_other_machines_are_known(record_property: Property) -> None:
    with row("H10", "NFS, CIFS, 9p, sshfs, and those that are not", record_property) as seen:
        kinds = {
            "/var/lib/x": ("ext4", False),
            "/home/you/.local/share": ("nfs4", True),
            "/home/me/with a space/data": ("fuse.sshfs", True),
            "/home/me/data": ("9p", True),
            "/homeless": ("ext4", False),
            "/media/stick/watchbell": ("vfat", False),
        }
        assert {path: file_system(MOUNTS, path) for path in kinds} == {path: kind for path, (kind, _) in kinds.items()}
        assert {path: may_be_shared(kind) for path, (kind, _) in kinds.items()} == {
            path: shared for path, (_, shared) in kinds.items()
        }
        assert not any(map(may_be_shared, ("", "tmpfs", "overlay", "xfs", "btrfs", "zfs", "fuseblk", "ntfs3", "exfat")))
        assert all(map(may_be_shared, ("nfs", "cifs", "smb3", "ceph", "fuse", "fuse.glusterfs", "virtiofs", "vboxsf")))
        assert is_elsewhere(Path("/proc/self")) is False
        seen.seen("6 of 6 right", "mountinfo")


def test_a_home_that_is_read_only_is_watched_from_memory(
    tmp_path: Path, request: pytest.FixtureRequest, record_property: Property
) -> None:
    with row("H11", "the home is mounted read only", record_property) as seen:
        if played_as_root(request):
            seen.seen("watched", "as root of a name space")
            return
        (tmp_path / "elsewhere").mkdir()
        home = Home(tmp_path / "home", TMPDIR=str(tmp_path / "elsewhere"))
        with HttpServer() as server:
            with home.watch_of(server) as watching:
                watching.until("status", to="UP")
                assert watching.end() < 5
            before = home.written()
            with read_only(tmp_path / "home"):
                seen.begin()
                with home.watch() as watching:
                    watching.until("check", count=2, outcome="OK")
                    seen.seen("watched", "EROFS")
                    asked = home.run("status", "--json")
                    watching.until("check", count=4, outcome="OK")
                    assert watching.end() < 5
                assert re.search(r'"status": ?"UP"', asked.stdout)
                assert watching.complaints.count("settings can not be saved there, and history is kept in memory") == 1
                assert [each.id for each in home.incidents()] == []
                assert Reader(home.places.history_db).last_results("web", 1) != []  # its past can be read
                assert home.written() == before


def test_without_a_home_there_is_watching_all_the_same(tmp_path: Path, record_property: Property) -> None:
    with row("H11", "a home that does not exist and can not", record_property) as seen, HttpServer() as server:
        config = tmp_path / "config"
        (config / "watchbell").mkdir(parents=True)
        (config / "watchbell/services.toml").write_text(service("web", server.url))
        env = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "WATCHBELL"))}
        env |= {"HOME": "/proc/nonexistent", "XDG_CONFIG_HOME": str(config)}
        env |= {"PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(tmp_path)}
        command = [sys.executable, "-m", "trayapp", "watch", "--json", "--for", "4s"]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        events = [json.loads(line) for line in done.stdout.splitlines()]
        assert [event["to"] for event in events if event["event"] == "status"] == ["UP"]
        assert done.stderr.count("history is kept in memory\n") == 1
        seen.seen("watched", "ENOENT")


HOLD = (
    "import sys; from pathlib import Path; from trayapp.desktop.instance import acquire; f = Path(sys.argv[1]); "
    "o = acquire(f / 'lock', f / 'socket'); print('owner' if o else 'second', flush=True); sys.stdin.read()"
)


def begun(folder: Path, before: list[str] | None = None, **env: str) -> subprocess.Popen[str]:
    """A process that wants to own a home."""
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [*(before or []), sys.executable, "-c", HOLD, folder],
        env={**ENVIRONMENT, **env},
        stdin=pipe,
        stdout=pipe,
        text=True,
    )


def outcome(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def end(*processes: subprocess.Popen[str]) -> None:
    for process in processes:
        process.communicate()


ROUNDS = 20


def test_of_two_that_start_at_once_one_is_the_owner(tmp_path: Path, record_property: Property) -> None:
    with row("H12", f"two start at once, {ROUNDS} times", record_property) as seen:
        owners = 0
        for _ in range(ROUNDS):
            both = [begun(tmp_path), begun(tmp_path)]
            owners += sorted(map(outcome, both)) == ["owner", "second"]
            end(*both)
        seen.seen(f"{owners} of {ROUNDS} with one owner", "flock")
        assert owners == ROUNDS


def test_a_lock_left_behind_holds_up_nobody(tmp_path: Path, record_property: Property) -> None:
    with row("H13", "a lock file is left by kill -9, with the number of a process that lives", record_property) as seen:
        killed = begun(tmp_path)
        assert outcome(killed) == "owner"
        killed.kill()
        end(killed)
        (tmp_path / "lock").write_text(f"{os.getpid()}\n")
        seen.begin()
        next_one = begun(tmp_path)
        seen.seen(outcome(next_one), "flock")
        end(next_one)
        assert seen.outcome == "owner"


def test_who_shares_a_home_shares_its_owner_and_who_does_not_has_his_own(
    tmp_path: Path, record_property: Property
) -> None:
    with row("H14", "two displays, a container and another user", record_property) as seen:
        mine, yours = tmp_path / "mine", tmp_path / "yours"
        mine.mkdir()
        yours.mkdir()
        first = begun(mine, DISPLAY=":1")
        assert outcome(first) == "owner"
        second = begun(mine, DISPLAY=":2")
        contained = begun(mine, ["unshare", *MAPPED, *APART])
        other = begun(yours)
        found = [outcome(each) for each in (second, contained, other)]
        end(first, second, contained, other)
        assert found == ["second", "second", "owner"]
        if os.geteuid() == 0:
            os.chown(yours, 12345, 12345)
            refused = Home(yours).run("watch", "--for", "1s")
            assert "belongs to another user" in refused.stderr
            assert {file.name for file in yours.iterdir()} <= {"lock", "socket"}
        seen.seen("3 of 3 as they should", "flock")


def test_a_history_of_a_newer_release_is_left_alone_and_watching_goes_on(
    tmp_path: Path, record_property: Property
) -> None:
    with row("H15", "history.db is of schema 999", record_property) as seen, HttpServer(503) as server:
        home = Home(tmp_path / "home")
        home.places.prepare()
        live_long(home.places.history_db, incidents=10)
        with closing(sqlite3.connect(home.places.history_db)) as connection:
            connection.execute("PRAGMA user_version = 999")
        before = hashlib.sha256(home.places.history_db.read_bytes()).hexdigest()
        seen.begin()
        with home.watch_of(server, failure_threshold=1) as watching:
            watching.until("status", to="DOWN")
            seen.seen("watched, nothing written", "newer")
            watching.until("notification", kind="down")
            assert watching.end() < 5
        assert hashlib.sha256(home.places.history_db.read_bytes()).hexdigest() == before
        assert "newer Watchbell (schema 999)" in home.places.log_file.read_text()


@pytest.mark.parametrize("number", [1, 2])
def test_a_history_of_each_release_is_taken_over(number: int, tmp_path: Path, record_property: Property) -> None:
    with row("H16", f"history.db is of schema {number}", record_property) as seen:
        path = of_version(number, tmp_path / "data" / "history.db")
        old, before = dump(path), totals(path)
        seen.begin()
        upgraded(path, Faults())
        seen.seen("the same totals, a copy kept", f"schema {schema.CURRENT}")
        assert totals(path) == before
        assert dump(path.with_name(f"history.db.v{number}")) == old


@pytest.mark.timeout(300)
@pytest.mark.parametrize("number", [1, 2])
def test_an_upgrade_may_be_cut_short(number: int, tmp_path: Path, record_property: Property) -> None:
    with row("H17", f"the upgrade from schema {number} is killed or refused by the disk", record_property) as seen:
        points = upgraded_in_the_end(of_version(number, tmp_path / "data" / "history.db"), tmp_path, 6)
        seen.seen(f"{points} of {points} old or new", "KILL, EIO, ENOSPC")
