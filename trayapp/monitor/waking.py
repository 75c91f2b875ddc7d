"""After a stretch that nobody watched: admit it, wait for the network, then one check each, never all at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from trayapp.core.wording import duration
from trayapp.monitor.network import Network
from trayapp.monitor.scheduler import Start
from trayapp.monitor.vigil import Gap

NETWORK_PATIENCE = 30.0
"""Seconds that a network may take to come back after sleep before we look without it."""

SPREAD = 20.0
"""Seconds over which many first checks are spread; few take less."""

APART = 0.5
"""Seconds from one of them to the next where there are few."""

REMEMBERED = 600_000
"""Milliseconds for which we say that we were held up."""


class Waking:
    """Belongs to the monitor's loop. `plan` has a service checked so many seconds from now, `starts` says when at the
    soonest.
    """

    def __init__(
        self,
        network: Network,
        plan: Callable[[str, float], None],
        starts: Callable[[Sequence[str]], Mapping[str, Start]],
    ) -> None:
        self._network = network
        self._plan = plan
        self._starts = starts
        self._task: asyncio.Task[None] | None = None
        self._held: Gap | None = None

    @property
    def waiting(self) -> bool:
        """Nothing is to be planned now: all will be, as soon as there is a network."""
        return self._task is not None and not self._task.done()

    def wake(self, gap: Gap, services: Callable[[], Sequence[str]]) -> None:
        """Go on after this gap; `services` are asked for when it is time, for they may change until then."""
        if gap.reason == "self.late":
            self._held = gap
        if self.waiting and gap.reason != "asleep":
            return  # a clock that is set right after sleep brings no network
        self.stop()
        if gap.reason == "asleep":
            self._network.resume()
            self._task = asyncio.get_running_loop().create_task(self._when_settled(services), name="waking")
        else:
            self.spread(services())

    def problem(self, now: int) -> str:
        """A sentence about ourselves while it is worth knowing, else empty."""
        if self._held is None or now - self._held.since - self._held.lost > REMEMBERED:
            return ""
        return f"Watchbell was held up for {duration(self._held.lost)} and could not watch"

    def spread(self, services: Sequence[str]) -> None:
        """Check each of them once, soon."""
        apart = min(APART, SPREAD / max(1, len(services)))
        for index, (service, start) in enumerate(self._starts(services).items()):
            self._plan(service, max(index * apart, start.first))

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _when_settled(self, services: Callable[[], Sequence[str]]) -> None:
        await self._network.settled(NETWORK_PATIENCE)
        self._task = None
        self.spread(services())
