"""Asking name servers (RFC 1035, 6891, 7766).

dnspython writes the question and reads the answer; the sockets, the time and the bounds are ours. What a datagram
holds is in answered.py, what it means in answers.py.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from functools import partial
from ipaddress import ip_address
from pathlib import Path

import dns.message
import dns.rdata

from trayapp.core.words import Finding
from trayapp.probes.addresses import split_port
from trayapp.probes.answered import Reply, read
from trayapp.probes.answers import judge
from trayapp.probes.base import AddrInfo, Means
from trayapp.probes.causes import Misbehaved, Misconfigured
from trayapp.probes.conversation import conversation
from trayapp.probes.datagram import Exchange, addresses_of
from trayapp.probes.dns import NO_ERROR, PORT, Dns
from trayapp.probes.phases import Phases

RESOLV_CONF = Path("/etc/resolv.conf")

MOST_SERVERS = 3
"""As many as the system's own resolver heeds (resolv.conf(5))."""

LARGEST = 1232
"""Bytes of an answer that we take over UDP: they pass unbroken nearly everywhere."""

_TOO_OLD = ("FORMERR", "NOTIMP")

dns.rdata.load_all_types()  # type: ignore[no-untyped-call]  # here and not on the loop, for whatever an answer holds


async def look_up(probe: Dns, means: Means, phases: Phases) -> Finding:
    """One question to the probe's name server, or to those of this system."""
    if probe.server:
        host, port = split_port(probe.server)
        addresses = await addresses_of(means, phases, host, PORT if port is None else port)
        asking = Asking(probe, "connect")
    else:
        phases.host = probe.asked
        addresses = [place for server in name_servers() if (place := place_of(server)) is not None]
        asking = Asking(probe, "dns")
    if not addresses:
        raise Misconfigured("config.invalid", "this system names no name server")
    reply, place = await asking.answer(means, phases, addresses)
    if not probe.server:
        phases.address = None  # it is not the name server that is watched, nor the way to it
    return judge(probe, reply, place[4][0])


class Asking:
    """One question, over UDP, and over TCP where the answer is too long for that."""

    def __init__(self, probe: Dns, doing: str) -> None:
        self._probe = probe
        self._doing = doing

    async def answer(self, means: Means, phases: Phases, addresses: Sequence[AddrInfo]) -> tuple[Reply, AddrInfo]:
        """The answer and who gave it. A server too old for EDNS is asked without (RFC 6891, section 6.2.2)."""
        for edns in (0, False):
            query = dns.message.make_query(self._probe.asked, self._probe.record, use_edns=edns, payload=LARGEST)
            exchange = Exchange("DNS", query.to_wire, partial(read, query=query), self._conclusive, self._doing)
            reply, place = await exchange.answer(means, phases, addresses)
            if reply.truncated:
                reply = await _over_tcp(means, phases, place, query)
            if reply.edns or reply.rcode not in _TOO_OLD or reply.rcode == self._probe.rcode:
                break
            addresses = [place]
        return reply, place

    def _conclusive(self, reply: Reply) -> bool:
        return reply.truncated or reply.rcode in (NO_ERROR, "NXDOMAIN", self._probe.rcode)


async def _over_tcp(means: Means, phases: Phases, place: AddrInfo, query: dns.message.QueryMessage) -> Reply:
    wire = query.to_wire()
    address, port = place[4][:2]
    try:
        async with conversation(means, phases, address, port) as talk:
            talk.send(len(wire).to_bytes(2) + wire)
            length = int.from_bytes(await talk.exactly(2))
            reply = read(await talk.exactly(length), query)
    except ConnectionRefusedError as error:
        raise Misbehaved("refused", "its answer is too long for UDP, and over TCP it refuses the connection") from error
    finally:  # the network of a login page answers for names over TCP too: see datagram.py
        phases.leave()
        phases.ms["reply"] += phases.ms.pop("first_byte", 0.0)
    if reply is None or reply.truncated:
        raise Misbehaved("dns.answer", "over TCP it answers something else")
    return reply


def name_servers(resolv_conf: Path = RESOLV_CONF) -> Sequence[str]:
    """The addresses of this system's name servers, as its own resolver takes them (resolv.conf(5))."""
    if not resolv_conf.exists():
        import dns.resolver  # noqa: PLC0415  Windows, where they stand in the registry

        return [str(server) for server in dns.resolver.get_default_resolver().nameservers][:MOST_SERVERS]
    words = (line.split() for line in resolv_conf.read_text(errors="replace").splitlines())
    found = [found[1] for found in words if len(found) > 1 and found[0] == "nameserver"]
    return found[:MOST_SERVERS] or ["127.0.0.1"]


def place_of(server: str) -> AddrInfo | None:
    """Where a name server listens; None: it is on a link that there is not, or no address at all."""
    address, _, link = server.partition("%")
    try:
        if ip_address(address).version == 4:
            return socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_UDP, "", (address, PORT)
        scope = socket.if_nametoindex(link) if link else 0
    except (OSError, ValueError):
        return None
    return socket.AF_INET6, socket.SOCK_DGRAM, socket.IPPROTO_UDP, "", (address, PORT, 0, scope)
