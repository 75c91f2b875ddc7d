"""The live table of `watchbell watch` on a terminal: the window's heading and rows, and what was told last."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from trayapp import events
from trayapp.cli.faces import said
from trayapp.cli.show import services_table
from trayapp.core import wording
from trayapp.core.words import Snapshot
from trayapp.monitor.clock import SystemClock

LAST_LINES = 5


class LiveFace:
    """Redrawn in place once a second, so that "4 s ago" stays true; what is left at the end is the last table."""

    def __init__(self) -> None:
        self._snapshot: Snapshot | None = None
        self._lines: deque[str] = deque(maxlen=LAST_LINES)
        self._live = Live(
            console=Console(highlight=False, markup=False, emoji=False),
            get_renderable=self._drawn,
            refresh_per_second=1,
            transient=False,
        )

    def publish(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def observe(self, event: events.Event) -> None:
        if line := said(event):
            self._lines.append(line)

    @contextmanager
    def shown(self) -> Iterator[None]:
        with self._live:
            yield

    def _drawn(self) -> RenderableType:
        snapshot = self._snapshot
        if snapshot is None:
            return Text("starting …")
        now = SystemClock().now()
        headline, counts = wording.headline(snapshot)
        parts: list[RenderableType] = [Text(headline, style="bold"), Text(counts, style="bright_black"), Text()]
        parts += [Text(wording.plain(problem), style="yellow") for problem in (*snapshot.problems, *snapshot.faults)]
        if snapshot.services:
            rows = [events.service_object(view, now) for view in snapshot.services]
            parts.append(services_table(rows))
        else:
            parts.append(Text("Nothing to watch yet. `watchbell add https://example.com` adds a service."))
        parts += [Text(), *(Text(line, style="bright_black") for line in self._lines)]
        return Group(*parts)
