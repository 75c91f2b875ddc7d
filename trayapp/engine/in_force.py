"""What services.toml says, in force: read when it changes, joined with what is remembered, handed to the monitor.

A file that cannot be used, or a service that is wrong now, stays in force as it was when it was right.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from trayapp.config.lane import Lane
from trayapp.config.load import Loaded
from trayapp.config.watch import Watched
from trayapp.core.calendar import Rule
from trayapp.core.words import Belief, Service
from trayapp.engine import agenda
from trayapp.engine.past import Past
from trayapp.history.memory import Memory, Remembered
from trayapp.monitor.monitor import Monitor

T = TypeVar("T")
log = logging.getLogger("trayapp.engine")


class InForce:
    """The services that are watched. Belongs to the engine's loop; the file is read away from it, for disks hang.

    `opening` is called once, with what is remembered and the number of services, before any is watched; `resuming`
    once, with what is remembered, as soon as some are, so that telling goes on where it was. `prepare` is called away
    from the loop with services before they are handed over.
    """

    def __init__(
        self,
        path: Path,
        past: Past,
        monitor: Monitor,
        *,
        opening: Callable[[Remembered, int], None],
        resuming: Callable[[Remembered], None],
        prepare: Callable[[Iterable[Service]], None],
        on_fault: Callable[[BaseException, str], None],
    ) -> None:
        self._path = path
        self._prepare = prepare
        self._past = past
        self._monitor = monitor
        self._opening = opening
        self._resuming = resuming
        self._on_fault = on_fault
        self._opened = self._resumed = False
        self._orphans: frozenset[str] = frozenset()
        self._lane = Lane("services.toml")
        self._turn = asyncio.Lock()
        self._watched = Watched(path)
        self.loaded = Loaded(None)
        self.services: Mapping[str, Service] = {}

    async def look(self) -> None:
        """Put in force what changed in the file since the last look; at the first look, all of it."""
        async with self._turn:
            await self._look()

    async def close(self, patience: float) -> None:
        """Wait for what the disk is asked just now: a thread that still imports when Python ends brings it down."""
        await asyncio.wait([asyncio.wrap_future(self._lane.submit(lambda: None))], timeout=patience)

    @property
    def settling(self) -> bool:
        """Somebody is just changing the file: it is worth another look soon."""
        return self._watched.settling

    async def reload(self) -> Loaded:
        """Put in force what the file says this very moment: whoever just saved it need not wait for the next look."""
        async with self._turn:
            if await self._away(self._path.exists):  # one that is away for a moment removes nothing
                self._watched = Watched(self._path)
            await self._look()
            return self.loaded

    async def _away(self, look: Callable[[], T]) -> T:
        """Look at the disk away from the loop."""
        return await asyncio.wrap_future(self._lane.submit(look))

    def _read(self) -> Loaded | None:
        """What the file says now, if that is news, with what its services need at hand."""
        loaded = self._watched.poll()
        if loaded is not None and loaded.settings is not None:
            self._prepare(loaded.settings.services)
        return loaded

    async def _look(self) -> None:
        loaded = await self._away(self._read)
        if loaded is None:
            return
        services = loaded.settings.services if loaded.settings is not None else ()
        recalled = await self._past.recall([service for service in services if service.id not in self.services])
        if not self._opened:
            self._opened, self._orphans = True, recalled.others
            self._opening(recalled.remembered, len(services))
        else:
            log.info("services.toml is read again, services: %d, faults: %d", len(services), len(loaded.faults))
        self.loaded = loaded
        if loaded.settings is not None:
            kept = [self.services[id_] for id_ in loaded.left_out if id_ in self.services]
            before = self.services
            in_force = {service.id: service for service in (*services, *kept)}
            self._put(in_force, recalled.remembered, agenda.maintenance(loaded.settings))
            gone = before.keys() - self.services.keys()
            if services:  # that a whole file is missing or empty removes nothing of the past of those not seen yet
                gone |= self._orphans - self.services.keys() - set(loaded.left_out)
                self._orphans = frozenset()
            self._past.register(tuple(self.services.values()), gone)

    def _put(
        self,
        services: Mapping[str, Service],
        remembered: Remembered,
        maintenance: Mapping[str, Sequence[Rule]],
    ) -> None:
        """Watch exactly these, going on where memory ends."""
        memories = [memory for id_, memory in remembered.services.items() if id_ in services]
        beliefs = {memory.service: self._rebuilt(services[memory.service], memory) for memory in memories}
        tellings = {memory.service: memory.telling for memory in memories}
        self._monitor.apply(services.values(), beliefs, tellings, maintenance)
        self.services = services
        if not self._resumed:
            self._resumed = True
            self._resuming(remembered)

    def _rebuilt(self, service: Service, memory: Memory) -> Belief:
        """What was believed before the restart. A memory that makes no sense is a fault of ours, of one service."""
        try:
            return memory.belief(service)
        except Exception as fault:  # noqa: BLE001 - the other services go on from where they were
            self._on_fault(fault, f"the memory of {service.id}")
            return Belief(service.id, memory.status, memory.since, memory.reason, incident=memory.incident)
