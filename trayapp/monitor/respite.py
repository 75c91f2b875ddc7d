"""Pauses and maintenance as the services feel them: when one begins or ends, their statuses say so.

What is planned and asked for stands in unjudged.py; here is who acts on it, with one timer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from trayapp.core import verdict
from trayapp.core.calendar import Rule
from trayapp.core.words import Belief, Service, Status
from trayapp.monitor.clock import Clock
from trayapp.monitor.held import Held
from trayapp.monitor.needs import Memory
from trayapp.monitor.unjudged import Unjudged

LONGEST_WAIT = 60.0
"""Seconds after which we look at the wall clock again, whatever it promised: it may have been set."""


class Respite:
    """Which services are let be. Belongs to the monitor's loop.

    `notice` is called before the clock is believed. `rest` is told of each service that is not to be asked any more,
    `rise` of those that are to be asked anew, whenever anything may have changed.
    """

    def __init__(
        self,
        clock: Clock,
        memory: Memory,
        held: Held,
        *,
        notice: Callable[[], object],
        rest: Callable[[str], None],
        rise: Callable[[Collection[str]], None],
    ) -> None:
        self._clock = clock
        self._memory = memory
        self._held = held
        self._notice = notice
        self._rest = rest
        self._rise = rise
        self._unjudged = Unjudged()
        self._counts_from: dict[str, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    @property
    def paused_until(self) -> int | None:
        """Until when everything is paused."""
        return self._unjudged.paused_until

    def asked(self, service: Service) -> bool:
        """Whether it is checked at all."""
        return self._unjudged.asked(service)

    def counts(self, service: str, begun: float) -> bool:
        """Whether a check counts that began then, in seconds of the monotonic clock: not if it was let be."""
        return begun >= self._counts_from.get(service, 0.0)

    def maintain(self, rules: Mapping[str, Sequence[Rule]]) -> None:
        """Maintenance of each service, by its id, is when one of its rules says so."""
        self._unjudged.maintain(rules, self._clock.now())

    def pause(self, until: int | None) -> None:
        """Everything rests until then; None: no more."""
        self._memory.pause(until)
        self._unjudged.pause(until)
        self._stand_all()

    def pause_service(self, service: str, until: int | None) -> None:
        """This one rests until then; None: no more."""
        self._memory.pause(until, service)
        self._unjudged.pause_service(service, until)
        self._stand_all()

    def restore(self, until: int | None, services: Mapping[str, int]) -> None:
        """Go on with pauses that were begun before a restart. To be called before the first service is watched."""
        self._unjudged.pause(until)
        for service, end in services.items():
            self._unjudged.pause_service(service, end)
        self._unjudged.pass_to(self._clock.now())

    def leave(self, service: str) -> None:
        """It is watched no more."""
        self._counts_from.pop(service, None)
        self._unjudged.pause_service(service, None)

    def turn(self) -> None:
        """See whether a pause or a maintenance began or ended by itself."""
        was_paused, pauses = self._unjudged.paused_until, self._unjudged.paused_services
        if self._unjudged.pass_to(self._clock.now()):
            if was_paused is not None and self._unjudged.paused_until is None:
                self._memory.pause(None)
            for service in pauses - self._unjudged.paused_services:
                self._memory.pause(None, service)
            self._stand_all()

    def stand(self, id_: str) -> bool:
        """Have the status say what the user asked or planned for the service; whether it is to be asked anew."""
        view = self._held.views[id_]
        paused_until, maintenance_until = (
            self._unjudged.service_paused_until(id_),
            self._unjudged.maintenance_until(id_),
        )
        if (paused_until, maintenance_until) != (view.paused_until, view.maintenance_until):
            view = self._held.show(replace(view, paused_until=paused_until, maintenance_until=maintenance_until))
        wanted = self._unjudged.of(view.service)
        belief = view.belief
        if wanted is None:
            if belief.status not in verdict.UNJUDGED:
                return False
            self._counts_from[id_] = self._clock.monotonic()
            self._held.interrupt(view, self._over_since(belief), Status.UNKNOWN, "new")
            return True
        if wanted != (belief.status, belief.reason):
            self._held.interrupt(view, self._clock.now(), *wanted)
        if not self._unjudged.asked(view.service):
            self._rest(id_)
            return False
        return belief.status is Status.PAUSED

    def arm(self) -> None:
        """Wait for the moment when something begins or ends by itself."""
        self.stop()
        moment = self._unjudged.next_moment()
        if moment is not None:
            wait = min(max(0.0, (moment - self._clock.now()) / 1000), LONGEST_WAIT)
            self._timer = asyncio.get_running_loop().call_later(wait, self._turned_by_itself)

    def stop(self) -> None:
        """Wait for nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _stand_all(self) -> None:
        self._rise({id_ for id_ in tuple(self._held.views) if self.stand(id_)})
        self.arm()

    def _turned_by_itself(self) -> None:
        self._notice()
        self.turn()
        self.arm()

    def _over_since(self, belief: Belief) -> int:
        """When what kept it from being judged was over: the end of its maintenance, where we were not there to see."""
        now = self._clock.now()
        end = self._unjudged.window_end(belief.service, belief.since) if belief.status is Status.MAINTENANCE else None
        if end is None:
            return now
        last = belief.last.ended if belief.last is not None else end
        return min(now, max(end, last))  # a result of the time before it was noticed counts for nothing either
