"""Can the network behind a tunnel be seen? The far end of the tunnel answers for it, or a service there.

Whatever comes back through a tunnel, a refusal too, came from its other side.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from trayapp.core.words import Finding, Service, Sight
from trayapp.monitor.clock import Clock
from trayapp.monitor.evidence import Evidence, Near, asked_at
from trayapp.monitor.inquiry import SPACING, Inquiry
from trayapp.monitor.nearby import OWN_WORDS
from trayapp.monitor.outlook import NEVER, Outlook
from trayapp.monitor.scene import VPN, Link, Scene
from trayapp.monitor.sentences import Unseen, vpn_gone, vpn_silent

MOST_PEERS = 3


class Tunnel:
    """Belongs to the monitor's loop. `regained` is called when somebody answers after it was lost."""

    def __init__(self, network: str, evidence: Evidence, clock: Clock, regained: Callable[[], None]) -> None:
        self._name = network.removeprefix(VPN)
        self._evidence = evidence
        self._clock = clock
        self._regained = regained
        self._scene = Scene()
        self._heard = NEVER
        self.outlook = Outlook(network)
        self.inquiry = Inquiry(self._look, clock)

    @property
    def sight(self) -> Sight | None:
        return self.outlook.sight

    def move(self, scene: Scene) -> None:
        self._scene = scene
        self._heard = NEVER

    def missing(self) -> Unseen | None:
        link = self._scene.link(self._name)
        return None if link is not None and link.up else vpn_gone(self._name)

    async def believe(self, service: Service, finding: Finding) -> Unseen | None:
        self._hear(asked_at(finding, self._clock.monotonic()))
        return None

    async def doubt(self, service: Service, finding: Finding, failed: float) -> Unseen | None:
        if finding.answered or finding.cause in OWN_WORDS:
            self._hear(failed)
            return None
        found = await self.inquiry.until(
            lambda latest: _moment(latest) >= failed or self._in_vain(latest), lambda: self._heard >= failed
        )
        if found is None or _moment(found) >= failed:
            return None
        self.outlook.lacked = True
        return vpn_silent(self._name)

    def lose(self, why: Unseen) -> None:
        self.outlook.lose(why, self._clock.now())

    def _hear(self, moment: float) -> None:
        regained = self.outlook.see(self._clock.now())
        self._heard = max(self._heard, moment)
        self.inquiry.stir()
        if regained:
            self._regained()

    async def _look(self) -> Near:
        link = self._scene.link(self._name)
        asked = self._far_ends(link) if link is not None and self._evidence.ask_routers else []
        found = await self._evidence.near([(self._name, address) for address in asked])
        if found.heard:
            self._hear(_moment(found))
        else:
            self.lose(vpn_silent(self._name))
        self.outlook.latest = found
        return found

    def _far_ends(self, link: Link) -> list[str]:
        """Where somebody should be: the peers, name servers inside, or the first address of each network."""
        servers = [server for server in self._scene.resolvers if link.holds(server)]
        firsts = [str(host) for own in link.addresses for host in islice(own.network.hosts(), 1) if host != own.ip]
        return list(dict.fromkeys((*link.peers, *servers, *firsts)))[:MOST_PEERS]

    def _in_vain(self, latest: Near) -> bool:
        return not latest.heard and self._clock.monotonic() - latest.ended < SPACING


def _moment(found: Near) -> float:
    return max(found.heard.values(), default=NEVER)
