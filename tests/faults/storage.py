"""Disks for the rows of storage: small ones, full ones, ones that nobody may write to; and patience.

Mounting takes root. Who is not has the test played again in name spaces of his own, where he is.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def played_as_root(request: pytest.FixtureRequest) -> bool:
    """Whether the test was played in name spaces, because this user can not mount anything; False: go on."""
    if os.geteuid() == 0:
        return False
    folder = request.getfixturevalue("tmp_path") / "as-root"
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", request.node.nodeid]
    words.append(f"--basetemp={folder}")
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", *words],
        cwd=request.config.rootpath,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return True


@contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """600 kB of memory."""
    place.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k,mode=700", "tmpfs", place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@contextmanager
def read_only(place: Path) -> Iterator[None]:
    """As long as this lasts nobody can write there, not even root."""
    subprocess.run(["mount", "--bind", place, place], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", place], check=True)
        yield
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def fill(disk: Path) -> Path:
    """Write until nothing more fits; returns what to remove."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space"):
        while True:
            file.write(b"x" * 4096)
    return filler
