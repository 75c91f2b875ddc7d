"""What our side of TLS asks for. Contexts are made once: reading the trust store takes tens of milliseconds."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, TypeAlias

from trayapp.core.keys import Key, Text
from trayapp.probes.base import Means
from trayapp.probes.causes import Misconfigured

Verify: TypeAlias = Annotated[bool, Key("Verify", "Off: any certificate will do.", advanced=True)]

MOST_CONTEXTS = 64
"""Of those with files of their own; the one that was not used for longest goes first."""

MOST_FILE = 16 * 1024 * 1024
"""Bytes of a file of certificates; all authorities of the world are a fiftieth of it."""


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
    return _trusting_anybody(context())


def trusted(means: Means, *, verify: bool) -> ssl.SSLContext:
    """The shared context of a check that has no files of its own."""
    return means.tls if verify else unverifying()


@dataclass(frozen=True, slots=True)
class Papers:
    """What a check shows and trusts beyond the ordinary: paths of PEM files, empty for none.

    `authorities` are trusted beside those of this system; certificates that it lists as revoked are not.
    """

    verify: bool = True
    authorities: str = ""
    certificate: str = ""
    key: str = ""


async def context_with(papers: Papers, passphrase: Text, means: Means) -> ssl.SSLContext:
    """The context for these, made anew only where one of the files has changed.

    `passphrase` opens the key and is asked for only then. Misconfigured: a file cannot be used.
    """
    if not (papers.authorities or papers.certificate):
        return trusted(means, verify=papers.verify)
    named = (papers.authorities, papers.certificate, papers.key)
    wanted = (papers, *(_state(path) for path in named if path))
    made = _MADE.pop(wanted, None)
    if made is None:
        made = _make(papers, await means.reveal(passphrase) if passphrase else "")
        while len(_MADE) >= MOST_CONTEXTS:
            del _MADE[next(iter(_MADE))]
    _MADE[wanted] = made  # the newest stands last
    return made


_MADE: dict[tuple[object, ...], ssl.SSLContext] = {}


def _make(papers: Papers, passphrase: str) -> ssl.SSLContext:
    made = context() if papers.verify else _trusting_anybody(context())
    if papers.authorities:
        path = Path(papers.authorities).expanduser()
        try:
            made.load_verify_locations(path)
            if b"BEGIN X509 CRL" in path.read_bytes():
                made.verify_flags |= ssl.VerifyFlags.VERIFY_CRL_CHECK_LEAF
        except ssl.SSLError as error:
            raise Misconfigured("config.invalid", f"no certificates in PEM are in {path}") from error
        except OSError as error:
            raise _unreadable(path, error) from error
    if papers.certificate:
        path = Path(papers.certificate).expanduser()
        key = Path(papers.key).expanduser() if papers.key else None
        try:
            # Without any passphrase OpenSSL would ask for one at the terminal.
            made.load_cert_chain(path, key, password=lambda: passphrase)
        except ssl.SSLError as error:
            raise Misconfigured("config.invalid", _unusable(path, key or path, error)) from error
        except (OSError, ValueError) as error:
            raise _unreadable(key or path, error) from error
        made.post_handshake_auth = True  # RFC 8446, 4.6.2: some servers ask only once they see what is wanted
    return made


def _unusable(certificate: Path, key: Path, error: ssl.SSLError) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return f"the key does not belong to the client certificate in {certificate}"
    if b"ENCRYPTED" in key.read_bytes():
        return f"the passphrase does not open the key in {key}"
    return f"no client certificate with its key is in {certificate}"


def _trusting_anybody(made: ssl.SSLContext) -> ssl.SSLContext:
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    return made


def _state(path: str) -> tuple[str, int, int, int]:
    """Changes when the file does."""
    place = Path(path).expanduser()
    try:
        found = place.stat()
    except OSError as error:
        raise _unreadable(place, error) from error
    if found.st_size > MOST_FILE:
        raise Misconfigured("config.invalid", f"{place} is too large for certificates")
    return path, found.st_mtime_ns, found.st_size, found.st_ino


def _unreadable(path: Path, error: OSError | ValueError) -> Misconfigured:
    why = os.strerror(error.errno).lower() if isinstance(error, OSError) and error.errno else "it is not right"
    return Misconfigured("config.invalid", f"{path} cannot be read: {why}")
