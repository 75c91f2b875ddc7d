"""Servers' certificates, right and wrong, and a client's context that trusts one authority."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime

import trustme

from trayapp.probes.encryption import context

AUTHORITY = trustme.CA()
STRANGER = trustme.CA()


def trusting(authority: trustme.CA = AUTHORITY) -> ssl.SSLContext:
    """A verifying client that knows this authority beside the usual ones."""
    made = context()
    authority.configure_trust(made)
    return made


def server(
    *names: str,
    authority: trustme.CA = AUTHORITY,
    not_before: datetime | None = None,
    not_after: datetime | None = None,
) -> ssl.SSLContext:
    """A server with a certificate for these names."""
    names = names or ("127.0.0.1", "localhost", "site.test")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names, not_before=not_before, not_after=not_after).configure_cert(context)
    return context


def self_signed() -> ssl.SSLContext:
    """A server whose certificate nobody but itself vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with STRANGER.cert_pem.tempfile() as chain, STRANGER.private_key_pem.tempfile() as key:
        context.load_cert_chain(chain, key)
    return context


def pem(*names: str) -> tuple[bytes, bytes]:
    """A right certificate with its chain, and its key, for a server that reads files."""
    issued = AUTHORITY.issue_cert(*names)
    return b"".join(part.bytes() for part in issued.cert_chain_pems), issued.private_key_pem.bytes()


def moment(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)
