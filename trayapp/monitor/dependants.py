"""Who needs whom: depends_on, read in both directions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trayapp.core.words import Service


class Dependants:
    """The services as they are watched now. A parent that nobody watches stands in no way."""

    def __init__(self) -> None:
        self._parents: dict[str, tuple[str, ...]] = {}
        self._children: dict[str, list[str]] = {}

    def keep(self, services: Iterable[Service]) -> None:
        """These are watched from now on, and no others."""
        watched = {service.id: service for service in services}
        self._parents, self._children = {}, {}
        for service in watched.values():
            parents = tuple(parent for parent in service.depends_on if parent in watched)
            if parents:
                self._parents[service.id] = parents
            for parent in parents:
                self._children.setdefault(parent, []).append(service.id)

    def parents(self, service: str) -> Sequence[str]:
        """Those that this one needs."""
        return self._parents.get(service, ())

    def children(self, service: str) -> Sequence[str]:
        """Those that need this one."""
        return self._children.get(service, ())
