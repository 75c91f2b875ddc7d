"""Passwords in addresses: found, so that they go to the keyring and not into the file."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True, slots=True)
class Credentials:
    """What `https://user:password@host/` says, in three parts: `url` is without the other two."""

    url: str
    user: str
    password: str = field(repr=False)

    @property
    def authorization(self) -> str:
        """Value of the Authorization header that says the same (RFC 7617)."""
        return "Basic " + b64encode(f"{self.user}:{self.password}".encode()).decode("ascii")


def credentials_in(url: str) -> Credentials | None:
    """The credentials of a URL, or None where it has no password."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None  # not a URL; whoever reads it next says so
    written, at, host = parts.netloc.rpartition("@")
    user, colon, password = written.partition(":")
    if not (at and colon and password):
        return None
    return Credentials(parts._replace(netloc=host).geturl(), unquote(user), unquote(password))


def secret_name(service: str) -> str:
    """The name under which a service's password is offered to the keyring."""
    return f"{service[:90]}-password"
