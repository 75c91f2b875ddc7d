"""What services.toml plans: when which services are in maintenance, and when it is quiet."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from trayapp.config.here import HERE
from trayapp.config.settings import Settings
from trayapp.core.calendar import Rule, active


def look_where_we_are() -> None:
    """Have the system look at its own time zone again: the user may have travelled."""
    if hasattr(time, "tzset"):  # Windows always knows
        time.tzset()


def maintenance(settings: Settings) -> Mapping[str, Sequence[Rule]]:
    """When each service is in maintenance, by its id."""
    planned = [(each, each.rule(HERE)) for each in settings.maintenance]
    return {service.id: [rule for each, rule in planned if each.covers(service)] for service in settings.services}


def quiet_until(settings: Settings, now: int) -> int | None:
    """When the quiet hours end that it is now; None: it is not quiet."""
    if settings.quiet_hours is None:
        return None
    window = active([settings.quiet_hours.rule(HERE)], now)
    return None if window is None else window.end
