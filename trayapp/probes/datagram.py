"""A question in one datagram, its answer in another: asked again when nothing comes, and nobody else is listened to.

Anyone on the way can write a datagram, so whoever reads them decides which one is the answer; the rest is counted
and left. For the same reason the time goes to a phase "reply" and never to "first_byte": what comes over UDP is no
proof that the internet is there, for the network of a login page answers for names and clocks too.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any, Generic, TypeVar

from trayapp.probes.base import AddrInfo, Means
from trayapp.probes.causes import NO_ADDRESS, Misbehaved
from trayapp.probes.phases import Phases

T = TypeVar("T")

AGAIN = 1.0
"""Seconds until the next address is asked too; when there is none, all again, and twice as much later each time."""

MOST_ADDRESSES = 4
"""Of one name; name servers of one system."""

MOST_UNFIT = 100
"""Datagrams that are no answer, after which nobody waits for one."""

PATIENCE = 1.0
"""Seconds in which the answer is still awaited after something came that is none."""

MARGIN = 0.03
"""Seconds before the deadline of the check at which the verdict is made, for it says more than the deadline would."""


async def addresses_of(means: Means, phases: Phases, host: str, port: int) -> Sequence[AddrInfo]:
    """Where a datagram to this host may go. `host` is an address or a name in ASCII.

    OSError: gaierror for a name that is not found.
    """
    phases.host = host
    phases.enter("dns")
    found = await means.resolve(host, port)
    if not found:
        raise socket.gaierror(NO_ADDRESS, "the name has no address")
    return found[:MOST_ADDRESSES]


def verdict_at(means: Means, phases: Phases) -> float:
    """The moment on the loop's clock by which a check that waits must say something."""
    left = means.timeout - phases.spent - min(MARGIN, means.timeout / 10)
    return asyncio.get_running_loop().time() + left


class Exchange(Generic[T]):
    """One question of one check, and what is heard of it.

    `ask` makes the datagram, each time that it is sent. `read` finds the answer in what came, or None: it is none.
    An answer that is not `conclusive` counts only where no other address has a better one. `service` is what should
    speak there, in a few words; `doing` is what a check that heard nothing was doing, one of phases.DOING.
    """

    def __init__(
        self,
        service: str,
        ask: Callable[[], bytes],
        read: Callable[[bytes], T | None],
        conclusive: Callable[[T], bool] = lambda _: True,
        doing: str = "connect",
    ) -> None:
        self._service = service
        self._ask = ask
        self._read = read
        self._conclusive = conclusive
        self._doing = doing
        self._news: asyncio.Queue[tuple[_Ear, bytes | OSError]] = asyncio.Queue(MOST_UNFIT)
        self._waiting: deque[AddrInfo] = deque()
        self._ears: list[_Ear] = []
        self._end = 0.0
        self._unfit = 0
        self._failure: OSError | None = None
        self._refusal: OSError | None = None
        self._lesser: tuple[T, AddrInfo] | None = None

    async def answer(self, means: Means, phases: Phases, addresses: Sequence[AddrInfo]) -> tuple[T, AddrInfo]:
        """The answer, and the address that gave it.

        Misbehaved: `timeout.…` for silence, `protocol` where only other things were said, and whatever `read` raises.
        OSError: nobody could be asked.
        """
        phases.enter("reply", doing=self._doing)
        self._end = verdict_at(means, phases)
        self._waiting.extend(addresses)
        found, pause = None, AGAIN
        with ExitStack() as at_end:
            while found is None and (self._waiting or self._ears) and self._left > 0:
                await self._say(at_end)
                found = await self._listen(min(self._left, pause))
                pause = pause if self._waiting else pause * 2
        found = found or self._lesser
        if found is None:
            raise self._nothing(means.timeout)
        phases.address = found[1][4][0]
        phases.answered = True
        return found

    @property
    def _left(self) -> float:
        return self._end - asyncio.get_running_loop().time()

    async def _say(self, at_end: ExitStack) -> None:
        """Ask the next address that can be asked; where none is left, all again."""
        if not self._waiting:
            for ear in self._ears:
                ear.say(self._ask())
            return
        ear = _Ear(self._waiting.popleft(), self._news)
        try:
            await ear.open()
        except OSError as error:
            self._failure = self._failure or error
            return
        at_end.callback(ear.close)
        self._ears.append(ear)
        ear.say(self._ask())

    async def _listen(self, seconds: float) -> tuple[T, AddrInfo] | None:
        """A conclusive answer; None after so many seconds, or earlier where it is somebody else's turn."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while loop.time() < min(until, self._end) and self._ears:
            try:
                async with asyncio.timeout_at(min(until, self._end)):
                    ear, heard = await self._news.get()
            except TimeoutError:
                return None
            if isinstance(heard, bytes):
                answer = self._read(heard)
                if answer is None:
                    self._note_unfit()
                    continue
                if self._conclusive(answer):
                    return answer, ear.place
                self._lesser = self._lesser or (answer, ear.place)
            else:
                self._refusal = self._refusal or heard
            if ear in self._ears:
                self._ears.remove(ear)
            if self._waiting:
                return None
        return None

    def _note_unfit(self) -> None:
        self._unfit += 1
        patience = PATIENCE if self._unfit < MOST_UNFIT else 0.0
        self._end = min(self._end, asyncio.get_running_loop().time() + patience)

    def _nothing(self, timeout: float) -> Exception:
        if self._unfit:
            return Misbehaved("protocol", f"what answers there does not speak {self._service}")
        failure = self._refusal or self._failure  # what was said to us tells more than what we could not do
        if failure is not None and not self._ears:
            return failure
        return Misbehaved(f"timeout.{self._doing}", f"no answer within {timeout:g} s")


class _Ear(asyncio.DatagramProtocol):
    """A socket connected to one address: the system lets nothing through that comes from elsewhere."""

    def __init__(self, place: AddrInfo, news: asyncio.Queue[tuple[_Ear, bytes | OSError]]) -> None:
        self.place = place
        self._news = news
        self._transport: asyncio.DatagramTransport | None = None

    async def open(self) -> None:
        """OSError: this machine cannot send there."""
        family, _, _, _, at = self.place
        connected = socket.socket(family, socket.SOCK_DGRAM)
        try:
            connected.setblocking(False)
            connected.connect(at)
            if connected.getsockname() == connected.getpeername():  # it would hear itself
                raise ConnectionRefusedError(errno.ECONNREFUSED, "connected to itself")
            loop = asyncio.get_running_loop()
            self._transport, _ = await loop.create_datagram_endpoint(lambda: self, sock=connected)
        except BaseException:
            connected.close()
            raise

    def say(self, datagram: bytes) -> None:
        assert self._transport is not None
        self._transport.sendto(datagram)

    def close(self) -> None:
        """What was not sent yet is lost."""
        assert self._transport is not None
        self._transport.abort()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._hear(data)

    def error_received(self, exc: Exception) -> None:
        assert isinstance(exc, OSError)
        self._hear(exc)

    def _hear(self, what: bytes | OSError) -> None:
        if not self._news.full():  # more than anybody would listen to
            self._news.put_nowait((self, what))
