"""How long the window takes, from the click until every row that can be seen shows its strip: for each range.

    python -m tests.bench.window HISTORY [DAY]

HISTORY is a history.db, such as the one that tests.bench.year leaves behind; it is only read. Each range is opened in a
window of its own: once when the file is not in memory, and then five times more, of which the median is printed.
Without a screen it draws offscreen.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QSize
from PySide6.QtWidgets import QApplication, QLabel, QListView

from tests.history.past import Dial
from tests.ui.world import PaperAsks
from trayapp.core.words import Belief, Service, ServiceView, Snapshot
from trayapp.history.queries import Latest, Reader
from trayapp.ui.actions import ServiceActions
from trayapp.ui.bridge import Bridge
from trayapp.ui.corrections import Corrections
from trayapp.ui.icons import Icons
from trayapp.ui.palette import Appearance
from trayapp.ui.reports import Reports
from trayapp.ui.strips import RANGES, Range, Strips
from trayapp.ui.window.placement import Placement
from trayapp.ui.window.services import ServicesPage
from trayapp.ui.window.window import Window

AGAIN = 5
SIZE = QSize(440, 600)


def snapshot(latest: Sequence[Latest], now: int) -> Snapshot:
    views = (
        ServiceView(
            Service(id=each.service, probe=Dial(f"{each.service}.test:80")),
            Belief(each.service, each.status, each.since, each.reason, incident=each.incident, last=each.last),
            each.telling,
        )
        for each in latest
    )
    return Snapshot(1, now, tuple(views))


class Opening:
    """One window on one range of this history."""

    def __init__(self, app: QApplication, history: Path, now: int, shown: Snapshot, offered: Range) -> None:
        appearance = Appearance(app)
        self._app = app
        self._read: set[str] = set()
        past = Reader(history)
        self._strips = Strips(past, lambda: now)
        self._strips.choose(offered)
        self._strips.read.connect(self._read.add)
        asks = PaperAsks()
        reports = Reports(past, lambda: now)
        corrections = Corrections(asks, past, Bridge())
        actions = ServiceActions(asks, lambda: now, lambda _: None, lambda _: None, reports, corrections)
        page = ServicesPage(appearance, asks, actions, self._strips, lambda: now)
        place = Placement(Path(tempfile.gettempdir()) / "no such window.json")
        self._window = Window(appearance, Icons(appearance), asks, page, QLabel(), place, lambda: True)
        self._window.resize(SIZE)
        self._window.show_snapshot(shown)
        self._rows = page.findChild(QListView)

    def milliseconds(self) -> tuple[float, int]:
        """From the click until all is painted, and how many rows there were to be seen."""
        began = time.perf_counter()
        self._window.open()
        while not (seen := self._seen()) or len(self._read) < len(seen):
            self._app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
        self._window.grab()  # whatever was asked to be drawn anew is drawn
        took = (time.perf_counter() - began) * 1000
        self._window.hide()
        self._window.deleteLater()
        return took, len(seen)

    def _seen(self) -> list[int]:
        """The rows of services that lie in the viewport; headings have no strip."""
        area = self._rows.viewport().rect()
        model = self._rows.model()
        return [
            at
            for at in range(model.rowCount())
            if self._rows.visualRect(model.index(at, 0)).intersects(area)
            and model.view_at(model.index(at, 0)) is not None
        ]


def drop_from_cache(file: Path) -> None:
    """Have the system forget what it read of this file."""
    for each in (file, Path(f"{file}-wal")):
        if each.exists():
            descriptor = os.open(each, os.O_RDONLY)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)


def main() -> None:
    history = Path(sys.argv[1])
    latest = Reader(history).latest(int(time.time() * 1000))
    newest = max((each.last.ended for each in latest if each.last), default=max(each.since for each in latest))
    now = int(sys.argv[2]) if len(sys.argv) > 2 else newest
    app = QApplication([])
    shown = snapshot(latest, now)
    size = history.stat().st_size / 1e6
    print(
        f"{history.name}: {size:.1f} MB, {len(latest)} services; milliseconds from the click until all rows are painted"
    )
    Opening(app, history, now, shown, RANGES[0]).milliseconds()  # fonts and styles are loaded once a day
    for offered in RANGES:
        drop_from_cache(history)
        cold, rows = Opening(app, history, now, shown, offered).milliseconds()
        warm = [Opening(app, history, now, shown, offered).milliseconds()[0] for _ in range(AGAIN)]
        print(
            f"{offered.words:<10} {rows} rows   file not in memory {cold:7.1f}"
            f"   median of {AGAIN} {statistics.median(warm):7.1f}"
        )


if __name__ == "__main__":
    main()
