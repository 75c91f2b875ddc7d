"""`dns`: a name server knows a name, and says of it what it should.

This file declares the keys and understands addresses; asking is in lookup.py, which loads the DNS library when the
first name is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Annotated, ClassVar, Self
from urllib.parse import parse_qsl, quote, unquote

from trayapp.core.keys import Key
from trayapp.core.words import Finding
from trayapp.probes.addresses import check_host, join_port, split_port
from trayapp.probes.base import Kind, Means
from trayapp.probes.phases import Phases

PORT = 53
NO_ERROR = "NOERROR"
RECORDS = "A|AAAA|MX|TXT|NS|CNAME|SOA|SRV|PTR|CAA|DNSKEY|DS|HTTPS|NAPTR|SSHFP|SVCB|TLSA"
CODES = "NOERROR|NXDOMAIN|SERVFAIL|REFUSED|FORMERR|NOTIMP|NOTAUTH"
_ROOT = "."
_ADDRESSES = {"A": IPv4Address, "AAAA": IPv6Address}


def check_name(name: str) -> str:
    """The name as it is asked for, in ASCII; an IP address stands for the name of its PTR record. ValueError: none."""
    return _ROOT if name == _ROOT else check_host(name)


def check_server(server: str) -> None:
    """ValueError: it is neither empty nor a name or address, with or without a port."""
    if server:
        split_port(server)


@dataclass(frozen=True, slots=True)
class Dns(Kind):
    """A name, asked for at the name servers of this system or at one of your choice. Search domains are not tried."""

    kind: ClassVar[str] = "dns"
    title: ClassVar[str] = "Name (DNS)"
    example: ClassVar[str] = "dns:example.org?record=MX"

    name: Annotated[
        str,
        Key("Name", "The name to ask for, or an IP address for its name.", check=check_name, placeholder="example.org"),
    ]
    record: Annotated[
        str,
        Key(
            "Record",
            "What to ask of it.",
            pattern=RECORDS,
        ),
    ] = "A"
    server: Annotated[
        str,
        Key(
            "Name server",
            "Its name or address, with a port where it is not 53. Empty: those of this system.",
            check=check_server,
            placeholder="192.0.2.53",
        ),
    ] = ""
    expect: Annotated[
        tuple[str, ...], Key("Expected", "Values that must be among the answers, such as an address.", most=1000)
    ] = ()
    rcode: Annotated[
        str,
        Key(
            "Expected code",
            "NXDOMAIN: the name must not exist.",
            pattern=CODES,
            advanced=True,
        ),
    ] = NO_ERROR

    def __post_init__(self) -> None:
        """ValueError: keys that do not go together."""
        if self.record != "PTR" and _is_address(self.name):
            raise ValueError(f'"{self.name}" is an address: its name is in record "PTR"')
        if self.expect and self.rcode != NO_ERROR:
            raise ValueError(f"with {self.rcode} there are no values to expect")
        if (address := _ADDRESSES.get(self.record)) is not None:
            for value in self.expect:
                try:
                    address(value)
                except ValueError:
                    raise ValueError(f'expect: a record {self.record} is never "{value[:80]}"') from None

    @property
    def target(self) -> str:
        """`example.org?record=MX`, or with a name server of its own, `dns://192.0.2.53/example.org?record=MX`."""
        name = quote(self.name, safe=":")
        asked = name if self.record == "A" else f"{name}?record={self.record}"
        if not self.server:
            return asked
        host, port = split_port(self.server)
        return f"dns://{join_port(host, PORT if port is None else port).removesuffix(f':{PORT}')}/{asked}"

    @classmethod
    def from_target(cls, target: str) -> Self | None:
        """`dns:example.org`, `dns://example.org`, or `dns://server/example.org` (RFC 4501); keys follow a "?"."""
        scheme, colon, rest = target.partition(":")
        if not colon or scheme.lower() != cls.kind:
            return None
        rest, _, query = rest.partition("?")
        server, slash, name = rest.removeprefix("//").removesuffix("/").partition("/")
        if not slash:
            server, name = "", server
        elif not rest.startswith("//"):
            raise ValueError(f'not a name: "{rest[:80]}"; a name server goes before it as in dns://{rest[:80]}')
        name = unquote(name)
        check_name(name)
        keys = _keys(query)
        server = keys.pop("server", [server])[-1]
        check_server(server)
        record = keys.pop("record", ["PTR" if _is_address(name) else "A"])[-1].upper()
        rcode = keys.pop("rcode", [NO_ERROR])[-1].upper()
        if record not in RECORDS.split("|"):
            raise ValueError(f'not a record that can be asked for: "{record[:80]}"')
        if rcode not in CODES.split("|"):
            raise ValueError(f'not a code that a name server says: "{rcode[:80]}"')
        return cls(name, record, server, tuple(keys.pop("expect", ())), rcode)

    @property
    def asked(self) -> str:
        """The name as it goes over the wire."""
        name = check_name(self.name)
        return ip_address(name).reverse_pointer if _is_address(name) else name

    @classmethod
    def load(cls) -> None:
        import trayapp.probes.lookup  # noqa: F401, PLC0415  dnspython takes a tenth of a second to load

    async def ask(self, means: Means, phases: Phases) -> Finding:
        from trayapp.probes.lookup import look_up  # noqa: PLC0415  see load

        return await look_up(self, means, phases)


def _keys(query: str) -> dict[str, list[str]]:
    """What follows the "?"; `type` is RFC 4501's word for `record`. ValueError: a key that there is not."""
    found: dict[str, list[str]] = {}
    for word, value in parse_qsl(query, keep_blank_values=True):
        key = "record" if word == "type" else word
        if key not in ("record", "server", "expect", "rcode"):
            raise ValueError(f'dns knows no "{key[:80]}" in an address, but record, server, expect and rcode')
        found.setdefault(key, []).append(value)
    return found


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
