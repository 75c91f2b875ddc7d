"""A save that is killed, or fails, at each of its system calls: the file is the old one or the new one, whole."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from trayapp.config.files import write_atomically

OLD = "version = 1\n" + "# old\n" * 20_000
NEW = "version = 1\n" + "# new\n" * 30_000
CALLS = "openat,write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,fchmod,chmod,close"
PROGRAM = """
import sys
from pathlib import Path
from trayapp.config.files import write_atomically
write_atomically(Path(sys.argv[1]), Path(sys.argv[2]).read_text())
"""
STRACE = shutil.which("strace") or "strace is missing: apt-get install strace"


def run(path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Saves NEW to the path in a process of its own under strace."""
    new = path.parent.parent / "new.toml"
    new.write_text(NEW)
    program = [sys.executable, "-B", "-c", PROGRAM, str(path), str(new)]
    command = [STRACE, "-f", "-qq", "--seccomp-bpf", *options, *program]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def points(folder: Path, path: Path) -> Iterator[tuple[str, int]]:
    """Every call of a whole save from the first that touches the folder: its name, and the how-manieth of that name."""
    log = folder.parent / "calls.log"
    assert run(path, "-o", str(log), f"-etrace={CALLS}").returncode == 0
    counts: dict[str, int] = {}
    begun = False
    for line in log.read_text().splitlines():
        if call := re.match(r"(?:\d+ +)?(\w+)\(", line):
            counts[call[1]] = counts.get(call[1], 0) + 1
            begun = begun or f'"{folder}/' in line
            if begun:
                yield call[1], counts[call[1]]


def fresh(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    path = folder / "services.toml"
    path.write_text(OLD)
    return path


def test_killed_at_every_call_the_file_is_the_old_or_the_new_one(tmp_path: Path) -> None:
    places = list(points(tmp_path / "config", fresh(tmp_path)))
    names = [name for name, _ in places]
    assert {"openat", "write", "fsync", "rename"} <= set(names)
    seen = []
    for name, number in places:
        path = fresh(tmp_path)
        killed = run(path, f"-einject={name}:signal=KILL:when={number}")
        assert killed.returncode in (137, -9), (name, number, killed)
        found = path.read_text()
        assert found in (OLD, NEW), f"half a file after {name} number {number}"
        assert all(draft.stat().st_mode & 0o077 == 0 for draft in path.parent.glob(".*"))
        seen.append(found == NEW)
    assert seen == sorted(seen), "once new, it stays new"
    assert True in seen
    assert False in seen


@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
def test_a_disk_that_fails_at_any_call_is_told_and_leaves_the_old_file_and_no_other(error: str, tmp_path: Path) -> None:
    places = [
        place for place in points(tmp_path / "config", fresh(tmp_path)) if place[0] in ("write", "fsync", "rename")
    ]
    for name, number in places:
        path = fresh(tmp_path)
        failed = run(path, f"-einject={name}:error={error}:when={number}")
        renamed = path.read_text() == NEW
        assert "OSError" in failed.stderr
        assert renamed == (name == "fsync" and number == max(n for call, n in places if call == "fsync"))
        assert renamed or path.read_text() == OLD
        assert [file.name for file in path.parent.iterdir()] == ["services.toml"]


def test_a_new_file_is_nobody_elses_from_its_first_byte(tmp_path: Path) -> None:
    path = tmp_path / "config/services.toml"
    path.parent.mkdir()
    log = tmp_path / "calls.log"
    run(path, "-o", str(log), "-etrace=openat")
    (created,) = [line for line in log.read_text().splitlines() if f'"{path.parent}/' in line and "O_CREAT" in line]
    assert re.search(r"O_EXCL.*, 0600\)", created)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_symbolic_link_stays_and_its_target_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    target, link = tmp_path / "dotfiles/services.toml", tmp_path / "services.toml"
    target.write_text(OLD)
    link.symlink_to("dotfiles/services.toml")
    write_atomically(link, NEW)
    assert link.is_symlink()
    assert target.read_text() == NEW
