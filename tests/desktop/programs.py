"""Real programs as parts of a test: started with a bounded wait until ready, ended by their own pid."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self, TypeVar

Found = TypeVar("Found")


def until(look: Callable[[], Found], what: str, within: float = 15.0) -> Found:
    """What `look` returns as soon as it is true; an AssertionError naming `what` after `within` seconds."""
    deadline = time.monotonic() + within
    while not (found := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within:g} s: {what}")
        time.sleep(0.02)
    return found


class Program:
    """One process in a process group of its own, its output in a file, so that nothing is left behind or lost."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str], log: Path) -> None:
        self.argv, self.env, self.log = list(argv), dict(env), log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, f"{self.argv[0]} was not started"
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def start(self, ready: Callable[[], object], *, stdin: bytes = b"", keep: Sequence[int] = ()) -> None:
        """Starts it and waits until `ready()` is true. `keep` are descriptors it inherits."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.argv, env=self.env, stdin=subprocess.PIPE, stdout=log, stderr=log, pass_fds=keep, process_group=0
            )
        assert self._process.stdin is not None
        with self._process.stdin as pipe:
            pipe.write(stdin)
        try:
            until(lambda: ready() or not self.running, f"{self.argv[0]} is ready")
            assert self.running, f"{self.argv[0]} ended with {self._process.returncode} before it was ready"
        except AssertionError as fault:
            fault.add_note(self.output[-2000:])
            self.stop()
            raise

    def stop(self) -> None:
        """Asks it to end, after 3 s does not ask. A paused one is ended as well."""
        if self._process is None:
            return
        if self.running:
            self._signal(signal.SIGTERM)
            self._signal(signal.SIGCONT)
            try:
                self._process.wait(3)
            except subprocess.TimeoutExpired:
                self._signal(signal.SIGKILL)
        self._process.wait(5)
        self._signal(signal.SIGKILL)  # whatever it started and did not take along
        self._process = None

    def kill(self) -> None:
        """Ends it without warning, as a crash would."""
        if self._process is not None:
            self._signal(signal.SIGKILL)
            self._process.wait(5)
            self._process = None

    def pause(self) -> None:
        """SIGSTOP: it is there and does not answer."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def _signal(self, number: int) -> None:
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            return

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
