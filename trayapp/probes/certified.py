"""Whose a certificate is, who signed it, and for how long: what a report says of it (RFC 5280, section 4.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from trayapp.core.wording import plain
from trayapp.core.words import NOTHING
from trayapp.probes.ber import OCTETS, SEQUENCE, elements
from trayapp.probes.certificate import validity

MOST_NAMES = 8
"""Of the hosts that it is for; some are for hundreds."""

_VERSION, _EXTENSIONS = 0xA0, 0xA3
_COMMON_NAME, _ORGANISATION, _ALTERNATIVE_NAMES = b"\x55\x04\x03", b"\x55\x04\x0a", b"\x55\x1d\x11"
_DNS_NAME = 0x82
_ENCODINGS = {0x0C: "utf-8", 0x13: "ascii", 0x16: "ascii", 0x14: "latin-1", 0x1E: "utf-16-be"}


@lru_cache(maxsize=64)
def summary(der: bytes) -> Mapping[str, Any]:
    """subject, issuer, names (of hosts), begins, ends and sha256 of a certificate in DER; empty: it is none."""
    try:
        begins, ends = validity(der)
        (_, certificate), *_ = elements(der)
        (_, signed), *_ = elements(certificate)
        fields = list(elements(signed))
        if fields[0][0] != _VERSION:
            fields.insert(0, (_VERSION, b""))
        # Behind the version: serial number, signature, issuer, validity, subject, public key, and what was added.
        issuer, subject = _name(fields[3][1]), _name(fields[5][1])
        names = list(_hosts(fields[7:]))
    except (ValueError, IndexError):
        return NOTHING
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return MappingProxyType(
        {
            "subject": subject,
            "issuer": issuer,
            "names": plain(", ".join(names[:MOST_NAMES]) + more),
            "begins": _moment(begins),
            "ends": _moment(ends),
            "sha256": sha256(der).hexdigest(),
        }
    )


def _name(sequence: bytes) -> str:
    """ "common name (organisation)", or what there is of it."""
    found: dict[bytes, str] = {}
    for _, attributes in elements(sequence):
        for _, attribute in elements(attributes):
            (_, kind), (tag, value) = elements(attribute)
            found.setdefault(kind, plain(value.decode(_ENCODINGS.get(tag, "latin-1"), "replace"), 80))
    common, organisation = found.get(_COMMON_NAME, ""), found.get(_ORGANISATION, "")
    return f"{common} ({organisation})" if common and organisation else common or organisation or "without a name"


def _hosts(added: list[tuple[int, bytes]]) -> Iterator[str]:
    """Section 4.2.1.6: the subject's alternative names."""
    for _, extensions in (field for field in added if field[0] == _EXTENSIONS):
        for _, extension in (one for whole in elements(extensions) for one in elements(whole[1])):
            (_, kind), *_, (tag, value) = elements(extension)
            if kind == _ALTERNATIVE_NAMES and tag == OCTETS:
                for outer, names in elements(value):
                    if outer == SEQUENCE:
                        yield from (
                            plain(name.decode("ascii", "replace"), 80) for t, name in elements(names) if t == _DNS_NAME
                        )


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
