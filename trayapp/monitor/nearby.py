"""Can the networks around us be seen? Their routers and name servers answer for them, or another service there.

A host on a link of ours that answers, be it by refusing, is evidence itself: nobody stands in between. On a
link where nobody is known to be asked, that there is a carrier has to do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from trayapp.core.words import Finding, Service, Sight
from trayapp.monitor.clock import Clock
from trayapp.monitor.evidence import Evidence, Near, asked_at
from trayapp.monitor.inquiry import SPACING, Inquiry
from trayapp.monitor.outlook import NEVER, Outlook
from trayapp.monitor.reach import Reach, address_of
from trayapp.monitor.scene import LAN, Link, Scene
from trayapp.monitor.sentences import ELSEWHERE, NO_NEIGHBOURS, NO_WAY, Unseen

OWN_WORDS = frozenset({"refused", "reset"})
"""Causes by which a host says that it is there."""


class Nearby:
    """Belongs to the monitor's loop. `regained` is called when somebody answers after it was lost."""

    def __init__(self, evidence: Evidence, reach: Reach, clock: Clock, regained: Callable[[], None]) -> None:
        self._evidence = evidence
        self._reach = reach
        self._clock = clock
        self._regained = regained
        self._scene = Scene()
        self._moved = NEVER
        self._heard: dict[str, float] = {}
        self.outlook = Outlook(LAN)
        self.inquiry = Inquiry(self._look, clock)

    @property
    def sight(self) -> Sight | None:
        return self.outlook.sight

    def move(self, scene: Scene) -> None:
        self._moved = self._clock.monotonic()
        self._scene = scene
        self._heard = {}

    def missing(self) -> Unseen | None:
        return None if self._scene.near else NO_WAY

    async def believe(self, service: Service, finding: Finding) -> Unseen | None:
        link = self._reach.link(service, finding)
        if link is not None:
            asked = asked_at(finding, self._clock.monotonic())
            self._hear(link.name, asked)
            if asked >= self._moved:  # one under way while we roamed was well where we were before
                self._reach.settle(service, link)
        return None

    async def doubt(self, service: Service, finding: Finding, failed: float) -> Unseen | None:
        address = address_of(service, finding)
        link = self._reach.link(service, finding)
        if address is not None and (link is None or not link.up):
            return NO_WAY
        if not self._reach.at_home(service, link):
            self.outlook.leave()
            return ELSEWHERE
        direct = link if link is not None and address is not None and link.holds(address) else None
        if direct is not None and (finding.answered or finding.cause in OWN_WORDS):
            self._hear(direct.name, failed)
            return None
        ways = [direct] if direct is not None else list(self._scene.near)
        if not any(self._asked(way) for way in ways):
            return None
        names = {way.name for way in ways}
        found = await self.inquiry.until(
            lambda latest: _heard(latest.heard, names) >= failed or self._in_vain(latest, names),
            lambda: _heard(self._heard, names) >= failed,
        )
        if found is None or _heard(found.heard, names) >= failed:
            return None
        self.outlook.lacked = True
        return NO_NEIGHBOURS

    def lose(self, why: Unseen) -> None:
        self.outlook.lose(why, self._clock.now())

    def _hear(self, link: str, moment: float) -> None:
        regained = self.outlook.see(self._clock.now())
        self._heard[link] = max(moment, self._heard.get(link, NEVER))
        self.inquiry.stir()
        if regained:
            self._regained()

    async def _look(self) -> Near:
        found = await self._evidence.near([asked for link in self._scene.near for asked in self._asked(link)])
        for link, moment in found.heard.items():
            self._hear(link, moment)
        if not found.heard:
            self.lose(NO_NEIGHBOURS)
        self.outlook.latest = found
        return found

    def _asked(self, link: Link) -> list[tuple[str, str]]:
        """Whom to ask on this link."""
        if not self._evidence.ask_routers:
            return []
        servers = [server for server in self._scene.resolvers if link.holds(server)]
        return [(link.name, address) for address in dict.fromkeys((*link.gateways, *servers))]

    def _in_vain(self, latest: Near, links: set[str]) -> bool:
        return not links & latest.heard.keys() and self._clock.monotonic() - latest.ended < SPACING


def _heard(heard: Mapping[str, float], links: set[str]) -> float:
    return max((heard.get(link, NEVER) for link in links), default=NEVER)
