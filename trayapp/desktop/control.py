"""Asking the running program from another process: for the command line and for a second start. Blocking, no loop."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from trayapp.desktop.door import NotRunning, dial

AGAIN_AFTER = 0.02


class NoAnswer(Exception):
    """Somebody listens there and does not answer in time, or not in words we know."""


class Refused(Exception):
    """The answer is an error; its text says which."""


def ask(path: Path, request: Mapping[str, Any], timeout: float, *, starting: bool = False) -> dict[str, Any]:
    """One reply of the program listening at `path`, within `timeout` seconds.

    `starting`: the lock is taken, so somebody is there or about to be; try until the timeout.
    Raises NotRunning, NoAnswer, Refused.
    """
    deadline = time.monotonic() + timeout
    while True:
        try:
            with closing(_converse(path, request, deadline, deadline)) as replies:
                return next(replies)
        except StopIteration:
            raise NoAnswer("the running Watchbell hung up without a word") from None
        except NotRunning:
            if not starting or time.monotonic() + AGAIN_AFTER > deadline:
                raise
            time.sleep(AGAIN_AFTER)


def stream(path: Path, request: Mapping[str, Any], timeout: float) -> Generator[dict[str, Any], None, None]:
    """Every reply, until the program ends or hangs up. `timeout` seconds bound the first one only.

    Raises NotRunning, NoAnswer, Refused.
    """
    return _converse(path, request, time.monotonic() + timeout, None)


def _converse(
    path: Path, request: Mapping[str, Any], first_by: float, rest_by: float | None
) -> Generator[dict[str, Any], None, None]:
    calling, token = dial(path, _left(first_by))
    with calling:
        words = dict(request) if token is None else {**request, "token": token}
        try:
            calling.settimeout(_left(first_by))
            calling.sendall(json.dumps(words).encode() + b"\n")
            for line in _lines(calling, first_by, rest_by):
                reply = json.loads(line)
                if "error" in reply:
                    raise Refused(str(reply["error"]))
                yield reply
        except (OSError, ValueError, TypeError) as error:
            raise NoAnswer(f"the running Watchbell does not answer: {error}") from error


def _lines(calling: socket.socket, first_by: float, rest_by: float | None) -> Iterator[bytes]:
    waiting = b""
    by: float | None = first_by
    while True:
        calling.settimeout(None if by is None else _left(by))
        received = calling.recv(65_536)
        if not received:
            return
        *lines, waiting = (waiting + received).split(b"\n")
        if lines:
            yield from lines
            by = rest_by


def _left(deadline: float) -> float:
    return max(deadline - time.monotonic(), 0.001)
