"""Strings that stand outside of services.toml in plain sight: `{ env = "NAME" }` and `{ file = "path" }`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from trayapp.config.files import open_regular
from trayapp.core.keys import Reference
from trayapp.probes.base import SecretUnavailable

LARGEST_FILE = 64 * 1024
MISSING = "config.secret_missing"
UNSAFE = "config.secret_unsafe"


def outside(environ: Mapping[str, str], folder: Path) -> Callable[[Reference], str]:
    """How to fetch such strings: from this environment, and files relative to this folder.

    What it returns raises SecretUnavailable with the sentence that tells how to mend it.
    """
    return partial(_fetch, environ=environ, folder=folder)


def _fetch(reference: Reference, *, environ: Mapping[str, str], folder: Path) -> str:
    if reference.source == "file":
        return _content(folder / Path(reference.name).expanduser())
    if reference.name not in environ:
        raise SecretUnavailable(MISSING, f"the environment variable {reference.name} is not set")
    return environ[reference.name]


def _content(path: Path) -> str:
    """A file's text without the newline at its end, if nobody else can read or change it."""
    try:
        with open_regular(path) as file:
            _refuse_if_shared(path, os.fstat(file.fileno()))
            content = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "that is not a path"
        raise SecretUnavailable(MISSING, f"{path} cannot be read: {reason}") from error
    if len(content) > LARGEST_FILE:
        raise SecretUnavailable(UNSAFE, f"{path} is larger than 64 KiB, too large for a secret")
    try:
        return content.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise SecretUnavailable(UNSAFE, f"{path} is not UTF-8 text") from error


def _refuse_if_shared(path: Path, status: os.stat_result) -> None:
    if os.name != "posix":
        return  # Windows has no modes: access follows the folder
    if status.st_uid != os.geteuid():
        raise SecretUnavailable(UNSAFE, f"{path} belongs to another user; make it yours: chown $USER {path}")
    if status.st_mode & 0o077:
        raise SecretUnavailable(UNSAFE, f"others may read {path}; keep it to yourself: chmod 600 {path}")
