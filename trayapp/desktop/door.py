"""Where the running program can be reached, and how another process finds it there.

A Unix socket, 0600. Where there is none, or its path is too long for one, a port of 127.0.0.1: the file at that path
(0600 too) then holds the port and a random token, which every request must show.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import secrets
import socket
import stat
import sys
from pathlib import Path

LONGEST_SOCKET_PATH = 100
"""Bytes. sun_path has 108 on Linux, 104 on macOS and the BSDs."""

_logger = logging.getLogger(__name__)


class NotRunning(Exception):
    """Nobody listens there."""


class Door:
    """A listening place. Whatever stood at its path before is replaced: call this only as the owner of the home."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.token: str | None = None
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        if _fits_unix_socket(path):
            self.listening = socket.socket(socket.AF_UNIX)
            self.listening.bind(str(path))
            path.chmod(0o600)  # nobody can connect before listen()
            self.listening.listen()
        else:
            self.listening = socket.create_server(("127.0.0.1", 0))
            self.token = secrets.token_urlsafe(32)
            self._write_port_and_token()

    def close(self) -> None:
        try:
            self.path.unlink(missing_ok=True)
        except OSError as fault:
            _logger.warning("the control socket stays behind: %s", fault)  # the next one to run takes it over
        self.listening.close()

    def _write_port_and_token(self) -> None:
        fresh = self.path.with_name(self.path.name + ".new")
        with contextlib.suppress(FileNotFoundError):
            fresh.unlink()
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            json.dump({"port": self.listening.getsockname()[1], "token": self.token}, file)
        fresh.replace(self.path)


def dial(path: Path, timeout: float) -> tuple[socket.socket, str | None]:
    """A connection to whoever listens at `path`, and the token to show. Seconds. Raises NotRunning."""
    try:
        if stat.S_ISSOCK(path.stat().st_mode):
            return _dial_unix(path, timeout), None
        where = json.loads(path.read_text("ascii"))
        return socket.create_connection(("127.0.0.1", int(where["port"])), timeout), str(where["token"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotRunning(f"nobody answers at {path}: {error}") from error


def _dial_unix(path: Path, timeout: float) -> socket.socket:
    calling = socket.socket(socket.AF_UNIX)
    try:
        calling.settimeout(timeout)
        calling.connect(str(path))
    except OSError:
        calling.close()
        raise
    return calling


def _fits_unix_socket(path: Path) -> bool:
    return sys.platform != "win32" and len(os.fsencode(path)) <= LONGEST_SOCKET_PATH
