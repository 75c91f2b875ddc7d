"""Who else was well of late on each network: of an incident, they are asked afterwards whether we could see."""

from __future__ import annotations

from collections.abc import Iterator

from trayapp.core.words import Service

MOST = 8
"""Services that are remembered of each network, those that answered last."""


class Bystanders:
    """Belongs to the monitor's loop. A moment is in monotonic seconds."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[str, tuple[str, float]]] = {}

    def note(self, network: str, service: Service, moment: float) -> None:
        """This service was well in a conversation that began at that moment."""
        seen = self._seen.setdefault(network, {})
        seen.pop(service.id, None)
        seen[service.id] = service.title, moment
        if len(seen) > MOST:
            del seen[next(iter(seen))]

    def since(self, moment: float, network: str, besides: str) -> Iterator[tuple[str, float]]:
        """Titles of those that were well later than that, besides this service itself, the newest first."""
        for service, (title, at) in reversed(self._seen.get(network, {}).items()):
            if service != besides and at >= moment:
                yield title, at
