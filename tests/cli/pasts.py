"""Homes with a past: written through the history itself, for commands that read it or add to it."""

from __future__ import annotations

import time

from tests.cli.command import Home, service
from tests.history.past import WAIT, Faults, a_service, an_incident, ok, turn
from trayapp.core.words import Incident, Status
from trayapp.history.writer import History

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000


class Past:
    """Web was watched for 20 days, seen up but for a night asleep, and down 10 days and 2 days ago; mail is gone.

    Incident 1 took 12 minutes, 10 days ago; incident 2 took 48 minutes, 2 days ago. `now` is when that was written.
    """

    def __init__(self, home: Home, *, message: str = "HTTP 503", objective: float = 99.5) -> None:
        self.now = time.time_ns() // 1_000_000
        self.began = self.now - 20 * DAY
        self.first = self.outage(1, self.now - 10 * DAY, 12 * MINUTE, message)
        self.second = self.outage(2, self.now - 2 * DAY, 48 * MINUTE, message)
        asleep = self.now - DAY
        home.places.prepare()
        home.configure(service("web", "http://127.0.0.1:9/", name="Web", objective=objective, interval="1h"))
        faults = Faults()
        history = History(home.places.history_db, on_fault=faults, clock=lambda: self.now, company=0.02)
        history.register([a_service("web", interval=HOUR, timeout=MINUTE), a_service("mail")], self.began)
        changes = [turn("web", self.began + 1, Status.UP), turn("mail", self.began + 1, Status.UP)]
        for opened, closed in (self.first, self.second):
            changes += [
                turn("web", opened.start, Status.DOWN, incident=opened),
                turn("web", closed.end or 0, Status.UP, incident=closed),
            ]
        changes += [
            turn("web", asleep, Status.UNKNOWN, "asleep"),
            turn("web", asleep + 8 * HOUR, Status.UP),
        ]
        history.commit(changes).result(WAIT)
        for number in range(200):
            history.record(ok("web", self.now - (200 - number) * SECOND, latency_ms=float(number + 1)))
        history.remove(["mail"], self.now - 5 * DAY).result(WAIT)
        assert history.close(WAIT)
        assert not faults

    @staticmethod
    def outage(number: int, start: int, lasting: int, message: str) -> tuple[Incident, Incident]:
        open_ = an_incident(number, "web", start)
        open_ = Incident(number, "web", start, open_.confirmed, "http.status", message)
        return open_, Incident(
            number, "web", start, open_.confirmed, "http.status", message, start + lasting, "recovered"
        )
