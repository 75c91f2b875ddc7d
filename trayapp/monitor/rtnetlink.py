"""The kernel's own account of links, addresses, routes and neighbours: rtnetlink(7), read without privileges.

One dump per question over a socket that is closed again; a second kind of socket only hears that something
changed. Numbers are those of linux/rtnetlink.h, if_link.h, if_addr.h and neighbour.h.
"""

from __future__ import annotations

import socket
import struct
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address, ip_interface

from trayapp.monitor.scene import Interface, Link

_GETLINK, _GETADDR, _GETROUTE, _GETNEIGH = 18, 22, 26, 30
_ERROR, _DONE = 2, 3
_REQUEST_DUMP = 0x301
_GROUPS = 0x1 | 0x10 | 0x40 | 0x100 | 0x400  # RTMGRP_LINK, IPV4_IFADDR, IPV4_ROUTE, IPV6_IFADDR, IPV6_ROUTE
_HEADER = struct.Struct("=IHHII")
_READ = 1 << 18

_UP_AND_RUNNING = 0x1 | 0x40
_POINT_TO_POINT = 0x10
_PASSING = 0x01 | 0x08 | 0x20 | 0x40  # IFA_F_TEMPORARY, DADFAILED, DEPRECATED, TENTATIVE
_UNIVERSE = 0
_LOCAL_TABLE = 255
_UNICAST = 1

UNRESOLVED, ASKING, FIXED = 0x01 | 0x20, 0x08 | 0x10, 0x40 | 0x80
"""States of a neighbour (NUD_…): no address known; about to be asked (DELAY, PROBE); never asked (NOARP, PERMANENT)."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What the kernel knows of a host on the same link. `heard` is how many seconds ago it answered last."""

    state: int
    hardware: str
    heard: float


def links() -> tuple[Link, ...]:
    """Every interface but loopback, by index. OSError: the kernel is not to be asked here."""
    found = {}
    bridges: set[int] = set()
    outward: set[int] = set()
    for body in _dump(_GETLINK):
        _, _, index, flags = struct.unpack_from("=BxHiI", body)
        attributes = dict(_attributes(body, 16))
        name = attributes[3].rstrip(b"\0").decode(errors="replace")
        kind = dict(_attributes(attributes.get(18, b""), 0)).get(1, b"").rstrip(b"\0")
        if kind == b"bridge":
            bridges.add(index)
        if not kind and 10 in attributes:  # a real device in a bridge leads out of this machine
            outward.add(struct.unpack("=I", attributes[10])[0])
        if name != "lo":
            found[index] = name, flags & _UP_AND_RUNNING == _UP_AND_RUNNING, bool(flags & _POINT_TO_POINT)
    addresses, peers = _addresses()
    gateways = _gateways()
    return tuple(
        Link(
            name=name,
            up=up,
            addresses=tuple(sorted(addresses[index], key=str)),
            gateways=tuple(sorted(gateways.get(index, ()))),
            way_out=index in gateways,
            tunnel=tunnel,
            inner=index in bridges - outward and index not in gateways,
            peers=tuple(peers[index]),
        )
        for index, (name, up, tunnel) in sorted(found.items())
        if index in addresses or index in gateways
    )


def neighbours(link: str) -> dict[str, Neighbour]:
    """Those on this link, by address. OSError: there is no such link."""
    wanted = socket.if_nametoindex(link)
    ticks = 100.0  # USER_HZ
    found = {}
    for body in _dump(_GETNEIGH):
        index, state = struct.unpack_from("=4xiH", body)
        attributes = dict(_attributes(body, 12))
        if index == wanted and 1 in attributes:
            confirmed = struct.unpack_from("=I", attributes.get(3, b"\xff" * 4))[0]
            found[str(ip_address(attributes[1]))] = Neighbour(state, attributes.get(2, b"").hex(":"), confirmed / ticks)
    return found


def listener() -> socket.socket:
    """A socket that becomes readable when a link, an address or a route changes. The caller drains and closes it."""
    ears = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.NETLINK_ROUTE)
    try:
        ears.bind((0, _GROUPS))
    except OSError:
        ears.close()
        raise
    return ears


def _addresses() -> tuple[dict[int, list[Interface]], dict[int, list[str]]]:
    """Lasting addresses of more than link scope, and the far ends where a link has one; by link."""
    own: defaultdict[int, list[Interface]] = defaultdict(list)
    peers: defaultdict[int, list[str]] = defaultdict(list)
    for body in _dump(_GETADDR):
        _, prefix, flags, scope, index = struct.unpack_from("=BBBBI", body)
        attributes = dict(_attributes(body, 8))
        if 8 in attributes:
            flags = struct.unpack("=I", attributes[8])[0]
        if scope != _UNIVERSE or flags & _PASSING:
            continue
        address = attributes.get(2, attributes.get(1, b""))
        own[index].append(ip_interface((address, prefix)))
        if 1 in attributes and attributes[1] != address:
            peers[index].append(str(ip_address(attributes[1])))
    return own, peers


def _gateways() -> dict[int, set[str]]:
    """The links of default routes with their gateways, in whichever table they stand.

    Halves of the address space count as default routes: that is how OpenVPN overrides the real one.
    """
    found: defaultdict[int, set[str]] = defaultdict(set)
    for body in _dump(_GETROUTE):
        _, bits, _, _, table, _, _, kind = struct.unpack_from("=8B", body)
        if bits > 1 or kind != _UNICAST or table == _LOCAL_TABLE:
            continue
        attributes = dict(_attributes(body, 12))
        for index, hop in _hops(attributes):
            found[index].update([str(ip_address(hop))] if hop else [])
    return found


def _hops(attributes: dict[int, bytes]) -> Iterator[tuple[int, bytes]]:
    """Index of the link and packed address of the gateway, of each path that a route has."""
    if 4 in attributes:
        yield struct.unpack("=i", attributes[4])[0], attributes.get(5, attributes.get(18, b"")[2:])
    paths = attributes.get(9, b"")
    while len(paths) >= 8:  # struct rtnexthop
        length, index = struct.unpack_from("=H2xi", paths)
        own = dict(_attributes(paths[:length], 8))
        yield index, own.get(5, own.get(18, b"")[2:])
        paths = paths[max(length + 3 & ~3, 8) :]


def _dump(what: int) -> Iterator[bytes]:
    """The bodies of all messages that answer one request."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as kernel:
        kernel.settimeout(1.0)
        kernel.sendto(_HEADER.pack(32, what, _REQUEST_DUMP, 1, 0) + bytes(16), (0, 0))
        while True:
            answer = kernel.recv(_READ)
            at = 0
            while at + _HEADER.size <= len(answer):
                length, kind, _, _, _ = _HEADER.unpack_from(answer, at)
                if kind == _DONE:
                    return
                body = answer[at + _HEADER.size : at + length]
                if kind == _ERROR:
                    number = -struct.unpack_from("=i", body)[0]
                    raise OSError(number, "the kernel does not describe the network")
                yield body
                at += length + 3 & ~3


def _attributes(body: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """struct rtattr, one after the other; the two highest bits of a kind are flags."""
    while at + 4 <= len(body):
        length, kind = struct.unpack_from("=HH", body, at)
        if length < 4:
            return
        yield kind & 0x3FFF, body[at + 4 : at + length]
        at += length + 3 & ~3
