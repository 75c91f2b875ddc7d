"""Tells through the notification centre of Windows and macOS, by way of the library desktop-notifier.

The library never says that it failed: it logs a warning and returns. What tells success is that it calls
`on_dispatched`; and where it knows no way to show anything it has no capabilities at all.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Sequence
from typing import Any

from trayapp.alerts.notifier import ACKNOWLEDGE, OPEN, Action, CannotTell, OnAction, place_of
from trayapp.core.wording import plain
from trayapp.core.words import Notification

REMEMBERED = 100
"""Notifications of which a click is still understood: they stay in the notification centre for days."""


class Toast:
    """Native notifications on Windows and macOS.

    `icon` is the "file:" URI of a picture; macOS shows the application's own. `library` is the module
    desktop_notifier, imported when first used.
    """

    name = "desktop notification"

    def __init__(self, on_action: OnAction, icon: str = "", library: Any = None) -> None:
        self._on_action = on_action
        self._icon = icon
        self._library = library
        self._centre: Any = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._shown: dict[str, Notification] = {}

    async def show(self, notification: Notification, actions: Sequence[Action]) -> None:
        """Show it in place of the one before of the same incident. Raises CannotTell."""
        centre = await self._opened()
        library, identifier = self._library, place_of(notification)
        dispatched: list[str] = []
        self._remember(identifier, notification)
        await centre.send_notification(
            library.Notification(
                plain(notification.title),
                plain(notification.body),
                urgency=library.Urgency.Critical if notification.urgent else library.Urgency.Normal,
                buttons=tuple(
                    library.Button(action.label, identifier=action.key) for action in actions if action != OPEN
                ),
                on_dispatched=lambda: dispatched.append(identifier),
                identifier=identifier,
            )
        )
        if not dispatched:
            raise CannotTell("the notification centre did not take it")

    async def close(self) -> None:
        """There is nothing to let go of; what is on screen stays."""

    async def _opened(self) -> Any:
        """The library's notifier, if it has leave to show anything."""
        if self._centre is None:
            self._loop = asyncio.get_running_loop()
            try:
                self._library = self._library or importlib.import_module("desktop_notifier")
                icon = self._library.Icon(uri=self._icon) if self._icon else None
                centre = self._library.DesktopNotifier("Watchbell", app_icon=icon)
            except (ImportError, OSError, RuntimeError) as fault:
                raise CannotTell(f"there is no notification centre: {fault}") from fault
            # Set on the whole and not on each notification: Windows reports a toast that was replaced as
            # dismissed, upon which the library forgets what was set on its successor of the same identifier.
            centre.on_clicked = lambda identifier: self._chosen(identifier, OPEN.key)
            centre.on_button_pressed = self._chosen
            self._centre = centre
        if not await self._centre.get_capabilities():
            raise CannotTell("this system shows notifications of installed applications only")
        if not await self._centre.request_authorisation():
            raise CannotTell("the user has not given leave to show notifications")
        return self._centre

    def _remember(self, identifier: str, notification: Notification) -> None:
        self._shown.pop(identifier, None)
        self._shown[identifier] = notification
        if len(self._shown) > REMEMBERED:
            del self._shown[next(iter(self._shown))]

    def _chosen(self, identifier: str, key: str) -> None:
        """Called by the library, on macOS in the main thread."""
        shown = self._shown.get(identifier)
        if self._loop is not None and shown is not None and key in {OPEN.key, ACKNOWLEDGE.key}:
            self._loop.call_soon_threadsafe(self._on_action, shown.incident, shown.services, key, None)
