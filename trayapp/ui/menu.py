"""The tray's menu: complete without any click on the icon, and as true as the moment it opens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from trayapp.core.wording import blinded, headline, plain
from trayapp.core.words import ServiceView, Snapshot
from trayapp.ui.actions import ServiceActions
from trayapp.ui.asks import Asks
from trayapp.ui.attention import hushed, needing_you
from trayapp.ui.entries import Entry, line
from trayapp.ui.icons import Icons
from trayapp.ui.standing import standing
from trayapp.ui.times import HOUR, MINUTE, lasting, tomorrow

NAMED = 8
"""Services that have an entry of their own; the window shows the rest."""


def gist(snapshot: Snapshot) -> tuple[object, ...]:
    """What the menu's entries depend on, but for the headline.

    How long things last is told anew each minute: not every host asks before it shows the menu.
    """
    named = tuple(
        (view.service, view.belief.status, view.belief.incident, view.telling, view.when_back)
        for view in (*needing_you(snapshot), *hushed(snapshot))
    )
    minute = snapshot.at // MINUTE if named else None
    return (snapshot.paused_until, blinded(snapshot), bool(snapshot.services), minute, *named)


class TrayMenu:
    """Makes the menu's entries from a snapshot."""

    def __init__(
        self,
        asks: Asks,
        icons: Icons,
        actions: ServiceActions,
        now: Callable[[], int],
        open_window: Callable[[], None],
        open_settings: Callable[[], None],
    ) -> None:
        self._asks = asks
        self._icons = icons
        self._actions = actions
        self._now = now
        self._open_window = open_window
        self._open_settings = open_settings

    def entries(self, snapshot: Snapshot) -> tuple[Entry, ...]:
        """What this snapshot calls for."""
        return (
            Entry(headline(snapshot)[0], key="headline"),
            Entry("Open Watchbell", self._open_window, default=True),
            line("needing"),
            *self._needing(snapshot),
            Entry("Check now", partial(self._asks.check_now, None), enabled=bool(snapshot.services)),
            self._pause(snapshot.paused_until),
            line("program"),
            Entry("Settings…", self._open_settings),
            Entry("Quit", self._asks.quit),
        )

    def _needing(self, snapshot: Snapshot) -> Iterator[Entry]:
        needing = needing_you(snapshot)
        yield from self._named(needing)
        yield from self._actions.acknowledge_all(needing)
        quiet = hushed(snapshot)
        if quiet:
            yield Entry("Acknowledged or snoozed", entries=tuple(self._named(quiet)))
        if needing or quiet:
            yield line("everything")

    def _named(self, views: Sequence[ServiceView]) -> Iterator[Entry]:
        for view in views[:NAMED]:
            yield Entry(
                f"{plain(view.service.title, 40)}: {plain(standing(view, self._now()), 60)}",
                key=f"service {view.service.id}",
                entries=self._actions.urgent(view),
                icon=self._icons.of(view.belief.status),
            )
        if len(views) > NAMED:
            yield Entry(f"and {len(views) - NAMED} more…", self._open_window, "more")

    def _pause(self, paused_until: int | None) -> Entry:
        if paused_until is not None:
            resume = partial(self._asks.pause, None)
            return Entry(f"Resume (paused {lasting(paused_until, self._now())})", resume, "resume")
        return Entry(
            "Pause",
            entries=(
                Entry("For 1 hour", partial(self._pause_until, lambda now: now + HOUR)),
                Entry("Until tomorrow morning", partial(self._pause_until, tomorrow)),
            ),
        )

    def _pause_until(self, until: Callable[[int], int]) -> None:
        self._asks.pause(until(self._now()))
