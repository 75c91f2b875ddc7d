"""Which services are not to be judged now, and until when: disabled, paused by the user, in maintenance.

What is paused is not asked either. What is in maintenance is: the results are kept, and count for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trayapp.core.calendar import Rule, active, next_change
from trayapp.core.words import Service, Status

PAUSED = (Status.PAUSED, "paused")
DISABLED = (Status.PAUSED, "disabled")
MAINTENANCE = (Status.MAINTENANCE, "maintenance")


class Unjudged:
    """What the user asked and planned. Times are those of the wall clock."""

    def __init__(self) -> None:
        self._paused_until: int | None = None
        self._pauses: dict[str, int] = {}
        self._rules: dict[str, tuple[Rule, ...]] = {}
        self._window_ends: dict[str, int] = {}
        self._next: int | None = None

    def pause(self, until: int | None) -> None:
        """All of them, until then; None: no more."""
        self._paused_until = until

    def pause_service(self, service: str, until: int | None) -> None:
        """This one, until then; None: no more."""
        if until is None:
            self._pauses.pop(service, None)
        else:
            self._pauses[service] = until

    def maintain(self, rules: Mapping[str, Sequence[Rule]], now: int) -> None:
        """Maintenance of each service, by its id, is when one of its rules says so."""
        self._rules = {service: tuple(each) for service, each in rules.items() if each}
        self._look_up(now)

    def pass_to(self, now: int) -> bool:
        """Have it be this moment; whether anything began or ended that is not an endless story."""
        over = [service for service, until in self._pauses.items() if until <= now]
        for service in over:
            del self._pauses[service]
        all_over = self._paused_until is not None and self._paused_until <= now
        if all_over:
            self._paused_until = None
        turned = self._next is not None and self._next <= now
        if turned:
            self._look_up(now)
        return bool(over) or all_over or turned

    def next_moment(self) -> int | None:
        """When something begins or ends by itself; None: never, as things stand."""
        ends = [self._next, self._paused_until, *self._pauses.values()]
        return min((end for end in ends if end is not None), default=None)

    def of(self, service: Service) -> tuple[Status, str] | None:
        """Why it is not judged, as the status and its reason; None: it is."""
        if not service.enabled:
            return DISABLED
        if self._paused_until is not None or service.id in self._pauses:
            return PAUSED
        return MAINTENANCE if service.id in self._window_ends else None

    def asked(self, service: Service) -> bool:
        """Whether it is checked at all."""
        return self.of(service) in (None, MAINTENANCE)

    @property
    def paused_until(self) -> int | None:
        """Until when all of them are paused."""
        return self._paused_until

    @property
    def paused_services(self) -> frozenset[str]:
        """Those that are paused by themselves."""
        return frozenset(self._pauses)

    def service_paused_until(self, service: str) -> int | None:
        return self._pauses.get(service)

    def maintenance_until(self, service: str) -> int | None:
        return self._window_ends.get(service)

    def window_end(self, service: str, began: int) -> int | None:
        """When the maintenance ended, or will end, that was on at that moment; None: none of the rules knows it."""
        window = active(self._rules.get(service, ()), began)
        return None if window is None else window.end

    def _look_up(self, now: int) -> None:
        windows = {rules: active(rules, now) for rules in set(self._rules.values())}  # many services share their rules
        starts = [next_change(rules, now) for rules, window in windows.items() if window is None]
        on_now = {service: windows[rules] for service, rules in self._rules.items()}
        self._window_ends = {service: window.end for service, window in on_now.items() if window is not None}
        moments = (*self._window_ends.values(), *starts)
        self._next = min((moment for moment in moments if moment is not None), default=None)
