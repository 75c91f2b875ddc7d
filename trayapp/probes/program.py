"""One run of a program: in a group of its own, heard within bounds, and ended with everything that it started.

Needs neither a thread nor a signal, so that it works on whichever thread the loop runs: Linux has a descriptor for a
process (pidfd_open(2)), which becomes readable when that ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import IO

from trayapp.probes.causes import Impaired, Misconfigured

MOST_OUTPUT = 64 * 1024
"""Bytes that are kept of what it prints."""

MOST_ERRORS = 4 * 1024
"""The same of its standard error."""

FLOOD = 1024 * 1024
"""Bytes after which it is ended: what prints that much is no check."""

MOMENT = 0.1
"""Seconds in which a program that is asked to end may clean up before it is killed, and seconds to be gone then."""

# A program on a disk that hangs holds up whoever executes it, and Python holds its lock meanwhile (vfork(2)): the whole
# of Watchbell would stand still. So a shell, which is on the system's own disk, becomes the program.
_BECOME = ("/bin/sh", "-c", 'exec "$@"', "sh")

_READ = 16 * 1024
_FILES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM})


@dataclass(frozen=True, slots=True)
class Ran:
    """How a program ended: `code` is its exit status, or the number of the signal that killed it, negative."""

    code: int
    output: bytes
    errors: bytes


async def run(argv: Sequence[str], environment: Mapping[str, str], seconds: float) -> Ran:
    """Run it to its end, without a shell of its own and without input, in the folder "/".

    After so many seconds it is asked to end (SIGTERM) and then killed, with its whole group; so it is when whoever
    waits is cancelled. TimeoutError: it was. Raises Misconfigured for what floods us, Impaired and OSError for what
    this machine cannot do. What it leaves behind in its group is killed when it ends, too.
    """
    if sys.platform != "linux":
        raise Impaired("self.programs", "Watchbell runs programs on Linux only so far")
    async with _running(argv, environment) as program:
        async with asyncio.timeout(seconds):
            await program.over.wait()
    return Ran(program.end(), program.output.heard, program.errors.heard)


@asynccontextmanager
async def _running(argv: Sequence[str], environment: Mapping[str, str]) -> AsyncIterator[_Program]:
    with ExitStack() as at_end:
        program = _Program(_start(argv, environment), at_end)
        try:
            yield program
        finally:
            await program.stop()


def _start(argv: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            [*_BECOME, *argv],
            bufsize=0,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd="/",
            env=environment,
            start_new_session=True,  # nobody asks for passwords on our terminal, and the group is all its own
        )
    except OSError as error:
        if error.errno in _FILES:
            raise
        raise Impaired("self.programs", f"this machine starts no program: {error.strerror or error}") from error


class _Program:
    """A program that runs. `over` is set when it ended, or printed more than anybody can want."""

    def __init__(self, process: subprocess.Popen[bytes], at_end: ExitStack) -> None:
        self._process = process
        self._ended = asyncio.Event()
        self.over = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        assert process.stdout is not None
        assert process.stderr is not None
        self.output = at_end.enter_context(_Ear(process.stdout, MOST_OUTPUT, self.over.set))
        self.errors = at_end.enter_context(_Ear(process.stderr, MOST_ERRORS, self.over.set))
        try:
            self._death = os.pidfd_open(process.pid)
        except OSError as error:
            self._signal(signal.SIGKILL)
            process.wait()
            if error.errno in _FILES:
                raise
            raise Impaired("self.programs", "this machine cannot tell when a program ends (pidfd_open)") from error
        at_end.callback(os.close, self._death)
        at_end.callback(self._loop.remove_reader, self._death)
        self._loop.add_reader(self._death, self._gone)

    def end(self) -> int:
        """Its exit status. Raises Misconfigured: it had to be stopped, for it printed too much."""
        if self.output.flooded or self.errors.flooded:
            raise Misconfigured("command.output", f"the program prints more than {FLOOD // 1024} KiB")
        return self._process.returncode

    async def stop(self) -> None:
        """It ends, whether it wants to or not, and everything of its group with it."""
        try:
            if not self._ended.is_set():
                self._signal(signal.SIGTERM)
                await self._for_a_moment()
        finally:
            # Before it is reaped: until then nobody else can have its number.
            self._signal(signal.SIGKILL)
            try:
                await self._for_a_moment()
            finally:
                # What cannot be killed yet, as on a disk that hangs, is reaped when a later program starts.
                self._process.poll()
                self.output.listen()
                self.errors.listen()

    def _gone(self) -> None:
        self._loop.remove_reader(self._death)
        self._ended.set()
        self.over.set()

    async def _for_a_moment(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(MOMENT):
                await self._ended.wait()

    def _signal(self, number: signal.Signals) -> None:
        # What runs as somebody else, by sudo for one, cannot be ended by us: it is left behind, and reaped later.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


class _Ear:
    """Listens to one pipe, keeps its beginning and drops the rest, so that nobody waits for a full pipe."""

    def __init__(self, pipe: IO[bytes], most: int, enough: Callable[[], None]) -> None:
        self._pipe = pipe
        self._most = most
        self._enough = enough
        self._heard = bytearray()
        self._count = 0
        self._loop = asyncio.get_running_loop()
        os.set_blocking(pipe.fileno(), False)

    def __enter__(self) -> _Ear:
        self._loop.add_reader(self._pipe.fileno(), self._read)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.remove_reader(self._pipe.fileno())
        self._pipe.close()

    @property
    def heard(self) -> bytes:
        return bytes(self._heard)

    @property
    def flooded(self) -> bool:
        return self._count > FLOOD

    def listen(self) -> None:
        """Take what is there by now: what was printed last may not have been looked at."""
        while not self.flooded and self._read():
            pass

    def _read(self) -> bool:
        try:
            piece = os.read(self._pipe.fileno(), _READ)
        except BlockingIOError:
            return False
        self._count += len(piece)
        self._heard += piece[: self._most - len(self._heard)]
        if not piece:
            self._loop.remove_reader(self._pipe.fileno())
        if self.flooded:
            self._enough()
        return bool(piece)
