"""This machine's place in the network, as its own system describes it: links, addresses, ways out, name servers.

Pure values. From them follows through which network an address is reached; each such network is seen,
lost and judged by itself, so that a printer is watched while the internet is away.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface, ip_address, ip_network
from typing import TypeAlias

Interface: TypeAlias = IPv4Interface | IPv6Interface

LOOPBACK, LAN, INTERNET = "loopback", "lan", "internet"
VPN = "vpn:"
"""Begins the name of the network behind a tunnel: "vpn:tun0"."""

# RFC 1918, 3927, 4193, 4291, 6598. Not ip_address.is_private: that counts the documentation's addresses too.
_NEAR = tuple(
    ip_network(text)
    for text in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10"),
        *("fc00::/7", "fe80::/10"),
    )
)


@dataclass(frozen=True, slots=True)
class Link:
    """One network interface. `up`: it is switched on and has a carrier.

    `way_out`: a default route goes through it, by way of `gateways` where it has any. `peers` are the far
    ends of a tunnel. `inner`: a bridge to containers and virtual machines of this machine alone.
    """

    name: str
    up: bool = True
    addresses: tuple[Interface, ...] = ()
    gateways: tuple[str, ...] = ()
    way_out: bool = False
    tunnel: bool = False
    inner: bool = False
    peers: tuple[str, ...] = ()

    def holds(self, address: str) -> bool:
        """Whether the address is in a network that this link is directly connected to."""
        ip = _ip(address)
        return any(ip in own.network for own in self.addresses)


@dataclass(frozen=True, slots=True)
class Scene:
    """All of it. Two scenes are equal when nothing changed that could matter to a check."""

    links: tuple[Link, ...] = ()
    resolvers: tuple[str, ...] = ()

    def link(self, name: str | None) -> Link | None:
        return next((link for link in self.links if link.name == name), None)

    @property
    def ways_out(self) -> tuple[Link, ...]:
        """The links through which the internet may be reached."""
        return tuple(link for link in self.links if link.way_out and link.up)

    @property
    def near(self) -> tuple[Link, ...]:
        """The links to networks around us."""
        return tuple(link for link in self.links if link.up and not link.tunnel and not link.inner)

    def facet(self, network: str) -> object:
        """The part of it on which checks of this network depend."""
        if network == INTERNET:
            return self.ways_out, self.resolvers
        if network.startswith(VPN):
            return self.link(network.removeprefix(VPN))
        return self.near

    def changed(self, before: Scene, networks: Iterable[str]) -> frozenset[str]:
        """Those of these networks whose facet is another than before."""
        return frozenset(name for name in networks if self.facet(name) != before.facet(name))


def network_of(scene: Scene, address: str, via: str | None) -> str:
    """The network through which this address is reached; `via` is the link that would carry it, if any would."""
    ip = _ip(address)
    if ip.is_loopback or any(ip == own.ip for link in scene.links for own in link.addresses):
        return LOOPBACK
    link = scene.link(via)
    if link is not None and link.inner:
        return LOOPBACK
    if link is not None and link.tunnel and (is_near(address) or link.holds(address) or not link.way_out):
        return f"{VPN}{link.name}"
    if is_near(address) or any(near.holds(address) for near in scene.links):
        return LAN
    return INTERNET


def is_near(address: str) -> bool:
    """Whether an address is of the kind that never leaves somebody's own networks."""
    ip = _ip(address)
    return any(ip in network for network in _NEAR if network.version == ip.version)


def _ip(address: str) -> IPv4Address | IPv6Address:
    return ip_address(address.partition("%")[0])
