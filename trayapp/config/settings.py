"""Settings: all that services.toml says, as one frozen value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from trayapp.config.maintenance import Maintenance
from trayapp.config.quiet_hours import QuietHours
from trayapp.config.surroundings import Network, Notifications, Retention
from trayapp.core.keys import Reference, declared_keys
from trayapp.core.words import NOTHING, Service


@dataclass(frozen=True, slots=True)
class Settings:
    """The services in the order of the file, and the values that [defaults] gave to those that say nothing else.

    What the other tables say; of one with a fault that is the usual, as if it were not there.
    """

    services: tuple[Service, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    maintenance: tuple[Maintenance, ...] = ()
    quiet_hours: QuietHours | None = None
    network: Network = field(default_factory=Network)
    notifications: Notifications = field(default_factory=Notifications)
    history: Retention = field(default_factory=Retention)


def references(service: Service) -> frozenset[Reference]:
    """Every secret, variable and file that checking this service needs."""
    probe = service.probe
    return frozenset(found for name in declared_keys(type(probe)) for found in _within(getattr(probe, name)))


def _within(value: Any) -> Iterator[Reference]:
    match value:
        case Reference():
            yield value
        case tuple():
            for item in value:
                yield from _within(item)
        case Mapping():
            for item in value.values():
                yield from _within(item)
