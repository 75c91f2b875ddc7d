"""What every way of telling has in common: it shows a notification or says that it cannot.

The ways stand in a list, best first, whose last entry cannot fail; `outbox.py` goes through it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias, runtime_checkable

from trayapp.core.words import Notification

PATIENCE = 2.0
"""Seconds that one way of telling is given before the next one is tried."""

OnAction: TypeAlias = Callable[[int | None, tuple[str, ...], str, str | None], None]
"""Called on the loop with (incident, ids of the services, "open" or "acknowledge", activation token).

The token is the desktop's leave to take the focus (Wayland); None where there is none.
"""


class CannotTell(Exception):
    """This way of telling is not to be had now: no daemon, no bus, no permission. The message says which."""


class Refused(CannotTell):
    """Whoever shows notifications is there and will not show this one."""


@dataclass(frozen=True, slots=True)
class Action:
    """A button of a notification. `key` is what `OnAction` is called with."""

    key: str
    label: str


OPEN = Action("open", "Open")
ACKNOWLEDGE = Action("acknowledge", "Acknowledge")


def actions_for(notification: Notification) -> tuple[Action, ...]:
    """What can be done from a notification; the first is what a click on the notification itself does."""
    if notification.incident is not None and notification.kind in {"down", "reminder"}:
        return OPEN, ACKNOWLEDGE
    return (OPEN,)


def place_of(notification: Notification) -> str:
    """What it replaces on the screen: whatever has the same place. All that flaps has one."""
    if notification.incident is not None:
        return f"incident-{notification.incident}"
    return "flapping" if notification.kind in {"flapping", "stable"} else f"notification-{notification.id}"


class Notifier(Protocol):
    """One way of telling. Used on one loop, for one notification at a time."""

    @property
    def name(self) -> str:
        """What to call it in a log."""
        ...

    async def show(self, notification: Notification, actions: Sequence[Action]) -> None:
        """Show it, in place of the one shown before for the same incident. Raises CannotTell.

        May be cancelled at any time, which means that it is being told in another way.
        """
        ...

    async def close(self) -> None:
        """Let go of everything; notifications on screen stay there. Never waits for anybody."""
        ...


@runtime_checkable
class Withdraws(Protocol):
    """A way of telling that can take what it shows off the screen."""

    def withdraw(self) -> None:
        """Take everything of ours off the screen. Waits for nobody."""
        ...
