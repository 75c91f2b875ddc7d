"""The last resort: hand the notification to a face of our own, which shows it in the tray or in its window."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from trayapp.alerts.notifier import Action
from trayapp.core.words import Notification


class TrayMessage:
    """A notifier that cannot fail. `post` takes a notification from any thread and returns at once."""

    name = "tray message"

    def __init__(self, post: Callable[[Notification], None]) -> None:
        self._post = post

    async def show(self, notification: Notification, actions: Sequence[Action]) -> None:
        """A tray message has no buttons: a click on it opens the window, where everything can be done."""
        self._post(notification)

    async def close(self) -> None:
        """There is nothing to let go of."""
