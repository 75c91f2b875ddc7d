"""What the last outage of a service really was, said afterwards from its menu, and unsaid again."""

from __future__ import annotations

import logging
from concurrent.futures import Future

from PySide6.QtCore import QObject, Signal

from trayapp.core.wording import plain
from trayapp.core.words import Notification
from trayapp.history.faults import HistoryUnavailable
from trayapp.ui.asks import Asks
from trayapp.ui.bridge import Bridge
from trayapp.ui.reports import Records

VERDICTS = {"false alarm": "A false alarm: it counts as up", "maintenance": "Maintenance: it does not count"}
"""What an outage may have been, and what that makes of its time."""

log = logging.getLogger(__name__)


class Corrections(QObject):
    """`made` comes with the id of a service whose figures are others now."""

    made = Signal(str)

    def __init__(self, asks: Asks, records: Records, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._asks = asks
        self._records = records
        self._bridge = bridge
        self._under_way: dict[Future[None], str] = {}

    def standing(self, incident: int) -> str:
        """What the user says that this one was; empty: it counts as it was seen."""
        try:
            said = self._records.corrections([incident]).get(incident, [])
        except HistoryUnavailable as fault:
            log.info("no corrections to show: %s", fault)
            return ""
        return next((each.verdict for each in said if each.undone_at is None), "")

    def say(self, service: str, incident: int, verdict: str | None) -> None:
        """It was this; None: it was as it was seen."""
        future = self._asks.correct(incident, verdict)
        self._under_way[future] = service
        self._bridge.when_done(future, self._done)

    def _done(self, future: Future[None]) -> None:
        service = self._under_way.pop(future)
        if future.cancelled():
            return
        if (fault := future.exception()) is not None:
            told = Notification(0, 0, "impaired", (service,), None, "That could not be written down", plain(str(fault)))
            self._bridge.post_message(told)
        else:
            self.made.emit(service)
