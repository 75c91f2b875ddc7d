"""A file for other people: whole or not there, readable as the umask has it, over nothing that is somebody else's."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from trayapp.report.html import GENERATOR

_MARK = f'<meta name="generator" content="{GENERATOR} '.encode()
_HEAD = 4_096
"""Bytes in which a report of ours says so."""


class FileThere(Exception):
    """A file of that name is there, and nobody asked for it to be replaced."""


def put(path: Path, text: str, *, over_anything: bool) -> None:
    """Write the text, UTF-8. Raises OSError; then what was there is there still.

    An earlier report is replaced; anything else raises FileThere, unless the user named the file himself.
    """
    if not over_anything and path.is_file() and not _is_ours(path):
        raise FileThere(path)
    # Not mkstemp, whose 0600 would keep a web server or a colleague from reading what is meant for them.
    with drafted(path, 0o666) as file:
        file.write(text.encode("utf-8", "backslashreplace"))


def taken(path: Path | None, *, force: bool) -> str | None:
    """Why a file of that name is not written, as a sentence; None: it may be. Only a file is ever replaced."""
    if path is None or not path.exists():
        return None
    if path.is_dir():
        return f"{path} is a folder; name a file in it"
    if not path.is_file():
        return f"{path} is no file, and is left as it is"
    return None if force else f"{path} exists already, and is left as it is; --force replaces it"


@contextmanager
def drafted(path: Path, mode: int) -> Iterator[BinaryIO]:
    """What is written takes the place of `path` once it is whole and on the disk, with this mode but for the umask.

    A device or a pipe is written into. Raises OSError; then what was there is there still.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        with path.open("wb") as file:
            yield file
        return
    target = path.resolve()
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    draft = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _is_ours(path: Path) -> bool:
    with path.open("rb") as file:
        return _MARK in file.read(_HEAD)
