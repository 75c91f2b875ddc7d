"""Hosts, ports and URLs as people type them and servers send them: what is one, and what is not.

Standard library only, so that a configuration can be checked without loading an HTTP client.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

MOST_URL = 8000
"""Characters; servers commonly refuse longer ones."""

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE)
_UNFIT = re.compile(r"[\x00-\x20\x7f-\x9f\\]")
_AFTER_HOST = re.compile(r"[/?#]")
_SHOWN = 80


def check_host(host: str) -> str:
    """The host as the wire wants it: an IP address without brackets, or an ASCII name. ValueError: it is neither."""
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        pass  # then it must be a name
    try:
        name = _ascii(bare)
    except UnicodeError as error:
        raise ValueError(f"not a host name: {_quoted(host)}") from error
    labels = name.removesuffix(".").split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        raise ValueError(f"not a host name: {_quoted(host)}")
    return name


def check_url(url: str) -> SplitResult:
    """The parts of an http or https URL that could be asked. ValueError: `not a URL: "htp://…"`."""
    try:
        if _UNFIT.search(url) or len(url) > MOST_URL:
            raise ValueError("it has characters that no URL has, or too many")
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https"):
            raise ValueError("it begins neither with http:// nor with https://")
        if not parts.hostname:
            raise ValueError("it names no host")
        check_host(parts.hostname)
        if parts.port == 0:
            raise ValueError("its port is not a number from 1 to 65535")
    except ValueError as error:
        # In a wrong URL a password may hold any character: everything up to the last "@" goes.
        shown = url if "@" not in url else f"…{url[url.rfind('@') :]}"
        raise ValueError(f"not a URL: {_quoted(shown)}") from error
    return parts


def without_password(url: str) -> str:
    """A right URL without the user and password it may carry."""
    scheme, slashes, rest = url.partition("//")
    authority = _AFTER_HOST.split(rest, maxsplit=1)[0]
    return scheme + slashes + rest[authority.rfind("@") + 1 :]


def split_port(text: str) -> tuple[str, int | None]:
    """Host and port of "host:22", "[::1]:22", "host", "::1". ValueError: neither form."""
    host, colon, digits = text.rpartition(":")
    if not colon or "]" in digits or (":" in host and not host.endswith("]")):
        return check_host(text), None
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 5 and 1 <= int(digits) <= 65535):
        raise ValueError(f"not a port from 1 to 65535: {_quoted(digits)}")
    return check_host(host), int(digits)


def join_port(host: str, port: int) -> str:
    """ "host:22", or "[::1]:22"."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _ascii(name: str) -> str:
    if name.isascii():
        return name
    import idna  # noqa: PLC0415  large tables that few need

    return idna.encode(name.lower()).decode("ascii")


def _quoted(text: str) -> str:
    return f'"{text}"' if len(text) <= _SHOWN else f'"{text[:_SHOWN]}…"'
