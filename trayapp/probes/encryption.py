"""What our side of TLS asks for. Contexts are made once: reading the trust store takes tens of milliseconds."""

from __future__ import annotations

import ssl
from functools import cache


def context() -> ssl.SSLContext:
    """A verifying context of one's own: TLS 1.2 at least (RFC 8996), whatever a distribution's Python allows."""
    made = ssl.create_default_context()
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    return made


@cache
def verifying() -> ssl.SSLContext:
    """The shared context of all checks that trust what this system trusts."""
    return context()


@cache
def unverifying() -> ssl.SSLContext:
    """The shared context of all checks with `verify = false`."""
    made = context()
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    return made
