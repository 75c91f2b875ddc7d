"""A monitor and the desk that decides what it tells, joined as the engine joins them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from trayapp.alerts.desk import Desk
from trayapp.core.words import Notification, Service, ServiceView
from trayapp.monitor.clock import Clock
from trayapp.monitor.monitor import Monitor
from trayapp.monitor.needs import Memory


def joined(
    *,
    clock: Clock,
    memory: Memory,
    tell: Callable[[Notification], None],
    on_fault: Callable[[BaseException, str], None],
    **others: Any,
) -> tuple[Monitor, Desk]:
    """`others` are the rest of what a monitor is given."""

    def view(service: str) -> ServiceView | None:
        return monitor.view(service)

    def suppressed(service: Service) -> str:
        return monitor.suppressed(service)

    desk = Desk(
        now=clock.now,
        view_of=view,
        suppressed=suppressed,
        keep=lambda notifications, notes: memory.commit((), (), notifications, notes),
        tell=tell,
        on_fault=on_fault,
    )
    monitor = Monitor(clock=clock, memory=memory, desk=desk, on_fault=on_fault, **others)
    return monitor, desk
