"""Files on disk: read without being held up, written so that they are never half there."""

from __future__ import annotations

import errno
import glob
import os
import stat
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

STALE = 3600.0
"""Seconds after which a draft belongs to nobody any more."""


def open_regular(path: Path) -> BinaryIO:
    """Opens a file to read. Raises OSError, also for folders, pipes and devices."""
    # Without O_NONBLOCK a named pipe that nobody writes to would hold us for ever.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is not a file", str(path))
    return os.fdopen(descriptor, "rb")


def write_atomically(path: Path, text: str) -> None:
    """Replaces a file's content, mode 0600; whoever looks, also after a crash, finds the old or the new one whole.

    A symbolic link stays, and what it points to is replaced. Raises OSError; then the old content is there.
    """
    target = path.resolve()
    _tidy(target)
    descriptor, draft = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".new", dir=target.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(descriptor)
        Path(draft).replace(target)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _tidy(target: Path) -> None:
    """Remove the drafts that killed saves left behind: those of an hour ago, for a save takes no minute."""
    for draft in target.parent.glob(f".{glob.escape(target.name)}.*.new"):
        with suppress(OSError):  # it is another's, or just gone: a draft that stays harms nobody
            if draft.stat().st_mtime < time.time() - STALE:
                draft.unlink()


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return  # Windows cannot open a folder, and its rename is in the journal
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
