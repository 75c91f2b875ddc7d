"""Can the internet be seen? Asked once for all who failed, and never before somebody did.

What counts as sight, the strongest first:

1. Somebody else answered after the failure in a way that no portal can imitate: another service over verified
   TLS or in a protocol of its own, or a control target.
2. The name server knew of a name that only the outside can know, and nothing contradicts it: either no control
   targets are configured, or none has answered in this network while services have (a firewall keeps us from them).

3. Where nobody answers at all and services' open ports contradict that, ports that still accept: evidence of fewer
   kinds is evidence. One keeps the internet in sight; two speak against a service whose own port does not accept.

Whoever answers in place of a control target is a portal: then plain HTTP and bare ports prove nothing, not even
when they look well. A name that could not be looked up is judged by the name server alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from trayapp.core.words import Finding, Service, Sight
from trayapp.monitor.clock import Clock
from trayapp.monitor.evidence import Evidence, Outside, asked_at
from trayapp.monitor.ground import Names
from trayapp.monitor.inquiry import SPACING, Inquiry
from trayapp.monitor.masquerade import Masquerade
from trayapp.monitor.open_ports import CONNECTING, OpenPorts, speak_against
from trayapp.monitor.outlook import NEVER, Outlook
from trayapp.monitor.reach import host_of, is_address
from trayapp.monitor.scene import INTERNET, Scene
from trayapp.monitor.sentences import BARE, BLOCKED, CHANGED, NO_INTERNET, NO_NAMES, NO_WAY, PORTAL, Unseen
from trayapp.probes.controls import FOREIGN

RECOVERING = 15.0
"""Seconds after the internet came back in which a name server may still be busy with what it could not ask: a small
router refuses new questions until the old ones are given up, after ten seconds (dnsmasq(8), --dns-forward-max).
"""

STEADY = 300.0
"""Seconds in which what proves little brings the internet back once only: it comes and goes no more often."""


@dataclass(frozen=True, slots=True)
class Round:
    """What was found outside, and what it lacks to count as sight."""

    found: Outside
    lack: Unseen | None

    @property
    def worked_at(self) -> float:
        """The moment at which the internet was seen for sure; NEVER if it was not."""
        return NEVER if self.lack is not None else max(self.found.control_at, self.found.names_at)

    @property
    def blinds(self) -> bool:
        """Whether nothing is seen by it, not even an open port."""
        return self.lack is not None and self.lack is not BARE

    @property
    def knows_names(self) -> bool:
        return self.found.names in (Names.OUTSIDE, Names.LIED)


class Internet:
    """Belongs to the monitor's loop. `regained` is called when somebody answers after it was lost."""

    def __init__(self, evidence: Evidence, clock: Clock, regained: Callable[[], None]) -> None:
        self._evidence = evidence
        self._clock = clock
        self._regained = regained
        self._masquerade = Masquerade()
        self._scene = Scene()
        self._nameless_since: int | None = None
        self._back_at = NEVER
        self._named_at = NEVER
        self._barely_back_at = NEVER
        self._ports = OpenPorts()
        self.outlook = Outlook(INTERNET)
        self.inquiry = Inquiry(self._look, clock)

    @property
    def sight(self) -> Sight | None:
        sight = self.outlook.sight
        if sight is not None and not self.outlook.lost and self._nameless_since is not None:
            return replace(sight, state=NO_NAMES.state, reason=NO_NAMES.message, since=self._nameless_since)
        return sight

    def move(self, scene: Scene) -> None:
        self._scene = scene
        self._nameless_since = None
        self._barely_back_at = NEVER
        self._ports.forget()

    def missing(self) -> Unseen | None:
        return None if self._scene.ways_out else NO_WAY

    async def believe(self, service: Service, finding: Finding) -> Unseen | None:
        """Why a service that looks well may not be; None where it is."""
        if not is_address(host_of(service)):
            self._nameless_since = None
        if is_genuine(service, finding):
            asked = asked_at(finding, self._clock.monotonic())
            self._note_name(service, asked)
            self._see(asked)
        else:
            self._ports.note(service, finding)
            if self.outlook.genuine_at == NEVER and await self._is_portal():
                self._ports.lapse(service)
                return PORTAL
            self._see_barely()
        self.outlook.service_seen = True
        return None

    async def doubt(self, service: Service, finding: Finding, failed: float) -> Unseen | None:
        """Why a failure of that moment says nothing of the service; None where it does."""
        if is_genuine(service, finding):
            self._note_name(service, failed)
            self._see(failed)
            return None
        self._ports.lapse(service)
        foreign, connecting = finding.cause in FOREIGN, finding.cause in CONNECTING
        found = await self.inquiry.until(
            lambda latest: (
                (latest.found.began >= failed if foreign else latest.worked_at >= failed)
                or (latest.lack is BARE and (latest.found.began >= failed or not connecting))
                or ((latest.blinds or (foreign and latest.found.stranger)) and self._recent(latest))
            ),
            # Whoever opens what is encrypted may let the rest through: then the rest proves nothing.
            lambda: not foreign and self.outlook.genuine_at >= failed,
        )
        if found is not None and found.lack is BARE:
            against = connecting and speak_against(service, found.found.accepted, failed)
            return None if against else BARE
        if found is not None and found.lack is not None:
            self.outlook.lacked = True
            return found.lack
        if self.outlook.suspected and (finding.answered or foreign):
            return PORTAL
        if foreign and not (found is not None and found.found.secure) and await self._masked(service):
            self.lose(PORTAL)
            return PORTAL
        return None

    async def doubt_names(self, failed: float, *, unknown: bool) -> Unseen | None:
        """The same for a name that could not be looked up, whichever network its service is in.

        `unknown`: somebody who knows said that there is no such name.
        """
        found = await self.inquiry.until(
            lambda latest: latest.found.names_at >= failed or (not latest.knows_names and self._recent(latest)),
            lambda: False,
        )
        if found is not None and found.knows_names and found.lack is not PORTAL:
            # A name server that answers of itself, and cannot reach the others, knows nothing of this name.
            if self._clock.monotonic() - self._back_at < RECOVERING:
                return CHANGED
            if unknown:
                return found.lack  # a router without a way out may know no name at all
            if self._evidence.has_controls and found.found.control_at == NEVER:
                return found.lack or NO_NAMES
            return None
        if found is not None and found.lack is not None and found.blinds:
            return found.lack
        if self._nameless_since is None:
            self._nameless_since = self._clock.now()
        return NO_NAMES

    async def doubt_address(self, failed: float) -> Unseen | None:
        """The same for an address to which a name led for the first time: whether every name leads to where somebody
        wants us, as with a login page or a router without a way out. A provider that does so with names that there
        are not, and with no others, does not count.
        """
        if self.missing() is not None:
            return None
        found = await self.inquiry.until(
            # Whoever doubted the failure itself has waited for such a look already.
            lambda latest: max(latest.found.began, latest.found.control_at, latest.found.names_at) >= failed,
            lambda: self._named_at >= failed,
        )
        return PORTAL if found is not None and found.found.names is Names.LIED and not found.found.named else None

    def _note_name(self, service: Service, moment: float) -> None:
        """A name led to where it should, then."""
        if not is_address(host_of(service)):
            self._named_at = max(self._named_at, moment)

    def lose(self, why: Unseen) -> None:
        self.outlook.lose(why, self._clock.now())

    def _see_barely(self) -> None:
        """Something answered that proves little."""
        if self.outlook.lost:
            now = self._clock.monotonic()
            if now - self._barely_back_at < STEADY:
                return
            self._barely_back_at = now
        self._see(NEVER)

    def _see(self, genuinely: float) -> None:
        if genuinely != NEVER:
            self._barely_back_at = NEVER
        regained = self.outlook.see(self._clock.now())
        self.outlook.genuine_at = max(self.outlook.genuine_at, genuinely)
        self.inquiry.stir()
        if regained:
            self._back_at = self._clock.monotonic()
            self._regained()

    async def _look(self) -> Round:
        """One round of questions, and what follows from it for everybody."""
        found = await self._evidence.outside()
        lack = self._lack(found)
        # Only where the two contradict each other: what was lost by such a look was brought back by an open port.
        contradicted = self._clock.monotonic() - self._barely_back_at < STEADY
        if lack in (NO_INTERNET, BLOCKED) and contradicted and (ports := self._ports.asked()):
            found = await self._evidence.knock(found, ports)
            lack = BARE if found.accepted else lack
        if lack is BARE:
            self._see(NEVER)
            self._barely_back_at = self._clock.monotonic()
        elif lack is not None:
            self.lose(lack)
        else:
            self._see(found.control_at if found.genuine else NEVER)
            self.outlook.control_seen |= found.control_at > NEVER
        self.outlook.suspected = found.stranger
        self.outlook.asked = True
        latest = self.outlook.latest = Round(found, lack)
        if latest.knows_names:
            self._nameless_since = None
        return latest

    def _lack(self, found: Outside) -> Unseen | None:
        outlook = self.outlook
        if found.stranger and not found.genuine:
            return PORTAL
        if found.control_at > NEVER:
            return None
        if found.names is Names.LIED:
            return PORTAL
        unasked = not self._evidence.has_controls
        if found.names is Names.OUTSIDE and (unasked or (outlook.service_seen and not outlook.control_seen)):
            return None
        return BLOCKED if found.names is Names.OUTSIDE else NO_INTERNET

    async def _is_portal(self) -> bool:
        """Whether somebody answers in place of others; asked once where nobody does, and again as long as one does."""
        outlook = self.outlook
        if outlook.suspected or outlook.lost or not outlook.asked:
            since = self._clock.monotonic()
            await self.inquiry.until(
                lambda latest: latest.found.ended >= since or self._recent(latest), lambda: outlook.genuine_at > NEVER
            )
        return outlook.suspected

    async def _masked(self, service: Service) -> bool:
        shown = await self._evidence.certificate(service.probe.target)
        return bool(shown) and self._masquerade.note(shown, host_of(service), self._clock.monotonic())

    def _recent(self, latest: Round) -> bool:
        """Whether it is too early to ask again: to have seen nothing just now is enough to say nothing."""
        return self._clock.monotonic() - latest.found.ended < SPACING


def is_genuine(service: Service, finding: Finding) -> bool:
    """Whether this answer, well or not, can have come from nobody but the service itself.

    A conversation over verified TLS can, and one in a protocol that no portal speaks. An accepted connection
    alone, and plain HTTP wherever it was redirected to, may be anybody's.
    """
    if not finding.answered or "first_byte" not in finding.phases_ms:
        return False
    scheme = service.probe.target.partition(":")[0].lower()
    if scheme in ("http", "ws"):
        return False
    return scheme not in ("https", "wss", "grpcs") or bool(getattr(service.probe, "verify", True))
