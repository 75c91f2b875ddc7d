"""Is it me or them? After a failure, whether anything else in the same network worked, or the failure says nothing.

A network (loopback, lan, internet, vpn:<interface>) is what services are reached through. Each is seen and lost
by itself, and each has its epochs: a new one begins when links, addresses, routes or name servers change, after
sleep, and when it is lost or regained. A failure during which the epoch changed is nobody's. What counts as
evidence is told in internet.py, nearby.py and tunnel.py; how often it is asked for in inquiry.py.
"""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from trayapp.core.evidence import Vantage
from trayapp.core.verdict import FLOWS
from trayapp.core.words import Blame, Finding, Outcome, Service, Sight
from trayapp.monitor.bystanders import Bystanders
from trayapp.monitor.clock import Clock
from trayapp.monitor.evidence import Evidence, asked_at
from trayapp.monitor.ground import Control, Ground
from trayapp.monitor.internet import Internet, is_genuine
from trayapp.monitor.nearby import Nearby
from trayapp.monitor.pace import Pace
from trayapp.monitor.reach import Reach, Whereabouts
from trayapp.monitor.scene import INTERNET, LAN, LOOPBACK, Scene
from trayapp.monitor.sentences import CHANGED, SLOW, Unseen
from trayapp.monitor.testimony import testimony
from trayapp.monitor.tunnel import Tunnel
from trayapp.monitor.view import View

SETTLE = 1.0
"""Seconds for which a network must be gone, or be back, before we say so: roaming takes less."""

_NEEDS_NAMES = ("dns.", "timeout.dns")


@dataclass(frozen=True, slots=True)
class Mark:
    """The epoch of every network at one moment."""

    epochs: Mapping[str, int]


class Network:
    """Belongs to the monitor's loop."""

    def __init__(self, ground: Ground, clock: Clock, controls: Sequence[Control] = ()) -> None:
        self._ground = ground
        self._clock = clock
        self._evidence = Evidence(ground, clock, controls)
        self._reach = Reach(ground)
        self._scene = Scene()
        self._internet = Internet(self._evidence, clock, lambda: self._turned(INTERNET, False))
        nearby = Nearby(self._evidence, self._reach, clock, lambda: self._turned(LAN, False))
        self._views: dict[str, View] = {INTERNET: self._internet, LAN: nearby}
        self._turned: Callable[[str, bool], None] = lambda network, lost: None
        self._bystanders = Bystanders()
        self._pace = Pace(clock)
        self._steady_since: dict[str, int] = {}
        self._settling: asyncio.TimerHandle | None = None
        self._unsettled: set[str] = set()
        self._moved = asyncio.Event()
        self._stop_watching: Callable[[], None] = lambda: None

    def begin(self, turned: Callable[[str, bool], None], hurry: Callable[[str], None] = lambda service: None) -> None:
        """Watch from now on. `turned` is told of each network of which there is no trace on this machine any more
        (True), and of each that was lost and may be seen again (False). `hurry` has a service checked at once.
        """
        self._turned = turned
        self._pace.hurry = hurry
        self._stop_watching = self._ground.watch(self.look)
        self._move(self._ground.scene())

    def stop(self) -> None:
        self._stop_watching()
        self._stop_watching = lambda: None
        if self._settling is not None:
            self._settling.cancel()
        for view in self._views.values():
            view.inquiry.stop()

    def keep(self, services: Iterable[Service]) -> None:
        """These are watched from now on, and no others."""
        kept = {service.id: service for service in services}
        self._pace.keep(kept.keys())
        self._reach.keep(kept.values())

    def use(self, controls: Sequence[Control], *, ask_routers: bool) -> None:
        """Ask these from now on. With none of them, or no routers, there is less evidence and more stays unknown."""
        self._evidence.use(controls, ask_routers=ask_routers)

    def whereabouts(self) -> Whereabouts:
        """Where services were well, for a restart."""
        return self._reach.whereabouts()

    def recall(self, known: Whereabouts) -> None:
        """What was learnt before a restart. To be called before the first service is watched."""
        self._reach.recall(known)

    # What changes

    def look(self) -> None:
        """See what this machine says of its network now. To be called every few seconds: not every system tells."""
        scene = self._ground.scene()
        if scene != self._scene:
            self._move(scene)

    def resume(self) -> None:
        """The machine slept: whatever was known is of yesterday."""
        for view in self._views.values():
            view.outlook.resume(self._clock.now())
            view.inquiry.forget()
        self._move(self._ground.scene())

    async def settled(self, patience: float) -> None:
        """Returns when there has been a way out for a moment, or after so many seconds; at once if none is needed."""
        if self._reach.networks <= {LOOPBACK}:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while not self._scene.ways_out or await self._moves_within(SETTLE):
                    if not self._scene.ways_out:
                        await self._moved.wait()

    def _move(self, scene: Scene) -> None:
        changed = scene.changed(self._scene, self._views)
        self._scene = scene
        self._reach.move(scene)
        for network, view in self._views.items():
            view.move(scene)
            if network in changed:
                self._steady_since[network] = self._clock.now()
                view.outlook.renew()
                view.inquiry.forget()
        self._moved.set()
        self._moved = asyncio.Event()
        if self._settling is not None:
            self._settling.cancel()
        self._unsettled |= changed
        self._settling = asyncio.get_running_loop().call_later(SETTLE, self._settle)

    def _settle(self) -> None:
        """The scene stayed as it is for a moment."""
        self._settling = None
        changed, self._unsettled = self._unsettled, set()
        for network, view in list(self._views.items()):
            if network in self._reach.networks and (why := view.missing()) is not None:
                view.lose(why)
                self._turned(network, True)
            elif network in changed and view.outlook.lost:
                self._turned(network, False)

    async def _moves_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._moved.wait()
        except TimeoutError:
            return False
        return True

    # What is seen

    def sights(self) -> tuple[Sight, ...]:
        """Of the networks that services need, as far as anything is known of them."""
        seen = (view.sight for network, view in self._views.items() if network in self._reach.networks)
        return tuple(sight for sight in seen if sight is not None)

    def of(self, service: str) -> str | None:
        """The network through which a service was last reached, or tried; None: it was not tried yet."""
        return self._reach.last(service)

    def mark(self) -> Mark:
        """To be taken when a check begins."""
        return Mark({network: view.outlook.epoch for network, view in self._views.items()})

    async def judge(self, service: Service, finding: Finding, began: Mark) -> Finding:
        """The finding as it may be counted, given what else works; to be asked as soon as the check has ended.

        Takes no time for what is well or on this machine, and at most Inquiry's SPACING and Evidence's PATIENCE
        otherwise. Raises nothing but faults of ours.
        """
        network = self._reach.of(service, finding)
        if network == LOOPBACK:
            return finding
        if finding.outcome in (Outcome.OK, Outcome.WARNING) and not finding.answered:
            return finding  # a program of the user's says so, or somebody who calls us: it proves no network
        view = self._view(network)
        if finding.outcome in (Outcome.OK, Outcome.WARNING):
            lack = await view.believe(service, finding)
            if lack is not None:
                return lack.instead_of(finding)
            self._pace.note(network, service, finding)
            self._bystanders.note(network, service, asked_at(finding, self._clock.monotonic()))
            return finding
        if finding.blame is Blame.NETWORK:
            self.look()  # the change that made it fail may be a moment old
            finding = self._theirs_too(finding)
        if finding.outcome is not Outcome.CRITICAL:
            return self._ours(view, finding)
        lack = view.missing() or await self._doubt(view, service, finding)
        if lack is None and began.epochs.get(network, 0) != view.outlook.epoch:
            lack = CHANGED
        if lack is None and finding.details.get(FLOWS) and not await self._pace.is_usual(network, service, finding):
            lack = SLOW
        return finding if lack is None else lack.instead_of(finding)

    def testimony(self, service: Service, finding: Finding, since: int) -> Vantage | None:
        """What our network says of a turn that began at `since` (ms UTC), by its last finding. None: never tried."""
        network = self.of(service.id)
        if network is None or network == LOOPBACK:
            return None if network is None else Vantage(LOOPBACK)
        view = self._view(network)
        return testimony(
            service,
            finding,
            since,
            clock=self._clock,
            scene=self._scene,
            link=self._reach.link(service, finding),
            steady_since=self._steady_since.get(network),
            outlook=view.outlook,
            internet=self._internet.outlook,
            bystanders=self._bystanders,
        )

    async def _doubt(self, view: View, service: Service, finding: Finding) -> Unseen | None:
        failed = self._clock.monotonic()
        if finding.cause.startswith(_NEEDS_NAMES) and "proxy" not in finding.details:  # else it is the proxy who asked
            unknown = finding.cause == "dns.nxdomain"
            return self._internet.missing() or await self._internet.doubt_names(failed, unknown=unknown)
        lack = await view.doubt(service, finding, failed)
        if lack is not None or view.outlook.network not in (INTERNET, LAN) or is_genuine(service, finding):
            return lack
        return await self._internet.doubt_address(failed) if self._reach.is_led_elsewhere(service, finding) else None

    def _theirs_too(self, finding: Finding) -> Finding:
        """ "No route" although we have one: a router far away said so, and it may well be the service's trouble."""
        said_by_router = finding.details.get("errno") == errno.ENETUNREACH
        # Asked of the system now: what it said last may be a moment older than the route that is gone.
        if not said_by_router or finding.address is None or self._ground.link_to(finding.address) is None:
            return finding
        return replace(finding, outcome=Outcome.CRITICAL, blame=Blame.SERVICE)

    def _ours(self, view: View, finding: Finding) -> Finding:
        """What this machine itself could not do, with the reason where it is known."""
        why = view.missing()
        return finding if why is None or finding.blame is not Blame.NETWORK else why.instead_of(finding)

    def _view(self, network: str) -> View:
        view = self._views.get(network)
        if view is None:
            view = Tunnel(network, self._evidence, self._clock, lambda: self._turned(network, False))
            view.move(self._scene)
            self._views[network] = view
        return view
