"""The cookies of one check: sent back to whom RFC 6265 says while it is sent on, and gone when it ends.

There is no list of public suffixes here. A check goes to a few sites in a row, and none of its cookies outlives it;
what is left to be guarded against is a domain such as "co.uk".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address

import httpx

MOST_COOKIES, MOST_BYTES, MOST_SENT = 50, 4096, 8192
"""Of one check, of one of them, and of all that are sent at once."""

_CONTROLS = re.compile(rb"[\x00-\x1f\x7f]")
_SUFFIX = re.compile(r"(co|com|org|net|edu|gov|gob|go|ac|or|ne|mil|sch|ltd|plc|me|nhs|police)\.[a-z]{2}")


@dataclass(frozen=True, slots=True)
class _Cookie:
    """`host_only`: for this very host, not for those below it too."""

    pair: bytes
    domain: str
    host_only: bool
    path: bytes
    secure: bool

    def goes_to(self, url: httpx.URL) -> bool:
        host, path = _host(url), _path(url)
        if host != self.domain and (self.host_only or not host.endswith(f".{self.domain}")):
            return False
        if self.secure and url.scheme != "https":
            return False
        below = path.startswith(self.path) and (self.path.endswith(b"/") or path[len(self.path) :].startswith(b"/"))
        return path == self.path or below


class Jar:
    """`own` is the Cookie header that the user wrote, for the site that he wrote it for."""

    def __init__(self, own: bytes) -> None:
        self._own = own
        self._kept: dict[tuple[bytes, str, bytes], _Cookie] = {}
        self._touched = False

    def keep(self, url: httpx.URL, headers: httpx.Headers) -> None:
        """Take in what came with the response from this address (RFC 6265, 5.3)."""
        self._touched = True
        now = _moment(headers.get("date", "")) or datetime.now(UTC)
        for name, value in headers.raw:
            if name.lower() != b"set-cookie" or len(value) > MOST_BYTES or _CONTROLS.search(value):
                continue
            pair, *attributes = value.split(b";")
            key, equals, content = (part.strip() for part in pair.partition(b"="))
            if not (key and equals):
                continue
            cookie, over = _read(url, key, key + b"=" + content, attributes, now)
            if cookie is None:
                continue
            place = key, cookie.domain, cookie.path
            self._kept.pop(place, None)
            if not over and len(self._kept) < MOST_COOKIES:
                self._kept[place] = cookie

    def onto(self, request: httpx.Request) -> httpx.Request:
        """The request with what its address is to hear (RFC 6265, 5.4)."""
        if not self._touched:
            return request
        own = [self._own] if self._own and "cookie" in request.headers else []
        words = b"; ".join([*own, *self._for(request.url)])
        headers = [(name, value) for name, value in request.headers.raw if name.lower() != b"cookie"]
        headers += [(b"Cookie", words)] if words else []
        return httpx.Request(request.method, request.url, headers=headers, content=request.content or None)

    def _for(self, url: httpx.URL) -> Iterator[bytes]:
        sent = 0
        for cookie in sorted(self._kept.values(), key=lambda cookie: -len(cookie.path)):
            sent += len(cookie.pair) + 2
            if sent <= MOST_SENT and cookie.goes_to(url):
                yield cookie.pair


def _read(
    url: httpx.URL, name: bytes, pair: bytes, attributes: list[bytes], now: datetime
) -> tuple[_Cookie | None, bool]:
    """The cookie, unless this address may not set it; and whether it is over already, which is how one is removed."""
    host, own_path = _host(url), _path(url)
    said = {key.strip().lower(): value.strip() for key, _, value in (each.partition(b"=") for each in attributes[:20])}
    secure = b"secure" in said
    domain = said.get(b"domain", b"").decode("ascii", "replace").lower().removeprefix(".")
    path = said.get(b"path", b"")
    path = path if path.startswith(b"/") else own_path[: max(own_path.rfind(b"/"), 1)]
    if domain and domain != host and (not host.endswith(f".{domain}") or _is_public(domain) or _is_address(host)):
        return None, False
    host_only = not domain or _is_public(domain) or _is_address(host)
    prefix = name.lower()
    if prefix.startswith((b"__secure-", b"__host-")) and not (secure and url.scheme == "https"):
        return None, False
    if prefix.startswith(b"__host-") and (domain or path != b"/"):
        return None, False
    age = said.get(b"max-age", b"")
    if re.fullmatch(rb"-?[0-9]{1,20}", age):
        over = int(age) <= 0
    else:
        ends = _moment(said.get(b"expires", b"").decode("latin-1"))
        over = ends is not None and ends <= now
    return _Cookie(pair, domain or host, host_only, path, secure), over


def _host(url: httpx.URL) -> str:
    return url.raw_host.decode("ascii").lower().removesuffix(".")


def _path(url: httpx.URL) -> bytes:
    return url.raw_path.partition(b"?")[0] or b"/"


def _is_public(domain: str) -> bool:
    """Whether a whole country's names end so, as far as that can be seen."""
    return "." not in domain or _SUFFIX.fullmatch(domain) is not None


def _is_address(host: str) -> bool:
    try:
        ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return False
    return True


def _moment(text: str) -> datetime | None:
    """Of a Date header, by which a cookie is over whatever our own clock says; None: it is none."""
    try:
        moment = parsedate_to_datetime(text[:40])
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
