"""A program from the distribution, started on loopback in a folder of its own, and gone with the test."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers import free_port, until


class Program:
    """One process that listens on `port`. A subclass says with which `command`, and may `prepare` its folder.

    `user` is who it runs as where root starts it; an ordinary user starts it as himself. What it says goes to a log
    in its folder, and is shown where it does not come to answer.
    """

    user = "nobody"

    def __init__(self) -> None:
        self.port = free_port()
        self._folder = tempfile.TemporaryDirectory(prefix=f"{type(self).__name__.lower()}-")
        self.folder = Path(self._folder.name)
        self._log = self.folder / "said.log"
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> Sequence[str]:
        raise NotImplementedError

    def prepare(self) -> None:
        """Called once, before it is started."""

    def answers(self) -> bool:
        """Whether it has come up."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def as_user(self, *words: str) -> Sequence[str]:
        """These words as a command of `user`, where root gives it."""
        if os.geteuid() != 0:
            return words
        account = pwd.getpwnam(self.user)
        return ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups", "--", *words]

    def give(self, *files: Path) -> None:
        """Hands files to `user`, where root made them."""
        for file in files if os.geteuid() == 0 else ():
            shutil.chown(file, self.user)

    def run(self, *words: str, given: str = "") -> str:
        """What a program that ends by itself prints, run as `user`. AssertionError: it failed."""
        command, environment = self.as_user(*words), self._environment()
        ended = subprocess.run(
            command, input=given, capture_output=True, text=True, env=environment, cwd=self.folder, check=False
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    def terminate(self) -> None:
        """SIGTERM, without waiting for its end."""
        os.kill(self.pid, signal.SIGTERM)

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """SIGSTOP for a while: the kernel goes on accepting, nobody answers."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)

    def __enter__(self) -> Self:
        self.give(self.folder)
        try:
            self.prepare()
            with self._log.open("wb") as said:
                self._process = subprocess.Popen(
                    self.as_user(*self.command()),
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=said,
                    env=self._environment(),
                    cwd=self.folder,
                )
            until(self._came_up, 60)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _came_up(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log
        return self.answers()

    def _end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._folder.cleanup()

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin", "HOME": str(self.folder)}
