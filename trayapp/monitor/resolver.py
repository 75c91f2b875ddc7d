"""Names to addresses, in threads that may hang without anybody waiting for them.

getaddrinfo blocks for as long as it likes and cannot be stopped. asyncio's own executor has a
handful of threads, waits for them at exit, and six hung names starve every healthy service. Here:

- A name is looked up once however many ask; while a lookup hangs, a second one may be tried.
- A thread is made when none is idle, up to MOST. Names that hung before may hold half of them,
  names never yet resolved three quarters: names known to be good always find a thread.
- A lookup that finds no thread for a moment ends as `self.lookups`: nobody's outage.
- The threads are daemons; the program ends without them.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import Any, Protocol, TypeAlias

from trayapp.monitor.absolute import look_up
from trayapp.probes.base import AddrInfo
from trayapp.probes.causes import Impaired

MOST = 64
"""Threads, hung ones included."""

KEPT = 4
"""Idle threads that stay for the next lookups."""

PER_NAME = 2
"""Lookups of one name at a time: a second is tried when the first has hung for longer than PATIENCE."""

PATIENCE = 5.0
"""Seconds after which a lookup counts as hung."""

LINGER = 0.3
"""Seconds that a lookup waits for a thread; well below any usual timeout, so that the blame is not the service's."""

REMEMBERED = 4096
"""Names whose last lookup is remembered."""


class Lookup(Protocol):
    """The blocking call, as absolute.look_up is. Raises socket.gaierror."""

    def __call__(self, host: str, port: int, family: int, type: int, /) -> Sequence[Any]: ...  # noqa: A002


@dataclass(eq=False, slots=True)
class _Flight:
    """One lookup of one name, under way or waiting for a thread."""

    name: str
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[Sequence[AddrInfo]]
    begun: float
    threaded: bool = False


_Inbox: TypeAlias = "SimpleQueue[_Flight | None]"
"""What a thread is to do next; None ends it."""


class Resolver:
    """Looks names up for one event loop: all its methods are called in that loop's thread."""

    def __init__(
        self,
        lookup: Lookup = look_up,
        patience: float = PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lookup = lookup
        self._patience = patience
        self._clock = clock
        self._flights: dict[str, list[_Flight]] = {}
        self._waiting: list[_Flight] = []
        self._inboxes: set[_Inbox] = set()
        self._idle: list[_Inbox] = []
        self._busy = 0
        self._good: dict[str, bool] = {}
        self._closed = False

    async def resolve(self, host: str, port: int) -> Sequence[AddrInfo]:
        """The addresses of a host, as getaddrinfo tells them. Where the host has no dot, the first is marked with the
        name that it became.

        Raises socket.gaierror, and Impaired `self.lookups` when no thread is to be had.
        """
        literal = _literal(host, port)
        if literal is not None:
            return (literal,)
        name = host.lower()
        found = await self._found(name)
        return [(family, kind, proto, canon, (at[0], port, *at[2:])) for family, kind, proto, canon, at in found]

    async def _found(self, name: str) -> Sequence[AddrInfo]:
        """What a lookup finds. One that was under way already fails for nobody who came later: the network may be
        back since.
        """
        asked = self._clock()
        while True:
            flight = self._flight_for(name)
            try:
                return await asyncio.shield(flight.answer)
            except asyncio.CancelledError:
                if flight.threaded and not flight.answer.done():
                    self._remember(name, good=False)
                raise
            except socket.gaierror:
                if flight.begun >= asked:
                    raise

    def close(self) -> None:
        """Ends every thread when its lookup ends, and starts no more of them. Waits for nothing."""
        self._closed = True
        for inbox in self._inboxes:
            inbox.put(None)

    def _flight_for(self, name: str) -> _Flight:
        """The lookup to join, begun now if none is under way or the newest hangs."""
        flights = self._flights.setdefault(name, [])
        now = self._clock()
        if flights and (len(flights) >= PER_NAME or now - flights[-1].begun < self._patience):
            return flights[-1]
        loop = asyncio.get_running_loop()
        flight = _Flight(name, loop, loop.create_future(), now)
        flight.answer.add_done_callback(_retrieved)
        flights.append(flight)
        if not self._begin(flight):
            self._waiting.append(flight)
            loop.call_later(LINGER, self._give_up, flight)
        return flight

    def _begin(self, flight: _Flight) -> bool:
        """Gives the lookup a thread if its name may have one now."""
        good = self._good.get(flight.name)
        share = MOST if good else MOST // 2 if good is False else MOST * 3 // 4
        if self._closed or self._busy >= share:
            return False
        if self._idle:
            inbox = self._idle.pop()
        else:
            inbox = SimpleQueue()
            try:
                Thread(target=self._work, args=(inbox,), name="lookup", daemon=True).start()
            except RuntimeError:  # the system gives no more threads; one may come free
                return False
            self._inboxes.add(inbox)
        flight.threaded = True
        flight.begun = self._clock()
        self._busy += 1
        inbox.put(flight)
        return True

    def _work(self, inbox: _Inbox) -> None:
        """A thread's life: one lookup after the other."""
        while (flight := inbox.get()) is not None:
            answer: Sequence[AddrInfo] | BaseException
            try:
                answer = self._ask(flight.name)
            except BaseException as error:  # noqa: BLE001  handed on to whoever asked, whatever it is
                answer = error
            try:
                flight.loop.call_soon_threadsafe(self._landed, inbox, flight, answer)
            except RuntimeError:  # the loop is closed: the program ends
                return

    def _ask(self, name: str) -> Sequence[AddrInfo]:
        try:
            return self._lookup(name, 0, 0, socket.SOCK_STREAM)
        except UnicodeError as error:
            raise socket.gaierror(socket.EAI_NONAME, "not a name that can be asked for") from error
        except socket.gaierror as error:
            if error.errno != socket.EAI_AGAIN:
                raise
            return self._lookup(name, 0, 0, socket.SOCK_STREAM)  # a name server that restarts says this once

    def _landed(self, inbox: _Inbox, flight: _Flight, answer: Sequence[AddrInfo] | BaseException) -> None:
        """A lookup has ended: its thread is free for those that wait."""
        self._busy -= 1
        if len(self._idle) < KEPT:
            self._idle.append(inbox)
        else:
            self._inboxes.remove(inbox)
            inbox.put(None)
        self._remember(flight.name, good=self._clock() - flight.begun < self._patience)
        self._end(flight, answer)
        self._waiting = [waiting for waiting in self._waiting if not self._begin(waiting)]

    def _give_up(self, flight: _Flight) -> None:
        """It waited long enough for a thread."""
        if not flight.threaded:
            self._waiting.remove(flight)
            self._end(flight, Impaired("self.lookups", f"no thread is free to look up {flight.name}: other names hang"))

    def _end(self, flight: _Flight, answer: Sequence[AddrInfo] | BaseException) -> None:
        flights = self._flights[flight.name]
        flights.remove(flight)
        if not flights:
            del self._flights[flight.name]
        if flight.answer.done():
            return
        if isinstance(answer, BaseException):
            flight.answer.set_exception(answer)
        else:
            flight.answer.set_result(answer)

    def _remember(self, name: str, *, good: bool) -> None:
        """Whether the name's newest lookup ended in time; the oldest names are forgotten first."""
        self._good.pop(name, None)
        self._good[name] = good
        if len(self._good) > REMEMBERED:
            del self._good[next(iter(self._good))]


def _literal(host: str, port: int) -> AddrInfo | None:
    """The one address that an IP literal is; None for a name, and for an address with a zone."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port)
    if address.scope_id is not None:
        return None
    return socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port, 0, 0)


def _retrieved(answer: asyncio.Future[Sequence[AddrInfo]]) -> None:
    """Everybody who asked may have gone: then nobody is left to be told of a failure."""
    if not answer.cancelled():
        answer.exception()
