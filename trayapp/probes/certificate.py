"""Until when a certificate is valid: "expired on 3 May 2026" says more than "expired".

Python tells nothing of a certificate that it refused, so it is fetched once more without
verifying, and its dates are read from the DER encoding (X.690; RFC 5280, section 4.1).
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from trayapp.core.words import Finding, Outcome
from trayapp.probes.causes import CheckEnded, Misbehaved
from trayapp.probes.phases import Phases

USUAL_DAYS = 14
"""Days of warning before a certificate ends, where none are set: two weeks, of which one may be a holiday."""

_NOT_YET, _EXPIRED = 9, 10  # X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED
_CONSTRUCTED_VERSION = 0xA0
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18
# strftime would say the month in the language of the process.
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


async def with_date(
    error: ssl.SSLCertVerificationError,
    phases: Phases,
    port: int,
    host: str,
    unverifying: ssl.SSLContext,
    seconds: float,
) -> Exception:
    """What to raise for this error: itself, or the same with a date when the certificate is out of its time.

    It dials the address of these phases again for it, for at most the given seconds.
    """
    return await dated(error, lambda: _fetch(phases.address or host, port, host, unverifying), seconds, phases)


async def dated(
    error: ssl.SSLCertVerificationError, fetch: Callable[[], Awaitable[bytes]], seconds: float, phases: Phases
) -> Exception:
    """The same with a certificate that is had in another way; `fetch` may raise OSError and CheckEnded.

    What was looked at stays in the phases, as evidence.
    """
    if error.verify_code not in (_NOT_YET, _EXPIRED):
        return error
    try:
        async with asyncio.timeout(seconds):
            phases.certificate = await fetch()
            begins, ends = validity(phases.certificate)
    except (OSError, ValueError, CheckEnded):
        return error  # the verdict stands without its date
    now = datetime.now(UTC)
    if error.verify_code == _EXPIRED and ends < now:
        return Misbehaved("tls.expired", f"certificate expired on {_day(ends)}")
    if error.verify_code == _NOT_YET and begins > now:
        return Misbehaved("tls.not_yet_valid", f"certificate is valid only from {_day(begins)}")
    return error  # another certificate of the chain is meant


async def _fetch(address: str, port: int, host: str, unverifying: ssl.SSLContext) -> bytes:
    _reader, writer = await asyncio.open_connection(
        address, port, ssl=unverifying, server_hostname=host.removesuffix(".")
    )
    try:
        return bytes(writer.get_extra_info("ssl_object").getpeercert(binary_form=True) or b"")
    finally:
        writer.transport.abort()


def expiring(encryption: ssl.SSLObject, days: int | None) -> Finding | None:
    """A warning where the certificate that the server showed ends within so many days; `days` is 0: never; None:
    within the usual ones, or a quarter of its life where that is less.

    With `verify = false` it may be over already: that is CRITICAL all the same. Misbehaved: it is no certificate.
    """
    if days == 0:
        return None
    try:
        begins, ends = validity(encryption.getpeercert(binary_form=True) or b"")
    except ValueError as error:
        raise Misbehaved("tls.handshake", "what it shows is not a certificate") from error
    left = ends - datetime.now(UTC)
    if left < timedelta(0):
        return Finding(Outcome.CRITICAL, "tls.expired", message=f"certificate expired on {_day(ends)}")
    if left < (min(timedelta(days=USUAL_DAYS), (ends - begins) / 4) if days is None else timedelta(days=days)):
        when = f"in {left.days} days" if left.days > 1 else "tomorrow" if left.days == 1 else "today"
        return Finding(Outcome.WARNING, "tls.expires", message=f"certificate expires {when}, on {_day(ends)}")
    return None


@lru_cache(maxsize=1024)
def validity(der: bytes) -> tuple[datetime, datetime]:
    """notBefore and notAfter of a certificate in DER. ValueError: it is none."""
    _, at, _ = _element(der, 0)  # Certificate
    _, at, _ = _element(der, at)  # TBSCertificate
    tag, _, after = _element(der, at)
    fields = 4 if tag == _CONSTRUCTED_VERSION else 3  # version, serial number, signature, issuer
    for _ in range(fields - 1):
        _, _, after = _element(der, after)
    _, at, _ = _element(der, after)  # Validity
    begins, at = _time(der, at)
    ends, _ = _time(der, at)
    return begins, ends


def _element(der: bytes, at: int) -> tuple[int, int, int]:
    """Tag, start of the content and end of the element that begins there."""
    if at + 2 > len(der):
        raise ValueError("cut short")
    tag, length, start = der[at], der[at + 1], at + 2
    if length & 0x80:
        digits = length & 0x7F
        length, start = int.from_bytes(der[start : start + digits]), start + digits
    if start + length > len(der):
        raise ValueError("cut short")
    return tag, start, start + length


def _time(der: bytes, at: int) -> tuple[datetime, int]:
    tag, start, end = _element(der, at)
    text = der[start:end].decode("ascii")
    if tag == _UTC_TIME:  # two digits of the year; RFC 5280, 4.1.2.5.1: 50 and above are the 1900s
        text = ("19" if text >= "50" else "20") + text
    elif tag != _GENERALIZED_TIME:
        raise ValueError("not a time")
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC), end


def _day(moment: datetime) -> str:
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
