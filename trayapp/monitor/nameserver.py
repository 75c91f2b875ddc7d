"""One question to a name server, for a name that cannot exist (RFC 1035, RFC 8020).

The name is new each time, so that no cache knows it: the answer comes from outside, or not at all.
"""

from __future__ import annotations

import asyncio
import secrets
import struct
from collections.abc import Sequence
from ipaddress import ip_address

from trayapp.monitor.ground import Names
from trayapp.monitor.scene import is_near

AGAIN = 0.6
"""Seconds until the question is sent once more, and to the next server too."""

MOST_SERVERS = 3
"""As many as the system's own resolver heeds (resolv.conf(5))."""

_PORT = 53
_HEAD = struct.Struct("!6H")
_RECURSION_DESIRED = 0x0100
_RESPONSE = 0x8000
_NOERROR, _NXDOMAIN = 0, 3
_BEST_FIRST = (Names.OUTSIDE, Names.LIED, Names.SPOKE)
_CONCLUSIVE = frozenset({Names.OUTSIDE, Names.LIED})


async def ask_name_servers(servers: Sequence[str], below: str, patience: float) -> Names:
    """The best answer that comes in time; the next server is asked when one says nothing useful or nothing at all."""
    loop = asyncio.get_running_loop()
    end = loop.time() + patience
    waiting = list(servers[:MOST_SERVERS])
    asked: set[asyncio.Task[Names]] = set()
    try:
        while True:
            answers = {task.result() for task in asked if task.done()}
            pending = {task for task in asked if not task.done()}
            left = end - loop.time()
            if answers & _CONCLUSIVE or left <= 0 or not (waiting or pending):
                return next((answer for answer in _BEST_FIRST if answer in answers), Names.SILENT)
            if waiting:
                pending.add(task := loop.create_task(_ask(waiting.pop(0), below), name="name server"))
                asked.add(task)
            await asyncio.wait(
                pending, timeout=min(left, AGAIN) if waiting else left, return_when=asyncio.FIRST_COMPLETED
            )
    finally:
        for task in asked:
            task.cancel()


def nonsense(below: str) -> str:
    """A name below this one that nobody has, and that was never asked for."""
    return f"{secrets.token_hex(8)}.{below}"


async def _ask(server: str, below: str) -> Names:
    """Waits for as long as it is let. SILENT where nobody listens."""
    number = secrets.randbelow(1 << 16)
    question = _question(nonsense(below))
    head = _HEAD.pack(number, _RECURSION_DESIRED, 1, 0, 0, 0)
    answered: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    try:
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Ear(answered, number, question), remote_addr=(server, _PORT)
        )
    except OSError:
        return Names.SILENT
    try:
        transport.sendto(head + question)
        await asyncio.wait([answered], timeout=AGAIN)
        if not answered.done():
            transport.sendto(head + question)  # the first may have been lost on the way
        return read(await answered, server)
    except OSError:
        return Names.SILENT
    finally:
        transport.abort()


def read(answer: bytes, server: str) -> Names:
    """What an answer means. A server of the open internet that speaks at all was reached through it."""
    _, flags, _, answers, _, _ = _HEAD.unpack_from(answer)
    code = flags & 0xF
    if code == _NOERROR and answers:
        return Names.LIED
    ours = is_near(server) or ip_address(server.partition("%")[0]).is_loopback
    return Names.OUTSIDE if code in (_NOERROR, _NXDOMAIN) or not ours else Names.SPOKE


def _question(name: str) -> bytes:
    labels = b"".join(bytes([len(label)]) + label for label in name.encode("ascii").rstrip(b".").split(b"."))
    return labels + b"\0" + struct.pack("!2H", 1, 1)  # A, IN


class _Ear(asyncio.DatagramProtocol):
    """Hears the answer to one question; what answers another is not ours."""

    def __init__(self, answered: asyncio.Future[bytes], number: int, question: bytes) -> None:
        self._answered = answered
        self._number = number
        self._question = question.lower()
        self._refused = False

    def datagram_received(self, data: bytes, addr: object) -> None:
        if len(data) < _HEAD.size or self._answered.done():
            return
        number, flags, questions, _, _, _ = _HEAD.unpack_from(data)
        asked = data[_HEAD.size : _HEAD.size + len(self._question)].lower()
        if number == self._number and flags & _RESPONSE and (questions == 0 or asked == self._question):
            self._answered.set_result(data)

    def error_received(self, exc: Exception) -> None:
        """One refusal is a datagram that anyone can write; the second answers the second question."""
        if self._refused and not self._answered.done():
            self._answered.set_exception(exc)
        self._refused = True
