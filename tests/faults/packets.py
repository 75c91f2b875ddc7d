"""What goes over a wire: the questions that our machine sends, told apart by their ports."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Collection
from typing import Self

from tests.faults.namespaces import Namespace

_ALL = 3  # ETH_P_ALL
_IPV4 = 0x0800
_SYN_ONLY = 0x02
_NAME_OF_OURS = b"\x04zone\x04test"


class Wire:
    """Listens at one port of a network, in a thread. The questions are kept with the moment of their first packet."""

    def __init__(self, namespace: Namespace, port: str) -> None:
        with namespace.inside():
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL))
        self._socket.bind((port, _ALL))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
        self._socket.settimeout(0.1)
        self._seen: dict[tuple[str, str, int], float] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="wire")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()
        self._socket.close()

    def _listen(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                self._take(self._socket.recv(65536), time.monotonic())

    def questions(self, targets: Collection[str]) -> list[float]:
        """When a connection to one of these was first tried, or a name server was asked for a name of our own."""
        return sorted(at for (kind, to, _), at in self._seen.items() if kind == "names" or to in targets)

    @staticmethod
    def most_within(moments: list[float], seconds: float) -> int:
        """How many of them came within so much time, at most."""
        return max((sum(begin <= at < begin + seconds for at in moments) for begin in moments), default=0)

    def _take(self, frame: bytes, at: float) -> None:
        if len(frame) < 34 or struct.unpack_from("!H", frame, 12)[0] != _IPV4:
            return
        packet = frame[14:]
        head = (packet[0] & 0xF) * 4
        protocol, to = packet[9], socket.inet_ntoa(packet[16:20])
        source, port = struct.unpack_from("!HH", packet, head)
        if protocol == socket.IPPROTO_TCP and packet[head + 13] & 0x3F == _SYN_ONLY:
            self._seen.setdefault(("connection", to, source), at)
        elif protocol == socket.IPPROTO_UDP and port == 53 and _NAME_OF_OURS in packet:
            self._seen.setdefault(("names", to, source), at)
