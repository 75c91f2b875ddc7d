"""What the user was told of a service and asked for, as it goes on; what is to be told is decided in alerts."""

from __future__ import annotations

from dataclasses import replace

from trayapp.core.words import Telling


def forget(telling: Telling) -> Telling:
    """The told incident was closed because its service changed or went: nobody is told, nothing is owed."""
    return replace(telling, told=None, acknowledged=None)


def acknowledge(telling: Telling, incident: int) -> Telling:
    """The user knows of this incident: no more reminders of it; its recovery is still told."""
    return replace(telling, acknowledged=incident)


def snooze(telling: Telling, until: int | None) -> Telling:
    """Tell nothing of the service until then; None: go on telling with the next decisive result."""
    return replace(telling, snoozed_until=until)
