"""`tls`: the handshake of a service that is encrypted, and how long its certificate is still good for."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from trayapp.core.keys import Key
from trayapp.core.words import Finding, Outcome
from trayapp.probes.addresses import check_host
from trayapp.probes.base import Means
from trayapp.probes.certificate import expiring, validity
from trayapp.probes.conversation import conversation, shown
from trayapp.probes.encryption import Verify, trusted
from trayapp.probes.hosted import Hosted, Port
from trayapp.probes.phases import Phases
from trayapp.probes.starttls import DIALECTS

_MOST_NAME = 60
_TELLING = {
    "subject": ("commonName", "organizationName"),
    "issuer": ("organizationName", "commonName"),  # authorities name their certificates "R11"
}


@dataclass(frozen=True, slots=True)
class Tls(Hosted):
    """An encrypted port and its certificate."""

    kind: ClassVar[str] = "tls"
    title: ClassVar[str] = "Certificate (TLS)"
    example: ClassVar[str] = "tls://example.org"

    port: Port = 443
    starttls: Annotated[
        str,
        Key(
            "Begun by",
            "The protocol whose command begins the encryption; none where it is there from the beginning.",
            pattern="none|smtp|imap|pop3|ftp|ldap|postgresql|xmpp",
        ),
    ] = "none"
    verify: Verify = True
    certificate_days: Annotated[
        int, Key("Certificate days", "Warn when it ends within so many days; 0: never.", least=0, most=3650)
    ] = 14

    async def ask(self, means: Means, phases: Phases) -> Finding:
        context = trusted(means, verify=self.verify)
        dialect = DIALECTS.get(self.starttls)
        host, tls = check_host(self.host), None if dialect else context
        async with conversation(means, phases, host, self.port, tls) as talk:
            if dialect is not None:
                await dialect.prelude(talk)
                await talk.encrypt(context, dialect.prelude)
            phases.answered = True
            talk.part(dialect.farewell if dialect else b"")
            assert talk.encryption is not None
            finding = expiring(talk.encryption, self.certificate_days) or Finding(Outcome.OK)
            return replace(finding, details=_told(talk.encryption))


def _told(encryption: ssl.SSLObject) -> dict[str, Any]:
    """What the handshake says: version, days left, and the names in a certificate that was verified."""
    details: dict[str, Any] = {"tls": encryption.version()}
    try:
        _, ends = validity(encryption.getpeercert(binary_form=True) or b"")
    except ValueError:
        return details  # nobody asked for its days, or `expiring` had said so
    details["days"] = (ends - datetime.now(UTC)).days
    certificate = encryption.getpeercert() or {}
    for key, telling in _TELLING.items():
        if name := _name(certificate.get(key), telling):
            details[key] = name
    return details


def _name(parts: Any, telling: Sequence[str]) -> str:
    """The most telling part of a distinguished name, as ssl gives it; empty where it has none of them."""
    known = {kind: text for part in parts or () for kind, text in part}
    return shown(next((known[kind] for kind in telling if kind in known), "").encode(), _MOST_NAME)
