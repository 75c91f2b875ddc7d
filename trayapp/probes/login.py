"""User and password, said in the way that the server asks for (RFC 9110, 11.6.1), and readable to nobody who asks for
better: the first request to a site goes without them.

Basic (RFC 7617) where it asks for that, or for nothing, as many interfaces do that answer 404 to strangers; Digest
(RFC 7616) where it offers that. What a site wanted is remembered, so a check of one that takes Basic is one request.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.request import parse_http_list

import httpx

from trayapp.core.wording import plain
from trayapp.probes.causes import Misbehaved, Misconfigured

_MOST = 4096
"""Bytes of one header that are looked at."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,30}")
_ALGORITHMS = ("SHA-256", "SHA-256-SESS", "SHA-512", "SHA-512-SESS", "MD5", "MD5-SESS", "")
"""Those of httpx, the best first; "" is MD5 where none is named. SHA-1 was never one of Digest's."""


@dataclass(slots=True)
class _Habit:
    """What is known of a site."""

    takes_basic: bool = False


@lru_cache(maxsize=4096)
def _habit(scheme: str, host: bytes, port: int | None, user: str) -> _Habit:
    return _Habit()


class Login:
    """Of one check, for the origin of this URL."""

    def __init__(self, url: httpx.URL, user: str, password: str) -> None:
        self._user, self._password = user, password
        self._habit = _habit(url.scheme, url.raw_host, url.port, user)

    def first(self, request: httpx.Request) -> httpx.Request:
        """How to ask before anything is known: without content, which is for those who know us, and with Basic where
        that was right before.
        """
        if self._habit.takes_basic:
            return _with(request, self._basic())
        headers = request.headers.copy()
        for name in ("authorization", "content-length"):
            headers.pop(name, None)
        return httpx.Request(request.method, request.url, headers=headers)

    def again(self, request: httpx.Request, asked: httpx.Request, response: httpx.Response) -> httpx.Request | None:
        """The request as it is to be sent after this response to `asked`; None: there is nothing more to say.

        Misconfigured: it wants something else. Misbehaved: it wants what nobody understands.
        """
        wanted = list(challenges(response.headers.get_list("www-authenticate"))) if response.status_code == 401 else []
        digests = [challenge for scheme, challenge in wanted if scheme == "digest"]
        if digests and not _said(asked, "digest"):
            self._habit.takes_basic = False
            return _with(request, self._digest(request, digests))
        if _said(asked, "digest") or _said(asked, "basic"):
            return None
        others = [challenge.partition(" ")[0] for scheme, challenge in wanted if scheme != "basic"]
        if wanted and len(others) == len(wanted):
            raise _cannot(plain(others[0], 30))
        self._habit.takes_basic = True
        return _with(request, self._basic())

    def _basic(self) -> str:
        return f"Basic {b64encode(f'{self._user}:{self._password}'.encode(errors='replace')).decode('ascii')}"

    def _digest(self, request: httpx.Request, offered: Sequence[str]) -> str:
        by_algorithm = {_algorithm(challenge): challenge for challenge in reversed(offered)}
        best = next((name for name in _ALGORITHMS if name in by_algorithm), None)
        if best is None:
            raise _cannot(f"Digest with {plain(next(iter(by_algorithm)), 30)}")
        told = _with(request, "")
        told.headers.encoding = "utf-8"
        flow = httpx.DigestAuth(self._user, self._password).auth_flow(told)
        next(flow)
        # Not its own response: httpx would read its cookies.
        headers = {b"WWW-Authenticate": by_algorithm[best].encode(errors="replace")}
        challenge = httpx.Response(401, headers=headers, request=told)
        try:
            flow.send(challenge)
        except NotImplementedError as error:
            raise _cannot("Digest with auth-int") from error
        except (ValueError, LookupError, httpx.ProtocolError, StopIteration) as error:
            raise Misbehaved("auth", "HTTP 401: it asks for Digest in words that cannot be read") from error
        return told.headers["Authorization"]


def challenges(headers: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The scheme of each challenge in lower case, and the whole of it. One header may have several."""
    for header in headers:
        whole: list[str] = []
        for item in map(str.strip, parse_http_list(header[:_MOST])):
            scheme, _, rest = item.partition(" ")
            # "realm = x" goes on with what came before, if anything did.
            begins = _SCHEME.fullmatch(scheme) is not None and not (whole and rest.lstrip().startswith("="))
            if begins and whole:
                yield whole[0].partition(" ")[0].lower(), ", ".join(whole)
                whole = []
            if begins or whole:
                whole.append(item)
        if whole:
            yield whole[0].partition(" ")[0].lower(), ", ".join(whole)


def _cannot(scheme: str) -> Misconfigured:
    return Misconfigured("config.invalid", f"it wants {scheme}, which Watchbell cannot speak")


def _algorithm(challenge: str) -> str:
    for item in parse_http_list(challenge.partition(" ")[2]):
        name, _, value = item.partition("=")
        if name.strip().lower() == "algorithm":
            return value.strip().strip('"').upper()
    return ""


def _said(request: httpx.Request, scheme: str) -> bool:
    said: str = request.headers.get("authorization", "")
    return said.lower().startswith(f"{scheme} ")


def _with(request: httpx.Request, words: str) -> httpx.Request:
    headers = request.headers.copy()
    headers.pop("authorization", None)
    if words:
        headers = httpx.Headers([*headers.raw, (b"Authorization", words.encode())])
    return httpx.Request(request.method, request.url, headers=headers, content=request.content or None)
