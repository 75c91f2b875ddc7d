"""UDP servers for the tests, on loopback, each in a thread of its own."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Self

Reply = Callable[[bytes], Iterable[bytes]]
"""The datagrams that answer one."""


class UdpServer:
    """Answers every datagram as `reply` says. `asked` are those that came. `host` "::1" is IPv6.

    `stranger` is what another machine, 127.0.0.2, sends to whoever asks, before the answer.
    """

    def __init__(self, reply: Reply, *, host: str = "127.0.0.1", port: int = 0, stranger: Reply | None = None) -> None:
        self.host = host
        self.port = port
        self.asked: list[bytes] = []
        self._reply = reply
        self._stranger = stranger

    def __enter__(self) -> Self:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        self._ear = socket.socket(family, socket.SOCK_DGRAM)
        self._mouth = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._ear.bind((self.host, self.port))
        self.port = self._ear.getsockname()[1]
        if self._stranger is not None:
            self._mouth.bind(("127.0.0.2", self.port))
        self._ending = threading.Event()
        self._ear.settimeout(0.05)
        self._thread = threading.Thread(target=self._serve, name="udp server")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._thread.join(10)
        assert not self._thread.is_alive()
        self._ear.close()
        self._mouth.close()

    def _serve(self) -> None:
        while not self._ending.is_set():
            try:
                datagram, asker = self._ear.recvfrom(65536)
            except TimeoutError:
                continue
            except ConnectionRefusedError:  # who asked before has gone
                continue
            self.asked.append(datagram)
            with contextlib.suppress(OSError):  # who asked has gone
                for answer in self._stranger(datagram) if self._stranger else ():
                    self._mouth.sendto(answer, asker)
                for answer in self._reply(datagram):
                    self._ear.sendto(answer, asker)


@contextlib.contextmanager
def closed_udp_port(host: str = "127.0.0.1") -> Iterator[int]:
    """A port that refuses datagrams; somebody else may take it, but nobody does in the next moments."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as holder:
        holder.bind((host, 0))
        port = holder.getsockname()[1]
    yield port


def silence(_datagram: bytes) -> Iterable[bytes]:
    return ()
