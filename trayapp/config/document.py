"""services.toml as a file: its text, and whether others could read or change it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from trayapp.config.faults import has_password
from trayapp.config.files import open_regular

LARGEST = 3 * 512 * 1024


class Unreadable(Exception):
    """There is something, and it is no text that could be services.toml; `line` is where that shows, if it does."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(frozen=True, slots=True)
class Document:
    """The text without a byte order mark, and sentences about who else has access to it.

    `foreign` says why somebody else may have written it; empty: nobody can have.
    """

    text: str
    exposed: tuple[str, ...] = ()
    foreign: str = ""


def read_document(path: Path) -> Document:
    """Reads the file. Raises FileNotFoundError, and Unreadable with a sentence for all else."""
    try:
        with open_regular(path) as file:
            status = os.fstat(file.fileno())
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Unreadable(error.strerror or str(error)) from error
    if len(content) > LARGEST:
        raise Unreadable("it is larger than 1.5 MiB; remove what does not belong there")
    text = _decoded(content)
    foreign = _foreign(path, status)
    return Document(text, foreign + _exposed(path, status, text), foreign[0] if foreign else "")


def _decoded(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable("it is not UTF-8 text; save it as UTF-8 in your editor", line) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise Unreadable("it has a NUL byte, so it is damaged or no text; remove that", line)
    return text


def _foreign(path: Path, status: os.stat_result) -> tuple[str, ...]:
    """Why somebody else may have written it, a sentence each."""
    if os.name != "posix":
        return ()  # Windows has no modes: access follows the folder
    found = []
    if status.st_uid not in (os.geteuid(), 0):
        found.append("belongs to another user, who can change what Watchbell does; make it yours with chown")
    if status.st_mode & 0o022:
        found.append(f"others may change it, and with it what Watchbell does; {_mend(path)}")
    return tuple(found)


def _exposed(path: Path, status: os.stat_result, text: str) -> tuple[str, ...]:
    if os.name == "posix" and status.st_mode & 0o044 and has_password(text):
        return (f"others may read it, and it has a password in a URL; {_mend(path)}",)
    return ()


def _mend(path: Path) -> str:
    return f"keep it to yourself: chmod 600 {path}"
