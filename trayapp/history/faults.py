"""What may go wrong with a file, told apart from what is wrong with us, and said in a sentence."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path


class HistoryUnavailable(Exception):
    """The history can not be read or written now; its text is a sentence for a person."""


class WrittenByNewer(HistoryUnavailable):
    """The file belongs to a newer Watchbell. Nothing of it is touched."""

    def __init__(self, path: Path, version: int) -> None:
        super().__init__(
            f"{path.name} was written by a newer Watchbell (schema {version}): it is left as it is, "
            "and nothing is being remembered."
        )


class Impossible(Exception):
    """What was asked for cannot be, and nobody is at fault; its text is a sentence for whoever asked."""


class NotOurs(Exception):
    """The file at hand is no history of ours, or no longer. Its text says what it is instead."""


class Damaged(NotOurs):
    """It was one, and its bytes are wrong now."""

    def __init__(self) -> None:
        super().__init__("was damaged")


_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL})
_NO_SHARED_MEMORY = frozenset(
    {
        sqlite3.SQLITE_IOERR_SHMMAP,
        sqlite3.SQLITE_IOERR_SHMOPEN,
        sqlite3.SQLITE_IOERR_SHMSIZE,
        sqlite3.SQLITE_IOERR_SHMLOCK,
    }
)
_ENVIRONMENT = _BUSY | {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_NOMEM,
}


def _code(error: BaseException) -> int:
    """SQLite's primary result code, or 0 for an error that did not come from the library."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def is_damage(error: BaseException) -> bool:
    """Whether SQLite says that the bytes themselves are wrong."""
    return _code(error) in _DAMAGED


def is_environment(error: BaseException) -> bool:
    """Whether the disk, the file system or another program is at fault, so that trying again may help."""
    return isinstance(error, OSError) or _code(error) in _ENVIRONMENT


def is_ours(error: BaseException) -> bool:
    """Whether the fault is in this program, so that trying again would not help."""
    return not (is_environment(error) or is_damage(error) or isinstance(error, HistoryUnavailable))


def lacks_shared_memory(error: BaseException) -> bool:
    """Whether the file system can not do what a write-ahead log needs."""
    return getattr(error, "sqlite_errorcode", 0) in _NO_SHARED_MEMORY


def may_pass_at_once(error: BaseException) -> bool:
    """Whether the next moment may be better: nobody who has just waited for a lock waits for it again.

    Where the file is damaged, the next moment begins with what could be read of it.
    """
    return is_damage(error) or (is_environment(error) and _code(error) not in _BUSY)


def keeps_connection(error: BaseException) -> bool:
    """Whether the connection is as good as before: a WAL database could not even be opened on a full disk."""
    return _code(error) in _BUSY | {sqlite3.SQLITE_FULL}


def sentence(error: BaseException, path: Path) -> str:
    """What a person is told while a fault that is not ours lasts."""
    if _code(error) in _BUSY:
        fault = f"Another program keeps {path.name} locked"
    elif _code(error) == sqlite3.SQLITE_FULL or getattr(error, "errno", None) == errno.ENOSPC:
        fault = f"The disk that holds {path.name} is full"
    elif _code(error) in _DAMAGED | {sqlite3.SQLITE_IOERR}:
        fault = f"The disk that holds {path.name} reports an error"
    else:
        fault = f"{path.name} can not be opened for writing"
    return f"{fault}: history is kept in memory until it can be written again."
