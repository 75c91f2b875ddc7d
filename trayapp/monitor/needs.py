"""What the monitor needs of others: somebody who remembers, and somebody who decides whom to tell."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Protocol

from trayapp.core.words import Belief, CheckResult, Incident, Notification, Service, StatusChange, Telling


class Memory(Protocol):
    """What remembers: never blocks, and says when something is safe."""

    def record(self, result: CheckResult) -> None: ...

    def commit(
        self,
        changes: Sequence[StatusChange],
        tellings: Sequence[Telling],
        notifications: Sequence[Notification],
    ) -> Awaitable[None]: ...

    def pause(self, until: int | None) -> None: ...


class Policy(Protocol):
    """What decides whom to tell: pure."""

    def after(
        self,
        service: Service,
        belief: Belief,
        telling: Telling,
        decisive: bool,
        now: int,
        next_id: int,
        ended: Incident | None,
    ) -> tuple[Telling, tuple[Notification, ...]]: ...

    def forget(self, telling: Telling) -> Telling: ...

    def acknowledge(self, telling: Telling, incident: int) -> Telling: ...

    def snooze(self, telling: Telling, until: int | None) -> Telling: ...
