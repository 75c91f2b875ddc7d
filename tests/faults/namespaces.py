"""Networks made of nothing but namespaces of the kernel: they have no names, and are gone with whoever holds them.

A thread is in one network at a time; its servers, the threads and the programs that it starts are in the same.
Needs root: who is not skips these tests, with a sentence that says so; root that may not make networks fails them.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import random
import select
import stat
import struct
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Self, TypeVar

import pytest

T = TypeVar("T")

_NEW_MOUNTS, _NEW_NETWORK = 0x00020000, 0x40000000  # CLONE_NEWNS, CLONE_NEWNET
_BIND, _PRIVATE = 4096, 0x4000 | (1 << 18)  # MS_BIND, MS_REC | MS_PRIVATE
_DETACH = 2  # MNT_DETACH
_libc = ctypes.CDLL(None, use_errno=True)

_SET_TUN = 0x400454CA  # TUNSETIFF
_TUN_PLAIN = 0x0001 | 0x1000  # IFF_TUN | IFF_NO_PI


def in_thread(work: Callable[[], T]) -> T:
    """What `work` returns in a thread of its own, so that wherever it goes, nobody else went."""
    outcome: list[T] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
            failure.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return outcome[0]


def _call(function: str, *arguments: object) -> None:
    if getattr(_libc, function)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{function}: {os.strerror(number)}")


class Namespace:
    """One network, with nothing in it but loopback."""

    def __init__(self) -> None:
        self.fd = in_thread(self._make)
        self.ip("link", "set", "lo", "up")

    @staticmethod
    def _make() -> int:
        try:
            _call("unshare", _NEW_NETWORK)
        except OSError as error:
            if os.geteuid() != 0:
                pytest.skip("this test makes networks of its own, for which it must be run as root")
            pytest.fail(f"this test makes networks of its own, and root may not do so here ({error})")
        return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)

    def enter(self) -> None:
        """The calling thread is in this network from now on."""
        _call("setns", self.fd, _NEW_NETWORK)

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """The calling thread is in this network for a while."""
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            self.enter()
            try:
                yield
            finally:
                _call("setns", before, _NEW_NETWORK)
        finally:
            os.close(before)

    def ip(self, *words: str, give: Namespace | None = None) -> None:
        """ip(8). The word "THERE" stands for the network given along."""
        fds = [] if give is None else [give.fd]
        self._run(["ip", *(f"/proc/self/fd/{fds[0]}" if word == "THERE" else word for word in words)], fds)

    def tc(self, *words: str) -> None:
        """tc(8)."""
        self._run(["tc", *words], [])

    def _run(self, argv: Sequence[str], fds: Sequence[int]) -> None:
        path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
        with self.inside():
            subprocess.run(argv, check=True, capture_output=True, pass_fds=fds, env={**os.environ, "PATH": path})

    def set(self, setting: str, value: str) -> None:
        """sysctl(8), with slashes. Settings below net/ are those of this network."""
        with self.inside():
            Path("/proc/sys", setting).write_text(value)

    def cable(self, name: str, other: Namespace, there: str) -> None:
        """A cable from a port of this name to one of that name in the other network."""
        self.ip("link", "add", name, "type", "veth", "peer", "name", there, "netns", "THERE", give=other)
        self.ip("link", "set", name, "up")
        other.ip("link", "set", there, "up")

    def close(self) -> None:
        os.close(self.fd)


@contextlib.contextmanager
def own_file(path: str, instead: Path) -> Iterator[None]:
    """The calling thread, and those it starts, see another file at this path."""
    _call("unshare", _NEW_MOUNTS)
    with contextlib.suppress(OSError):  # below chroot(2) the root is no mount of its own
        _call("mount", None, b"/", None, _PRIVATE, None)
    _call("mount", os.fsencode(instead), path.encode(), None, _BIND, None)
    try:
        yield
    finally:
        _call("umount2", path.encode(), _DETACH)


class Tunnel:
    """A tunnel between two networks, as a VPN client makes one: a TUN device at either end and us in between.

    `lost` is the share of packets that get lost in it, each way.
    """

    def __init__(self, here: Namespace, there: Namespace) -> None:
        self.lost = 0.0
        self._dice = random.Random(1)
        self._ends = [self._open(here), self._open(there)]
        self._stopping, self._stop = os.pipe()
        self._thread = threading.Thread(target=self._carry, name="tunnel")

    @staticmethod
    def _open(namespace: Namespace) -> int:
        with namespace.inside(), tempfile.TemporaryDirectory() as folder:
            device = Path("/dev/net/tun")
            if not device.exists():  # a bare chroot
                device = Path(folder, "tun")
                os.mknod(device, stat.S_IFCHR | 0o600, os.makedev(10, 200))
            end = os.open(device, os.O_RDWR | os.O_CLOEXEC)
            fcntl.ioctl(end, _SET_TUN, struct.pack("16sH22x", b"tun0", _TUN_PLAIN))
        return end

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.hang_up()

    def hang_up(self) -> None:
        """The client ends, and its devices with it."""
        if self._thread.is_alive():
            os.write(self._stop, b"x")
            self._thread.join()
            for fd in (*self._ends, self._stopping, self._stop):
                os.close(fd)

    def _carry(self) -> None:
        a, b = self._ends
        while True:
            ready, _, _ = select.select([a, b, self._stopping], [], [])
            if self._stopping in ready:
                return
            for end in ready:
                packet = os.read(end, 65536)
                if self._dice.random() < self.lost:
                    continue
                with contextlib.suppress(OSError):  # the other end is not up yet
                    os.write(b if end == a else a, packet)
