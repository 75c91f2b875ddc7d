"""What the monitor needs of others: somebody who remembers, and somebody who decides whom to tell."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Protocol

from trayapp.core.news import NO_NOTES, Decision, Notes
from trayapp.core.words import (
    Belief,
    CheckResult,
    Incident,
    Notification,
    Service,
    Sight,
    StatusChange,
    Telling,
)


class Memory(Protocol):
    """What remembers: never blocks, and says when something is safe."""

    def record(self, result: CheckResult) -> None: ...

    def commit(
        self,
        changes: Sequence[StatusChange],
        tellings: Sequence[Telling],
        notifications: Sequence[Notification],
        notes: Notes = NO_NOTES,
    ) -> Awaitable[None]: ...

    def pause(self, until: int | None, service: str | None = None) -> None: ...


class Desk(Protocol):
    """What decides whom to tell, and when (`alerts.desk`)."""

    def after(
        self, service: Service, belief: Belief, told: Telling, decisive: bool, ended: Incident | None
    ) -> Decision: ...

    def show(self, notifications: Sequence[Notification], committed: asyncio.Future[None]) -> None:
        """Have them told, in the order in which they were decided on, as soon as they are committed."""
        ...

    def forget(self, incident: int, reason: str) -> None: ...

    def leave(self, service: str) -> None: ...

    def silence(self, service: str) -> int | None: ...

    def tell_when_back(self, service: str, wanted: bool = True) -> None: ...

    def asked(self, service: str) -> bool:
        """Whether the user is told when it is back."""
        ...

    def see(self, sights: Sequence[Sight]) -> None: ...
