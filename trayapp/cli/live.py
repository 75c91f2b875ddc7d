"""The live table of `watchbell watch` on a terminal: the window's heading and rows, and what was told last."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from trayapp import __version__, events
from trayapp.cli import show
from trayapp.cli.circumstances import above
from trayapp.core import wording
from trayapp.core.words import ServiceView, Snapshot, Status
from trayapp.monitor.clock import SystemClock

LAST_LINES = 5
"""What was told last, below the table."""

AROUND = LAST_LINES + 6
"""Lines of the screen that are not rows: heading, counts, blanks and the hint."""

HINT = "Ctrl+C ends it"
DEMO_HINT = f"A demo. `watchbell add https://example.com` adds something real. {HINT}"


class LiveFace:
    """Redrawn in place once a second, so that "4 s ago" stays true; what is left at the end is the last table."""

    def __init__(self) -> None:
        self._snapshot: Snapshot | None = None
        self._told: deque[Text] = deque(maxlen=LAST_LINES)
        self._ended = ""
        self._console = show.console()
        self._live = Live(console=self._console, get_renderable=self._drawn, refresh_per_second=1)

    def publish(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def observe(self, event: events.Event) -> None:
        match event["event"]:
            case "notification":
                at = datetime.fromisoformat(event["at"]).astimezone()
                said = f"{wording.plain(event['title'])}. {wording.plain(event['body'])}"
                self._told.append(_cut(f"{at:%H:%M:%S}  {said}"))
            case "stopped":
                self._ended = "stopped" if event["reason"] == "signal" else f"stopped: {event['reason']}"

    @contextmanager
    def shown(self) -> Iterator[None]:
        with self._live:
            yield

    def _drawn(self) -> RenderableType:
        snapshot = self._snapshot
        if snapshot is None:
            return Text("starting …")
        snapshot = replace(snapshot, at=SystemClock().now())
        headline, counts = wording.headline(snapshot)
        down = any(view.belief.status is Status.DOWN for view in snapshot.services)
        parts: list[RenderableType] = [_cut(headline, "bold red" if down else "bold"), _cut(counts, "bright_black")]
        aside = events.status_object(__version__, replace(snapshot, services=()))
        circumstances = [_cut(line, style) for line, style in above(aside, snapshot.at, headline)]
        parts += [Text(), *circumstances, *[Text()] * bool(circumstances)]
        if snapshot.services:
            views, left_out = self._fitting(snapshot.services, len(circumstances))
            rows = [events.service_object(view, snapshot.at) for view in views]
            parts.append(show.services_table(rows, snapshot.at, self._console.width))
            if left_out:
                parts.append(Text(f"   … and {left_out} more that the screen has no room for", style="bright_black"))
        else:
            parts.append(Text("`watchbell add https://example.com` adds a service."))
        hint = self._ended or (DEMO_HINT if snapshot.demo else HINT)
        parts += [Text(), *self._told, _cut(hint, "bright_black")]
        return Group(*parts)

    def _fitting(self, views: Sequence[ServiceView], above: int) -> tuple[Sequence[ServiceView], int]:
        """What the screen has room for, in its order, and how many are left out: first those that are well."""
        groups = {view.service.group for view in views}
        room = max(self._console.height - AROUND - above - 2 * len(groups), 3)
        if len(views) <= room:
            return views, 0
        urgent_first = sorted(range(len(views)), key=lambda index: views[index].belief.status is Status.UP)
        return [views[index] for index in sorted(urgent_first[:room])], len(views) - room


def _cut(words: str, style: str = "") -> Text:
    """One line, however narrow the terminal is."""
    return Text(words, style=style, no_wrap=True, overflow="ellipsis")
