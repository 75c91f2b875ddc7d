"""What the answer of a name server means, held against what is expected of it (RFC 1035, 2308)."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import dns.exception
import dns.name
import dns.rdata
import dns.rdatatype
import dns.rdtypes.txtbase

from trayapp.core.wording import plain
from trayapp.core.words import Finding, Outcome
from trayapp.probes.answered import Reply, Value
from trayapp.probes.causes import Misbehaved
from trayapp.probes.dns import NO_ERROR, Dns

MOST_KEPT = 20
"""Values that are kept with a result, of LONGEST characters each; a message shows MOST_SHOWN of them."""

MOST_SHOWN, LONGEST, SHORT = 3, 100, 40

MOST_ALIASES = 16

_CODES = {
    "NXDOMAIN": ("dns.nxdomain", "{name} does not exist (NXDOMAIN)"),
    "SERVFAIL": ("dns.servfail", "the name server could not find out (SERVFAIL)"),
    "REFUSED": ("dns.refused", "the name server refuses to answer (REFUSED)"),
}


def judge(probe: Dns, reply: Reply, server: str) -> Finding:
    """The finding that a reply of that server is. Misbehaved: it makes no sense."""
    details: dict[str, Any] = {"server": server, "rcode": reply.rcode}
    name = plain(probe.name, LONGEST)
    if reply.rcode != probe.rcode:
        cause, sentence = _CODES.get(reply.rcode, ("dns.rcode", "the name server says {code}"))
        if probe.rcode != NO_ERROR:
            cause, sentence = "dns.rcode", "{name}: the name server says {code}, not {expected}"
        said = sentence.format(name=name, code=reply.rcode, expected=probe.rcode)
        return Finding(Outcome.CRITICAL, cause, message=said, details=details)
    if reply.rcode != NO_ERROR:
        return Finding(Outcome.OK, details=details)
    asked = dns.name.from_text(probe.asked)
    canonical, values = _follow(reply, asked, dns.rdatatype.from_text(probe.record))
    if values:
        return _compared(probe, values, details)
    cause, said = "dns.no_data", f"{name} has no record {probe.record}"
    if canonical != asked:
        said += f": it is an alias of {plain(canonical.to_text(omit_final_dot=True), SHORT)}"
    elif reply.lame:
        cause, said = "dns.lame", "the name server does not know: it refers to others"
    return Finding(Outcome.CRITICAL, cause, message=said, details=details)


def _follow(reply: Reply, name: dns.name.Name, wanted: int) -> tuple[dns.name.Name, list[Value]]:
    """The values of a name, and which it is when its aliases were followed."""
    for _ in range(MOST_ALIASES):
        there = reply.values.get(name, [])
        values = [value for value in there if value.type == wanted]
        if values or not there:
            return name, values
        name = there[0].rdata.target  # type: ignore[attr-defined]  # it is a CNAME
    raise Misbehaved("dns.answer", "its aliases (CNAME) go in a circle, or on for too long")


def _compared(probe: Dns, values: list[Value], details: dict[str, Any]) -> Finding:
    """Whether what is expected is among them."""
    try:
        texts = [text_of(value.rdata) for value in (values if probe.expect else values[:MOST_KEPT])]
    except (dns.exception.DNSException, ValueError) as error:
        raise Misbehaved("dns.answer", "its answer makes no sense") from error
    details["answers"] = [plain(text, LONGEST) for text in texts[:MOST_KEPT]]
    details |= {"records": len(values), "ttl": min(value.ttl for value in values)}
    there = {form for text in texts for form in _forms(text, probe.record)}
    missing = [value for value in probe.expect if _meant(value, probe.record) not in there]
    if not missing:
        return Finding(Outcome.OK, details=details)
    shown = ", ".join(plain(text, SHORT) for text in texts[:MOST_SHOWN])
    more = f" and {len(values) - MOST_SHOWN} more" if len(values) > MOST_SHOWN else ""
    said = f"{probe.record} is {shown}{more}, without the expected {plain(missing[0], SHORT)}"
    return Finding(Outcome.CRITICAL, "dns.wrong", message=said, details=details)


def text_of(rdata: dns.rdata.Rdata) -> str:
    """The value of a record as a person writes it: the strings of a TXT joined, names without their last dot."""
    if isinstance(rdata, dns.rdtypes.txtbase.TXTBase):
        return b"".join(rdata.strings).decode("utf-8", "replace")
    return str(rdata.to_text()).removesuffix(".")


def _forms(value: str, record: str) -> set[str]:
    """What may be expected where this is the answer: `mail.example.org` is enough of `10 mail.example.org`."""
    if record == "TXT":
        return {value}
    whole = value.lower()
    last = whole.rpartition(" ")[2]
    return {whole, last, last.strip('"')}


def _meant(expected: str, record: str) -> str:
    if record == "TXT":
        return expected
    return str(ip_address(expected)) if record in ("A", "AAAA") else expected.strip().lower().removesuffix(".")
