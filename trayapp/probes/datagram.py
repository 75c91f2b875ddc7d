"""A question in one datagram, its answer in another: asked again when nothing comes, and nobody else is listened to.

Anyone on the way can write a datagram, so whoever reads them decides which one is the answer; what does not fit is
dropped, and only the deadline ends the waiting. For the same reason the time goes to a phase "reply" and never to
"first_byte": what comes over UDP is no proof that the internet is there, for the network of a login page answers for
names and clocks too.
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
"""Datagrams that are no answer, after which we hear no more until we ask again, from another port: a flood would hold
up other checks.
"""

MOST_UNREADABLE = 5
"""The same for answers that cannot be read, for reading them takes longer."""

MOST_REFUSALS = 2
"""After so many, each to a question of its own, nobody listens there. One alone is a datagram that anyone can write."""

MARGIN = 0.03
"""Seconds before the deadline of the check at which the verdict is made, for it says more than the deadline would."""


async def addresses_of(means: Means, phases: Phases, host: str, port: int) -> Sequence[AddrInfo]:
    """Where a datagram to this host may go. `host` is an address or a name in ASCII.

    OSError: gaierror for a name that is not found.
    """
    phases.host = host
    phases.enter("dns")
    found = await means.resolve(host, port)
    phases.found(found)
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
        self._news: asyncio.Queue[tuple[_Ear, T | OSError]] = asyncio.Queue(MOST_UNFIT)
        self._waiting: deque[AddrInfo] = deque()
        self._ears: list[_Ear] = []
        self._end = 0.0
        self._unfit = False
        self._unreadable: Misbehaved | None = None
        self._failure: OSError | None = None
        self._refusal: OSError | None = None
        self._lesser: tuple[T, AddrInfo] | None = None

    async def answer(self, means: Means, phases: Phases, addresses: Sequence[AddrInfo]) -> tuple[T, AddrInfo]:
        """The answer, and the address that gave it.

        Misbehaved: `timeout.…` for silence, `protocol` where only other things were said, and what `read` raised where
        nothing better came.
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
        if self._waiting:
            ear = _Ear(self._waiting.popleft(), self._hear)
            at_end.callback(ear.close)
            asked = [ear]
            self._ears.append(ear)
        else:
            asked = list(self._ears)
        for ear in asked:
            try:
                await ear.say(self._ask())
            except OSError as error:
                self._failure = self._failure or error
                self._ears.remove(ear)

    def _hear(self, ear: _Ear, heard: bytes | OSError) -> None:
        """Something came: what does not fit is dropped here."""
        found: T | OSError | None
        if isinstance(heard, bytes):
            try:
                found = self._read(heard)
                ear.unfit += 1 / MOST_UNFIT if found is None else 0
                self._unfit |= found is None
            except Misbehaved as error:
                found, self._unreadable = None, self._unreadable or error
                ear.unfit += 1 / MOST_UNREADABLE
            if ear.unfit > 1:
                ear.close()
        else:
            found = heard
        if found is not None and not self._news.full():
            self._news.put_nowait((ear, found))

    async def _listen(self, seconds: float) -> tuple[T, AddrInfo] | None:
        """A conclusive answer; None after so many seconds, or earlier where it is somebody else's turn."""
        until = min(asyncio.get_running_loop().time() + seconds, self._end)
        while self._ears:
            try:
                async with asyncio.timeout_at(until):
                    ear, found = await self._news.get()
            except TimeoutError:
                return None
            if isinstance(found, OSError):
                self._refusal = self._refusal or found
                ear.refusals += 1
                over = ear.refusals >= MOST_REFUSALS
            elif self._conclusive(found):
                return found, ear.place
            else:
                self._lesser = self._lesser or (found, ear.place)
                over = True
            if over and ear in self._ears:
                self._ears.remove(ear)
            if self._waiting:
                return None
        return None

    def _nothing(self, timeout: float) -> Exception:
        if self._unreadable is not None:
            return self._unreadable
        if self._unfit:
            return Misbehaved("protocol", f"what answers there does not speak {self._service}")
        if self._refusal is not None:  # what was said to us tells more than what we could not do
            return self._refusal
        if self._failure is not None and not self._ears:
            return self._failure
        return Misbehaved(f"timeout.{self._doing}", f"no answer within {timeout:g} s")


class _Ear(asyncio.DatagramProtocol):
    """A socket connected to one address: the system lets nothing through that comes from elsewhere."""

    def __init__(self, place: AddrInfo, hear: Callable[[_Ear, bytes | OSError], None]) -> None:
        self.place = place
        self.unfit = 0.0
        self.refusals = 0
        self._hear = hear
        self._transport: asyncio.DatagramTransport | None = None

    async def say(self, datagram: bytes) -> None:
        """OSError: this machine cannot send there."""
        if self._transport is None:
            await self._open()
        assert self._transport is not None
        self._transport.sendto(datagram)

    async def _open(self) -> None:
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

    def close(self) -> None:
        """Hear nothing more until it is asked again. What was not sent yet is lost."""
        if self._transport is not None:
            self._transport.abort()
        self._transport, self.unfit = None, 0.0

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if self._transport is not None:
            self._hear(self, data)

    def error_received(self, exc: Exception) -> None:
        assert isinstance(exc, OSError)
        self._hear(self, exc)
