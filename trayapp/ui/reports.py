"""The report of a service's outage on the clipboard, to be pasted where it is to be proven.

History is read when a person asks, in the GUI thread, because one read is short.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Protocol

from PySide6.QtGui import QCursor, QGuiApplication
from PySide6.QtWidgets import QToolTip

from trayapp import __version__
from trayapp.core.evidence import Evidence, as_text
from trayapp.core.words import Correction, Incident, ServiceView
from trayapp.history.faults import HistoryUnavailable
from trayapp.ui.strips import DAY, Past

COPIED = "The report is copied: paste it into a ticket or a mail"

log = logging.getLogger(__name__)


class Records(Past, Protocol):
    """What the screen needs of history; `history.queries.Reader` has it."""

    def evidence(self, incident: int, /) -> tuple[Evidence | None, Evidence | None]: ...

    def corrections(self, incidents: list[int], /) -> Mapping[int, Sequence[Correction]]: ...


class Reports:
    """Which outage of a service there is to report, and the report of it."""

    def __init__(self, records: Records, now: Callable[[], int]) -> None:
        self._records = records
        self._now = now

    def recent(self, view: ServiceView) -> Incident | None:
        """The outage that is on, or the newest that ended within a day; None: there was none."""
        if view.belief.incident is not None:
            return view.belief.incident
        now = self._now()
        try:
            found = self._records.incidents(now - DAY, now, view.service.id)
        except HistoryUnavailable as fault:
            log.info("no outage to report: %s", fault)
            return None
        return next(iter(found), None)

    def copy(self, view: ServiceView, incident: Incident) -> None:
        """Put the report on the clipboard, and say so where the pointer is."""
        QGuiApplication.clipboard().setText(self.text(view, incident))
        QToolTip.showText(QCursor.pos(), COPIED)

    def text(self, view: ServiceView, incident: Incident) -> str:
        """The report. Without a history to read it holds what is known without one."""
        try:
            opening, closing = self._records.evidence(incident.id)
        except HistoryUnavailable as fault:
            log.info("a report without evidence: %s", fault)
            opening = closing = None
        return as_text(
            incident,
            opening,
            closing,
            title=view.service.title,
            now=self._now(),
            zone=_zone_at(incident.start),
            version=__version__,
        )


def _zone_at(moment: int) -> tzinfo:
    """The zone of this computer, as its clocks stood then."""
    zone = datetime.fromtimestamp(moment / 1000).astimezone().tzinfo
    assert zone is not None, "astimezone() always gives one"
    return zone
