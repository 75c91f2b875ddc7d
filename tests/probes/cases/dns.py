"""`dns` in the contract: names are looked up for its server."""

from collections.abc import Iterable

import dns.message
import dns.rrset

from trayapp.probes.addresses import join_port
from trayapp.probes.base import Kind
from trayapp.probes.dns import Dns

STREAM = False


def at(host: str, port: int) -> Kind:
    return Dns("example.org", server=join_port(host, port))


def reply(question: bytes) -> Iterable[bytes]:
    """The right answer in a datagram."""
    answer = dns.message.make_response(dns.message.from_wire(question))
    answer.answer.append(dns.rrset.from_text("example.org.", 60, "IN", "A", "192.0.2.7"))
    yield answer.to_wire()
