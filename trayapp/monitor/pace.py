"""How pages come on each network: whether one that flows and does not get done is slow by itself, or our line is.

A thin line makes every page slow. So a page that still flowed at its deadline is its server's fault only while another
page of the same network came as it usually does, and clearly faster than this one.
"""

from __future__ import annotations

import asyncio
import statistics
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from trayapp.core.words import Finding, Service
from trayapp.monitor.clock import Clock
from trayapp.monitor.evidence import asked_at
from trayapp.monitor.inquiry import SPACING
from trayapp.monitor.outlook import NEVER

PATIENCE = 3.0
"""Seconds in which another page, asked for at once, must have come."""

REMEMBERED = 9
"""Times of a page by which its usual one is known."""

USUAL, LEEWAY = 2.0, 50.0
"""Within so many times its usual time, and so many milliseconds more, a page comes as it usually does."""

FASTER = 2.0
"""How much faster than the slow page another one must be: a page of a few bytes proves nothing of a full line."""


@dataclass(slots=True)
class _Page:
    """Of one service: how long its page took of late (ms), and its newest coming that was as usual."""

    network: str
    times: deque[float] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    usual_at: float = NEVER
    rate: float = 0.0

    def came(self, took: float, size: int, asked: float) -> None:
        """It came in so many milliseconds, having been asked for at that moment."""
        if self.times and took <= USUAL * statistics.median(self.times) + LEEWAY:
            self.usual_at = asked
        self.rate = size / max(took, 0.1)
        self.times.append(took)


class Pace:
    """Belongs to the monitor's loop. `hurry` has a service checked at once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pages: dict[str, _Page] = {}
        self._news = asyncio.Event()
        self._hurried: dict[str, float] = {}
        self.hurry: Callable[[str], None] = lambda service: None

    def keep(self, services: Collection[str]) -> None:
        """Forget all but these."""
        self._pages = {id_: page for id_, page in self._pages.items() if id_ in services}

    def note(self, network: str, service: Service, finding: Finding) -> None:
        """This service is well; if it is a page, so it came."""
        size, took = finding.details.get("bytes"), finding.latency_ms
        if not size or took is None:
            return
        page = self._pages.get(service.id)
        if page is None or page.network != network:
            page = self._pages[service.id] = _Page(network)
        page.came(took, size, asked_at(finding, self._clock.monotonic()))
        self._news.set()
        self._news = asyncio.Event()

    async def is_usual(self, network: str, service: Service, finding: Finding) -> bool:
        """Whether another page came as it usually does since this check began; one is asked for if it must be."""
        began = self._clock.monotonic() - service.timeout / 1000
        rate = finding.details.get("bytes", 0) / service.timeout
        others = {id_: page for id_, page in self._pages.items() if id_ != service.id and page.network == network}
        fit = {id_: page for id_, page in others.items() if page.rate >= FASTER * rate}
        if not fit:
            return False

        def came() -> bool:
            return any(page.usual_at >= began and page.rate >= FASTER * rate for page in fit.values())

        try:
            async with asyncio.timeout(PATIENCE):
                while not came():
                    self._ask(network, fit)
                    await self._news.wait()
        except TimeoutError:
            return False
        return True

    def _ask(self, network: str, fit: dict[str, _Page]) -> None:
        """Have the page checked that waited longest, unless that was done a moment ago."""
        now = self._clock.monotonic()
        if now - self._hurried.get(network, NEVER) >= SPACING:
            self._hurried[network] = now
            self.hurry(min(fit, key=lambda id_: fit[id_].usual_at))
