"""Tells through the desktop's notification daemon: org.freedesktop.Notifications, Desktop Notifications 1.2.

Daemons restart, stop answering, or were never there; texts come from servers that nobody trusts. So every
call goes to the one daemon that owns the name now, what was shown is remembered for that daemon alone, and
nothing here waits longer than it is let.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

from trayapp.alerts.notifier import OPEN, Action, CannotTell, OnAction, Refused, place_of
from trayapp.core.wording import plain
from trayapp.core.words import Notification

if TYPE_CHECKING:
    from trayapp.alerts.sessionbus import SessionBus

NAME = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"
SIGNALS = f"type='signal',interface='{NAME}',path='{PATH}'"
BUS = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")

DEFAULT = "default"
"""The key of the action that a click on the notification itself means."""

NORMAL, CRITICAL = 1, 2
DAEMON_DECIDES = -1
SHORT = 40
"""Characters that the shyest daemon shows."""

_MARKUP = str.maketrans(dict.fromkeys("<>&"))

REMEMBERED = 100
"""Notifications of which a click is still understood, should a daemon never say that they were closed."""


class Daemon:
    """One life of a notification daemon: its unique name on the bus, what it can, what it shows of ours."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.capabilities: frozenset[str] | None = None
        self.unanswered: asyncio.Future[tuple[Any, ...]] | None = None
        self.shown: dict[int, Notification] = {}
        self.tokens: dict[int, str] = {}

    @property
    def silent(self) -> bool:
        """Whether it still owes an answer that nobody waits for any more."""
        return self.unanswered is not None and not self.unanswered.done()

    def id_for(self, notification: Notification) -> int:
        """The daemon's id of what this one replaces; 0, which is never an id, when it shows nothing of the kind."""
        place = place_of(notification)
        return next((id_ for id_, shown in self.shown.items() if place_of(shown) == place), 0)

    def remember(self, id_: int, notification: Notification) -> None:
        self.shown[id_] = notification
        if len(self.shown) > REMEMBERED:
            self.forget(next(iter(self.shown)))

    def forget(self, id_: int) -> None:
        self.shown.pop(id_, None)
        self.tokens.pop(id_, None)


class FreedesktopNotifier:
    """Native notifications on Linux and the BSDs.

    `icon` is a name of the icon theme or a "file:" URI. `bus` is "SESSION" or an address.
    """

    name = "desktop notification"

    def __init__(self, on_action: OnAction, icon: str = "watchbell", bus: str = "SESSION") -> None:
        self._on_action = on_action
        self._icon = icon
        self._address = bus
        self._bus: SessionBus | None = None
        self._daemon: Daemon | None = None

    async def show(self, notification: Notification, actions: Sequence[Action]) -> None:
        """Show it in place of the one before of the same incident. Raises CannotTell.

        When it is cancelled because the daemon does not answer, and the daemon wakes up later, the
        notification is taken off the screen again: it was told in another way.
        """
        bus = await self._connected()
        daemon = await self._present_daemon(bus)
        if daemon.silent:
            raise CannotTell("the notification daemon still owes an answer")
        if daemon.capabilities is None:
            (capabilities,) = await asyncio.shield(self._ask(bus, daemon, "GetCapabilities"))
            daemon.capabilities = frozenset(capabilities)
        for arguments in self._ever_plainer(notification, actions, daemon, daemon.capabilities):
            try:
                await self._notify(bus, daemon, notification, arguments)
            except Refused as refusal:
                last = refusal
            else:
                return
        raise last

    def withdraw(self) -> None:
        """Take everything of ours off the screen: nobody will hear its buttons. Waits for nobody."""
        if self._bus is None or self._daemon is None:
            return
        for id_ in list(self._daemon.shown):
            self._bus.post((self._daemon.owner, PATH, NAME), "CloseNotification", "u", id_)
            self._daemon.forget(id_)

    async def _notify(
        self, bus: SessionBus, daemon: Daemon, notification: Notification, arguments: tuple[Any, ...]
    ) -> None:
        reply = self._ask(bus, daemon, "Notify", "susssasa{sv}i", *arguments)
        # Noted by the reply itself and not below: a click may come in the same breath.
        reply.add_done_callback(partial(_note_shown, daemon, notification))
        try:
            await asyncio.shield(reply)
        except asyncio.CancelledError:
            reply.add_done_callback(partial(_take_back, bus, daemon))
            raise

    async def close(self) -> None:
        """Hang up; what is on screen stays."""
        if self._bus is not None:
            await self._bus.close()
        self._bus = self._daemon = None

    async def _connected(self) -> SessionBus:
        """The connection, made anew if the bus went away."""
        if self._bus is None or self._bus.closed:
            from trayapp.alerts import sessionbus  # noqa: PLC0415 - loads jeepney

            self._daemon = None
            self._bus = await sessionbus.SessionBus.connect(self._address, self._take_signal)
            self._bus.post(BUS, "AddMatch", "s", SIGNALS)
        return self._bus

    async def _present_daemon(self, bus: SessionBus) -> Daemon:
        """The daemon that owns the name now, started by the bus if it can be."""
        if not (await bus.call(BUS, "NameHasOwner", "s", NAME))[0]:
            await bus.call(BUS, "StartServiceByName", "su", NAME, 0)
        (owner,) = await bus.call(BUS, "GetNameOwner", "s", NAME)
        if self._daemon is None or self._daemon.owner != owner:
            self._daemon = Daemon(owner)
        return self._daemon

    def _ask(
        self, bus: SessionBus, daemon: Daemon, method: str, signature: str = "", *arguments: Any
    ) -> asyncio.Future[tuple[Any, ...]]:
        daemon.unanswered = bus.call((daemon.owner, PATH, NAME), method, signature, *arguments)
        return daemon.unanswered

    def _ever_plainer(
        self, notification: Notification, actions: Sequence[Action], daemon: Daemon, capabilities: frozenset[str]
    ) -> Iterator[tuple[Any, ...]]:
        """Those of Notify; then without anything but words, for a daemon that refuses; then with very few."""
        yield self._arguments(notification, actions, daemon, capabilities)
        title, body = plain(notification.title), plain(notification.body).translate(_MARKUP)
        before = daemon.id_for(notification)
        yield ("Watchbell", before, "", title.translate(_MARKUP), body, [], {}, DAEMON_DECIDES)
        yield ("Watchbell", 0, "", plain(title.translate(_MARKUP), SHORT), "", [], {}, DAEMON_DECIDES)

    def _arguments(
        self, notification: Notification, actions: Sequence[Action], daemon: Daemon, capabilities: frozenset[str]
    ) -> tuple[Any, ...]:
        """Those of Notify, in the order of the specification."""
        body = plain(notification.body)
        if "body-markup" in capabilities:
            body = escape(body, quote=False)
        buttons = [text for action in actions for text in (_daemon_key(action), action.label)]
        hints = {
            "urgency": ("y", CRITICAL if notification.urgent else NORMAL),
            "desktop-entry": ("s", "watchbell"),
        }
        return (
            "Watchbell",
            daemon.id_for(notification),
            self._icon,
            plain(notification.title),
            body,
            buttons if "actions" in capabilities else [],
            hints,
            DAEMON_DECIDES,
        )

    def _take_signal(self, sender: str, interface: str, member: str, arguments: tuple[Any, ...]) -> None:
        daemon = self._daemon
        if daemon is None or sender != daemon.owner or interface != NAME:
            return
        match member, arguments:
            case "ActivationToken", (int(id_), str(token)) if id_ in daemon.shown:
                daemon.tokens[id_] = token
            case "ActionInvoked", (int(id_), str(key)) if id_ in daemon.shown:
                shown = daemon.shown[id_]
                action = OPEN.key if key == DEFAULT else key
                self._on_action(shown.incident, shown.services, action, daemon.tokens.pop(id_, None))
            case "NotificationClosed", (int(id_), int()):
                daemon.forget(id_)


def _note_shown(daemon: Daemon, notification: Notification, reply: asyncio.Future[tuple[Any, ...]]) -> None:
    if not reply.cancelled() and reply.exception() is None:
        daemon.remember(reply.result()[0], notification)


def _take_back(bus: SessionBus, daemon: Daemon, reply: asyncio.Future[tuple[Any, ...]]) -> None:
    if not reply.cancelled() and reply.exception() is None:
        daemon.forget(reply.result()[0])
        bus.post((daemon.owner, PATH, NAME), "CloseNotification", "u", reply.result()[0])


def _daemon_key(action: Action) -> str:
    return DEFAULT if action == OPEN else action.key
