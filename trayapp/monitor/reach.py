"""Through which network each service is reached: as its owner says, or as its address shows.

What was learnt while a service was well is remembered: behind a tunnel that is gone its address would be
routed elsewhere, and a printer's address means another machine in another house.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from trayapp.core.words import NOTHING, Finding, Outcome, Service
from trayapp.monitor.ground import Ground
from trayapp.monitor.scene import INTERNET, LOOPBACK, VPN, Link, Scene, is_near, network_of

AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where services were well: `homes` are the marks of the local network of each, `tunnels` the VPN it was behind."""

    homes: Mapping[str, frozenset[str]] = field(default_factory=lambda: NOTHING)
    tunnels: Mapping[str, str] = field(default_factory=lambda: NOTHING)


class Reach:
    """Belongs to the monitor's loop. `move` must be called when the scene changed."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._scene = Scene()
        self._routes: dict[str, tuple[str, str | None]] = {}
        self._networks: dict[str, str] = {}
        self.networks: frozenset[str] = frozenset()
        """Those through which any service is reached, as far as is known."""
        self._tunnels: dict[str, str] = {}
        self._homes: dict[str, frozenset[str]] = {}
        self._addresses: dict[str, str] = {}
        self._here: dict[str, frozenset[str]] = {}

    def whereabouts(self) -> Whereabouts:
        """What was learnt, to be recalled after a restart, which may be anywhere."""
        return Whereabouts(dict(self._homes), dict(self._tunnels))

    def recall(self, known: Whereabouts) -> None:
        """Go on from what was learnt before a restart. To be called before the first service is watched."""
        self._homes.update(known.homes)
        self._tunnels.update(known.tunnels)

    def move(self, scene: Scene) -> None:
        self._scene = scene
        self._routes = {}
        self._here = {}

    def keep(self, services: Iterable[Service]) -> None:
        """Forget all but these."""
        kept = {service.id: service for service in services}
        for known in (self._networks, self._tunnels, self._homes, self._addresses):
            for id_ in known.keys() - kept.keys():
                del known[id_]
        for id_, service in kept.items():
            if service.network != AUTO:
                self._networks[id_] = service.network
        self.networks = frozenset(self._networks.values())

    def last(self, service: str) -> str | None:
        """The network through which it was last reached; None: it was not tried yet."""
        return self._networks.get(service)

    def of(self, service: Service, finding: Finding) -> str:
        """The network that this finding speaks of."""
        network = service.network
        if finding.outcome in (Outcome.OK, Outcome.WARNING) and (address := address_of(service, finding)) is not None:
            self._addresses[service.id] = address
        if network == AUTO:
            network = self._learn(service, finding)
        if self._networks.get(service.id) != network:
            self._networks[service.id] = network
            self.networks = frozenset(self._networks.values())
        return network

    def link(self, service: Service, finding: Finding) -> Link | None:
        """The link that carries it, None where no route leads to it or its address is not known."""
        address = address_of(service, finding)
        return self._scene.link(self._route(address)[1]) if address is not None else None

    def at_home(self, service: Service, link: Link | None) -> bool:
        """Whether this link, or any where it is not known, is to the network in which the service was last well."""
        home = self._homes.get(service.id)
        here = frozenset(mark for near in ([link] if link else self._scene.near) for mark in self._place(near))
        return not home or not here or bool(home & here)

    def is_led_elsewhere(self, service: Service, finding: Finding) -> bool:
        """Whether its name led to another address than when it was last well."""
        led_to = address_of(service, finding)
        return led_to not in (None, self._addresses.get(service.id)) and not is_address(host_of(service))

    def settle(self, service: Service, link: Link) -> None:
        """It is well here."""
        self._homes[service.id] = self._place(link)

    def _learn(self, service: Service, finding: Finding) -> str:
        host = host_of(service)
        address = address_of(service, finding)
        if host == "localhost" or host.endswith(".localhost"):
            return LOOPBACK  # RFC 6761, section 6.3
        well = finding.outcome in (Outcome.OK, Outcome.WARNING)
        tunnel = self._tunnels.get(service.id)
        if tunnel is not None and not well and (address is None or is_near(address)):
            return tunnel
        if address is None:
            return self._networks.get(service.id, INTERNET)
        network = self._route(address)[0]
        if well and network.startswith(VPN):
            self._tunnels[service.id] = network
        elif well:
            self._tunnels.pop(service.id, None)
        return network

    def _route(self, address: str) -> tuple[str, str | None]:
        """Network and link of an address, asked of the system once per scene."""
        known = self._routes.get(address)
        if known is None:
            via = self._ground.link_to(address)
            known = self._routes[address] = network_of(self._scene, address, via), via
        return known

    def _place(self, link: Link) -> frozenset[str]:
        """What marks the network on this link, asked until something does; empty as long as nothing is known."""
        here = self._here.get(link.name) or self._ground.place(link.name)
        if here:
            self._here[link.name] = here
        return here


def host_of(service: Service) -> str:
    """The host that its target names, in lower case; empty where there is none to be seen."""
    return _host_in(service.probe.target)


@lru_cache(maxsize=20_000)
def _host_in(target: str) -> str:
    try:
        return urlsplit(target if "://" in target else f"//{target}").hostname or ""
    except ValueError:
        return ""


def address_of(service: Service, finding: Finding) -> str | None:
    """The address of the service itself: the one that its target is, or that was dialled; None: not known.

    A web page that answered may have sent us on, and the address be that of a portal next door.
    """
    host = host_of(service)
    if is_address(host):
        return host
    is_page = service.probe.target.lower().startswith(("http", "ws"))
    sent_on = finding.answered and (finding.outcome is not Outcome.OK or "redirects" in finding.details)
    return None if is_page and sent_on else finding.address


@lru_cache(maxsize=20_000)
def is_address(host: str) -> bool:
    """Whether the host is named by its number. Asked at every check."""
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
