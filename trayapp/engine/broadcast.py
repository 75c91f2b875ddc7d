"""Events, to the face of this process and to every other process that follows them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from trayapp.events import Event

BACKLOG = 10_000
"""Events kept for a listener that does not read; one that is slower still is dropped."""


class Broadcast:
    """Everything that happens, as it happens. Belongs to the engine's loop.

    `face` must not block; what goes wrong in it is told to `on_fault` and disturbs nobody.
    """

    def __init__(self, face: Callable[[Event], None], on_fault: Callable[[BaseException, str], None]) -> None:
        self._face = face
        self._on_fault = on_fault
        self._listeners: set[asyncio.Queue[Event | None]] = set()
        self._deserted = asyncio.Event()

    def emit(self, event: Event) -> None:
        try:
            self._face(event)
        except Exception as fault:  # noqa: BLE001 - whatever is wrong with the screen, the watching goes on
            self._on_fault(fault, "showing what happened")
        for listener in list(self._listeners):
            if listener.qsize() < BACKLOG:
                listener.put_nowait(event)
            else:
                self._listeners.discard(listener)
                listener.put_nowait(None)

    async def follow(self, first: Event) -> AsyncIterator[Event]:
        """`first`, and every event from now on until the end, for one listener."""
        listener: asyncio.Queue[Event | None] = asyncio.Queue()
        self._listeners.add(listener)
        try:
            yield first
            while (event := await listener.get()) is not None:
                yield event
        finally:
            self._listeners.discard(listener)
            if not self._listeners:
                self._deserted.set()

    async def close(self, last: Event, patience: float) -> None:
        """Emit the last event, and wait at most `patience` seconds until every listener has it."""
        self.emit(last)
        if self._listeners:
            self._deserted.clear()
            for listener in self._listeners:
                listener.put_nowait(None)
            waiting = asyncio.ensure_future(self._deserted.wait())
            await asyncio.wait([waiting], timeout=patience)
            waiting.cancel()
