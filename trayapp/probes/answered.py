"""What a datagram of a name server holds (RFC 1035, section 4; RFC 6891).

Names and values are read by dnspython; the walk from one record to the next is ours. dnspython's own reader of whole
messages takes seconds for what a hostile server can put into one, for it holds every name against every other.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdatatype

from trayapp.probes.causes import Misbehaved

MOST_RECORDS = 400
"""Of one answer. Reading more would hold up other checks."""

HEAD = struct.Struct("!6H")
_RECORD = struct.Struct("!HHIH")
_RESPONSE, _OPCODE, _AUTHORITATIVE, _TRUNCATED, _RECURSION, _CODE = 0x8000, 0x7800, 0x0400, 0x0200, 0x0080, 0xF


@dataclass(frozen=True, slots=True)
class Value:
    """One record of the kind that was asked for, or an alias. `ttl` in seconds."""

    type: int
    ttl: int
    rdata: dns.rdata.Rdata


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `lame`: it neither knows nor finds out, and refers to other servers. `edns`: it speaks EDNS."""

    rcode: str
    truncated: bool
    edns: bool
    lame: bool
    values: Mapping[dns.name.Name, list[Value]]


def read(wire: bytes, query: dns.message.QueryMessage) -> Reply | None:
    """The reply to this query, or None: it is another's. Misbehaved `dns.answer`: it is, and cannot be read."""
    if len(wire) < HEAD.size:
        return None
    id_, flags, questions, answers, authorities, additional = HEAD.unpack_from(wire)
    if id_ != query.id or flags & (_RESPONSE | _OPCODE) != _RESPONSE or questions > 1:
        return None
    truncated = bool(flags & _TRUNCATED)
    if not questions and (not flags & _CODE or truncated):  # who cannot read a question may repeat none of it
        return None
    try:
        at = HEAD.size if not questions else _behind_question(wire, query)
    except (dns.exception.DNSException, ValueError):
        return None
    if truncated:
        return Reply("", True, False, False, {})
    records = answers + authorities + additional
    if records > MOST_RECORDS:
        raise Misbehaved("dns.answer", f"its answer has {records} records, where {MOST_RECORDS} are read at most")
    asked = query.question[0]
    try:
        found = list(_records(wire, at, records))
        values: dict[dns.name.Name, list[Value]] = {}
        for name, type_, class_, ttl, start, length in found[:answers]:
            if type_ in (asked.rdtype, dns.rdatatype.CNAME) and class_ == asked.rdclass:
                kind = dns.rdatatype.RdataType.make(type_)
                rdata = dns.rdata.from_wire(asked.rdclass, kind, wire, start, length)
                values.setdefault(name, []).append(Value(type_, ttl, rdata))
    except (dns.exception.DNSException, ValueError, struct.error) as error:
        raise Misbehaved("dns.answer", "its answer is malformed") from error
    options = [ttl for _, type_, _, ttl, _, _ in found[answers + authorities :] if type_ == dns.rdatatype.OPT]
    rcode = dns.rcode.to_text(dns.rcode.Rcode.make(flags & _CODE | (options[0] >> 24 << 4 if options else 0)))
    refers = any(type_ == dns.rdatatype.NS for _, type_, *_ in islice(found, answers, answers + authorities))
    return Reply(rcode, False, bool(options), refers and not flags & (_AUTHORITATIVE | _RECURSION), values)


def _behind_question(wire: bytes, query: dns.message.QueryMessage) -> int:
    """Where the question of a reply ends. DNSException, ValueError: it is none, or not that of the query."""
    asked = query.question[0]
    name, length = dns.name.from_wire(wire, HEAD.size)
    at = HEAD.size + length
    if name != asked.name or wire[at : at + 4] != struct.pack("!HH", asked.rdtype, asked.rdclass):
        raise ValueError("another question")
    return at + 4


def _records(wire: bytes, at: int, count: int) -> Iterator[tuple[dns.name.Name, int, int, int, int, int]]:
    """Name, type, class, TTL, start and length of each record. DNSException, ValueError, struct.error: malformed."""
    for _ in range(count):
        name, length = dns.name.from_wire(wire, at)
        type_, class_, ttl, size = _RECORD.unpack_from(wire, at + length)
        at += length + _RECORD.size
        if at + size > len(wire):
            raise ValueError("cut short")
        yield name, type_, class_, ttl, at, size
        at += size
    if at != len(wire):
        raise ValueError("it goes on behind its end")
